import { isCollection, isMap, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Problem } from './problem.ts';

/** Where something stands in a configuration: keys, and numbers of list entries. */
export type Path = readonly (string | number)[];

/** A configuration file as it was read: its value, and the lines its parts stand on. */
export interface Source {
  readonly value: unknown;
  /** Problems of the YAML itself. Where there are any, `value` is undefined. */
  readonly problems: readonly Problem[];
  /** The line of a key or list entry, or of the nearest part around it that exists; from 1. */
  line(path: Path): number;
}

/** Reads YAML 1.2; keys that occur twice and tags that are not of YAML itself are problems. Never throws. */
export function readSource(text: string): Source {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: true,
    stringKeys: true,
  });
  const at = (offset: number) => Math.max(1, counter.linePos(offset).line);
  const problems = [...document.errors, ...document.warnings].map(error =>
    syntaxProblem(error.code, error.message, at(error.pos[0])),
  );
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.source !== '' && alias.resolve(document) === undefined)
        problems.push(lostAlias(alias.source, at(alias.range?.[0] ?? 0)));
    },
  });
  const root = document.contents as Node | null;
  return {
    value: problems.length > 0 ? undefined : toValue(document, problems),
    problems,
    line: path => at(offsetOf(root, path)),
  };
}

function toValue(document: ReturnType<typeof parseDocument>, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch {
    // Aliases that unfold into very much (a "billion laughs").
    problems.push(syntaxProblem('ALIAS', 'too many aliases', 1));
    return undefined;
  }
}

const starHint = 'put what begins with * in quotes';

/** Mostly a pattern that was meant as text: `- *wiki`. */
function lostAlias(name: string, line: number): Problem {
  return { path: '', line, found: `*${name}, which YAML takes for a reference`, expected: 'a value', hint: starHint };
}

function syntaxProblem(code: string, message: string, line: number): Problem {
  if (code === 'DUPLICATE_KEY')
    return { path: '', line, found: 'a key that stands twice in the same place', expected: 'each key once' };
  return {
    path: '',
    line,
    found: `text that is not YAML: ${message}`,
    expected: 'YAML 1.2',
    ...(code === 'TAB_AS_INDENT' && { hint: 'indent with spaces, not with tabs' }),
    ...(code === 'BAD_ALIAS' && { hint: starHint }),
  };
}

function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    const key = keyNode(node, step);
    node = node.get(step, true);
    // A block that begins below its key is found by its key: that is the line an operator looks for.
    const next = key ?? (node as Node | undefined)?.range?.[0];
    if (next === undefined) break;
    offset = next;
  }
  return offset;
}

function keyNode(node: unknown, step: string | number): number | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find(item => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
