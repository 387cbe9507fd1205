import type { z } from 'zod';
import { plainStep, problemsOf, valueAt } from './issues.ts';
import type { Problem } from './problem.ts';
import {
  type AppConfiguration,
  appSchema,
  type Configuration,
  configurationSchema,
  identifier,
  type RealmConfiguration,
  realmSchema,
} from './schema.ts';
import type { Path, Source } from './source.ts';

/** The sections that stand by themselves, and the realms and apps that could be read; the others have problems. */
export type Parts = { readonly [K in Section]: Configuration[K] | undefined } & {
  readonly realms: ReadonlyMap<string, RealmConfiguration>;
  readonly apps: ReadonlyMap<string, AppConfiguration>;
  /** Of all realms that stand there, also those with mistakes. */
  readonly realmNames: readonly string[];
  /** What every app names, also those with mistakes elsewhere. */
  readonly mentions: readonly Mention[];
};

export interface Mention {
  readonly id: string;
  readonly realm: string | undefined;
  readonly preset: string | undefined;
}

type Section = Exclude<keyof Configuration, 'realms' | 'apps'>;

const shape = configurationSchema.shape;

/** Reads part by part, so that a mistake in one app hides none in another and none between the two. */
export function readParts(source: Source, problems: Problem[]): Parts {
  const root = isBlock(source.value) ? source.value : undefined;
  if (root === undefined || hasUnknown(root)) problems.push(...rootProblems(source));
  const read = <S extends z.ZodType>(schema: S, path: Path, value: unknown): z.output<S> | undefined => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    problems.push(...problemsOf(source, result.error.issues, path));
    return withoutUnknown(schema, value, result.error.issues);
  };
  const section = <K extends Section>(name: K) =>
    read<z.ZodType>(shape[name], [name], root?.[name]) as Configuration[K] | undefined;
  const entries = <S extends z.ZodType>(name: string, schema: S): ReadonlyMap<string, z.output<S>> => {
    const found = new Map<string, z.output<S>>();
    for (const [key, value] of namedBlocks(source, name, root?.[name], problems)) {
      const entry = read(schema, [name, key], value);
      if (entry !== undefined) found.set(key, entry);
    }
    return found;
  };
  return {
    version: section('version'),
    data: section('data'),
    store: section('store'),
    listen: section('listen'),
    management: section('management'),
    stop: section('stop'),
    classes: section('classes'),
    session: section('session'),
    limits: section('limits'),
    levels: section('levels'),
    webauthn: section('webauthn'),
    mail: section('mail'),
    console: section('console'),
    reset: section('reset'),
    retention: section('retention'),
    trust: section('trust'),
    approval: section('approval'),
    factors: section('factors'),
    log: section('log'),
    keys: section('keys'),
    workers: section('workers'),
    realms: entries('realms', realmSchema),
    apps: entries('apps', appSchema),
    realmNames: isBlock(root?.['realms']) ? Object.keys(root['realms']) : [],
    mentions: isBlock(root?.['apps']) ? Object.entries(root['apps']).map(([id, app]) => mentionOf(id, app)) : [],
  };
}

function mentionOf(id: string, app: unknown): Mention {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { id, realm: text(valueAt(app, ['realm'])), preset: text(valueAt(app, ['preset'])) };
}

/** A part whose only mistakes are unknown keys is still held against the others; its problems are kept. */
function withoutUnknown<S extends z.ZodType>(schema: S, value: unknown, issues: readonly z.core.$ZodIssue[]) {
  const rest = structuredClone(value);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') return undefined;
    const block = valueAt(rest, issue.path.map(plainStep)) as Record<string, unknown>;
    for (const key of issue.keys) delete block[key];
  }
  return schema.safeParse(rest).data;
}

function hasUnknown(root: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(root).some(key => !Object.hasOwn(shape, key));
}

/** Only what concerns the top level itself; its sections are read one by one. */
function rootProblems(source: Source): Problem[] {
  const issues = configurationSchema.safeParse(source.value).error?.issues ?? [];
  return problemsOf(
    source,
    issues.filter(issue => issue.path.length === 0),
    [],
  );
}

function namedBlocks(source: Source, name: string, value: unknown, problems: Problem[]): readonly [string, unknown][] {
  if (!isBlock(value) || Object.keys(value).length === 0) {
    const line = source.line([name]);
    problems.push({
      path: name,
      line,
      found: 'none',
      expected: `at least one entry: a name, and below it the settings`,
    });
    return [];
  }
  for (const key of Object.keys(value)) {
    const issues = identifier.safeParse(key).error?.issues ?? [];
    const line = source.line([name, key]);
    for (const issue of issues)
      problems.push({
        path: `${name}.${key}`,
        line,
        found: JSON.stringify(key),
        expected: issue.message.replace('expected ', ''),
      });
  }
  return Object.entries(value);
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
