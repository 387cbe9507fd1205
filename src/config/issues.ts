import type { z } from 'zod';
import { knownNames } from './json-schema.ts';
import { nearest, type Problem } from './problem.ts';
import { showValue } from './redact.ts';
import { isRefusedName } from './refused.ts';
import { enrolmentRules } from './schema-enrolment.ts';
import type { Path, Source } from './source.ts';

type Issue = z.core.$ZodIssue;

/** What a part of the schema complains of, as problems at their places. `base` is where that part stands. */
export function problemsOf(source: Source, issues: readonly Issue[], base: Path): Problem[] {
  return issues.flatMap(issue => problemOf(source, issue, [...base, ...issue.path.map(plainStep)]));
}

function problemOf(source: Source, issue: Issue, path: Path): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') return unknownKeys(source, issue.keys, path);
  const value = valueAt(source.value, path);
  if (path.at(-1) === 'firstFactor' && path[0] === 'realms' && !isBlock(value))
    return [firstFactorProblem(source, path, value)];
  if (issue.code === 'invalid_union') return unionProblems(source, issue, path);
  const expected = expectation(issue);
  return [
    {
      path: path.join('.'),
      line: source.line(path),
      found: showValue(path, value),
      expected,
      ...hintFor(issue, value),
    },
  ];
}

function unknownKeys(source: Source, keys: readonly string[], path: Path): readonly Problem[] {
  const names = knownNames(path);
  // Refused keys have a problem of their own that says why.
  return keys
    .filter(key => !isRefusedName(key))
    .map(key => {
      const meant = nearest(key, names);
      return {
        path: [...path, key].join('.'),
        line: source.line([...path, key]),
        found: `the unknown setting ${key}`,
        expected: `one of: ${names.join(', ')}`,
        ...(meant !== undefined && { hint: `did you mean ${meant}?` }),
      };
    });
}

/** Of the ways that a value may be written, only the complaints of the one that was tried are told. */
function unionProblems(source: Source, issue: z.core.$ZodIssueInvalidUnion, path: Path): readonly Problem[] {
  const tried = issue.errors.filter(errors => !errors.some(isWrongKind));
  const [only] = tried;
  if (tried.length === 1 && only !== undefined) return problemsOf(source, only, path);
  const told = issue.message === 'Invalid input' ? (only?.[0]?.message ?? knownNames(path).join(', ')) : issue.message;
  const expected = told.replace(/^expected /, '');
  const value = valueAt(source.value, path);
  return [{ path: path.join('.'), line: source.line(path), found: showValue(path, value), expected }];
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

/** R38: the one choice that cannot have a default is explained where it is missing. */
function firstFactorProblem(source: Source, path: Path, value: unknown): Problem {
  const meant = typeof value === 'string' ? nearest(value, enrolmentRules) : undefined;
  return {
    path: path.join('.'),
    line: source.line(path),
    found: showValue(path, value),
    expected:
      'activation-code (a letter or a colleague brings each person a code that sets up once) or desk (people come to a desk that knows who they are); self only for people on a list, between two dates. One word is for level 2, or one for each level: { 2: activation-code, 3: desk, 4: desk }. There is no default: if a password alone were enough to set up, the thief of a password would be the one who sets up (R38)',
    hint: meant === undefined ? 'add firstFactor: activation-code' : `did you mean ${meant}?`,
  };
}

function isBlock(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of settings',
  record: 'a block of names',
};

function expectation(issue: Issue): string {
  if (issue.message.startsWith('expected ')) return issue.message.slice('expected '.length);
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ');
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? 'text that is not empty' : `at least ${issue.minimum}`;
  if (issue.code === 'too_big')
    return issue.origin === 'string' ? `at most ${issue.maximum} characters` : `at most ${issue.maximum}`;
  if (issue.code === 'invalid_key') return issue.issues.map(expectation).join('; ');
  return issue.message;
}

function hintFor(issue: Issue, value: unknown): { hint?: string } {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const meant = nearest(value, issue.values.map(String));
    return meant === undefined ? {} : { hint: `did you mean ${meant}?` };
  }
  if (typeof value === 'number' && /^(?:expected )?a (?:duration|size)\b/.test(issue.message))
    return { hint: 'write the unit behind the number' };
  const bare = issue.code === 'invalid_type' && issue.expected === 'string';
  return bare && value !== undefined && value !== null ? { hint: 'put the value in quotes' } : {};
}

/** What stands at this path, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[step];
  }
  return current;
}

export function plainStep(step: PropertyKey): string | number {
  return typeof step === 'symbol' ? String(step) : step;
}
