import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportFaults } from './report-faults.ts';

/** The tree of a map: what stands at its depth one (folders end in `/`), and files named deeper. */
export interface Tree {
  readonly entries: readonly string[];
  readonly deeper: readonly string[];
}

/** Folders of the map that come with a later release, and may be missing until then. */
const later = ['src/rollout/'];

/**
 * Reads the first code block of the map that begins with `src/`: two spaces of indent for what is inside src, none
 * for its neighbours; the first word of a line is the name.
 */
export function readTree(markdown: string): Tree | undefined {
  const [, block] = /```[a-z]*\n(src\/\n[\s\S]*?)```/.exec(markdown) ?? [];
  if (block === undefined) return undefined;
  const entries: string[] = [];
  const deeper: string[] = [];
  for (const line of block.split('\n').slice(1)) {
    const [, indent = '', name] = /^( *)([\w.-]+\/?)(?=\s|$)/.exec(line) ?? [];
    if (name === undefined) continue;
    if (indent.length > 4) continue;
    if (indent.length === 4) deeper.push(`${entries.at(-1) ?? ''}${name}`);
    else entries.push(indent === '' ? name : `src/${name}`);
  }
  return { entries, deeper };
}

/** Where the map and the project differ: what the map names must be there, and every folder of src be in the map. */
export function mapFaults(root: string, map: string): string[] {
  const file = join(root, map);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const tree = readTree(text);
  if (tree === undefined) return [`${map}: no tree of src/ in a code block`];
  const named = new Set(tree.entries);
  const missing = [...tree.entries, ...tree.deeper, ...pathsIn(text)].filter(
    entry => !later.includes(entry) && !existsSync(join(root, entry)),
  );
  const present = later.filter(entry => existsSync(join(root, entry)));
  return [
    ...missing.map(entry => `${map}: names ${entry}, which is not there`),
    ...roomsOf(root)
      .filter(room => !named.has(room))
      .map(room => `${room} is not in ${map}`),
    ...present.map(entry => `${entry} is there; take it off the list of what comes later in tools/check-map.ts`),
  ];
}

/** Files and folders that the text around the tree names in backquotes. */
function pathsIn(markdown: string): string[] {
  const paths = markdown.matchAll(/`((?:src|bin|demo|tools|config|test|loadtest|docs)\/[\w./-]+)`/g);
  return [...new Set([...paths].map(([, path = '']) => path))];
}

function roomsOf(root: string): string[] {
  const files = ['.ts', '.tsx'];
  return readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter(entry => entry.isDirectory() || files.some(ending => entry.name.endsWith(ending)))
    .filter(entry => !/\.test\.tsx?$/.test(entry.name))
    .map(entry => `src/${entry.name}${entry.isDirectory() ? '/' : ''}`);
}

if (import.meta.main) reportFaults('map', mapFaults(join(import.meta.dirname, '..'), join('docs', 'architecture.md')));
