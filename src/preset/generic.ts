import { foldName } from '../policy/target.ts';
import type { AnswerMark, FailureMark, Preset, SignInField, SignOutRule, Whoami } from './preset.ts';

/** An app described in the configuration. Patterns are regular expressions as text; those for whole values are anchored here. */
export interface GenericOptions {
  readonly title?: string;
  /** Path and query of the login page. */
  readonly loginPage: string;
  /** Path that the form posts to. */
  readonly action: string;
  /** Query names that the form's address carries, with a pattern for the whole value. */
  readonly actionQuery?: Readonly<Record<string, string>>;
  readonly userField: string;
  readonly passwordField: string;
  /** Every other field: `value` is fixed, `pattern` is for the whole value; with neither any short value is fine. */
  readonly otherFields: Readonly<Record<string, GenericField>>;
  /** Pattern for the whole name of the cookie that means "signed in". */
  readonly proofCookie: string;
  /** Values of it that mean the opposite; empty always does. */
  readonly proofNot: readonly string[];
  /** Without it every answer that shows no proof is thrown away. `location` is for the whole value. */
  readonly failure?: { readonly status: number; readonly location?: string; readonly proofRemoved?: boolean };
  readonly whoami: GenericWhoami;
  readonly landing: string;
  /** Public files: an exact path, or a folder ending in `/`. */
  readonly assets: readonly string[];
  /** The request that signs out. */
  readonly signOut?: { readonly path: string; readonly parameters?: Readonly<Record<string, string>> };
  /** Where people change their password: a path, `*` at its end for all below, and the field that holds the new one. */
  readonly passwordChange?: {
    readonly path: string;
    readonly fields: readonly string[];
    readonly changed?: GenericMark;
    readonly refused?: GenericMark;
  };
  readonly folding: 'php' | 'none';
  /** Forms of before a new sign-in are taken after it. */
  readonly formTokenSurvives?: boolean;
  /** How the app answers a navigation when its own session is gone. `location` is for the whole value. */
  readonly signedOut?: { readonly status: number; readonly location?: string };
}

/** `location` is for the whole value; `body` is searched for in the page. */
export interface GenericMark {
  readonly status?: number;
  readonly location?: string;
  readonly body?: string;
}

export interface GenericField {
  readonly value?: string;
  readonly pattern?: string;
  readonly optional?: boolean;
}

export type GenericWhoami =
  | { readonly from: 'request'; readonly path: string; readonly body: string }
  | { readonly from: 'cookie'; readonly value: string; readonly decode: 'text' | 'base64' }
  | { readonly from: 'location'; readonly value: string }
  | { readonly from: 'nothing' };

/** @throws {SyntaxError} where a pattern is not a regular expression; the configuration's schema checks that before. */
export function genericPreset(options: GenericOptions): Preset {
  return {
    name: 'generic',
    title: options.title ?? 'the app',
    folding: options.folding,
    login: { page: options.loginPage, pages: [loginPage(options.loginPage)] },
    assets: options.assets.map(path => ({ path, query: ['v', 'ver', 's', 't', 'tseed'] })),
    signIn: {
      path: options.action,
      query: mapValues(options.actionQuery ?? {}, whole),
      mediaType: 'application/x-www-form-urlencoded',
      fields: signInFields(options),
    },
    proof: { cookie: whole(options.proofCookie), not: [...new Set([...options.proofNot, ''])] },
    failure: failureMark(options.failure),
    whoami: whoami(options.whoami),
    signOut: signOut(options.signOut),
    signedOutAnswer: options.signedOut && answer(options.signedOut),
    scriptSignedOut: undefined,
    idle: [],
    readable: [],
    credentialPaths: [],
    passwordChange: passwordChange(options),
    closed: [],
    rotation: { by: 'none' },
    formTokenSurvives: options.formTokenSurvives ?? false,
    landing: options.landing,
    limiter: { failures: 10, window: 600_000 },
    serviceWorker: false,
  };
}

/** The query that the configuration wrote down is the only one: all of it, and nothing else. */
function loginPage(page: string): Preset['login']['pages'][number] {
  const url = new URL(page, 'http://app.invalid');
  const query = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, whole(literal(value))]));
  return { path: url.pathname, query, required: Object.keys(query) };
}

function signInFields(options: GenericOptions): Record<string, SignInField> {
  return {
    ...mapValues(options.otherFields, signInField),
    [options.userField]: { role: 'user' },
    [options.passwordField]: { role: 'password' },
  };
}

function signInField({ value, pattern, optional = false }: GenericField): SignInField {
  if (value !== undefined) return { role: 'fixed', value, optional };
  // Long enough for the tokens of the large frameworks, short of the free text that could steer something.
  return { role: 'free', pattern: whole(pattern ?? '[A-Za-z0-9_.:+/=-]{0,512}'), optional };
}

function failureMark(failure: GenericOptions['failure']): FailureMark | undefined {
  if (failure === undefined) return undefined;
  return { ...answer(failure), ...(failure.proofRemoved === undefined ? {} : { proofRemoved: failure.proofRemoved }) };
}

function answer(mark: { status: number; location?: string }): { status: number; location?: RegExp } {
  return mark.location === undefined
    ? { status: mark.status }
    : { status: mark.status, location: whole(mark.location) };
}

function whoami(options: GenericWhoami): Whoami {
  switch (options.from) {
    case 'request':
      // Searched for inside a page, so not anchored.
      return { from: 'request', path: options.path, body: new RegExp(options.body) };
    case 'cookie':
      return { from: 'cookie', value: whole(options.value), decode: options.decode };
    case 'location':
      return { from: 'location', value: whole(options.value) };
    case 'nothing':
      return { from: 'nothing' };
  }
}

function passwordChange({ passwordChange: options, folding }: GenericOptions): Preset['passwordChange'] {
  if (options === undefined) return undefined;
  const { path, fields, changed, refused } = options;
  return {
    path,
    fields: fields.map(field => foldName(field, folding)),
    changed: changed && mark(changed),
    refused: refused && mark(refused),
  };
}

function mark({ status, location, body }: GenericMark): AnswerMark {
  return {
    ...(status === undefined ? {} : { status }),
    ...(location === undefined ? {} : { location: whole(location) }),
    // Searched for inside a page, so not anchored.
    ...(body === undefined ? {} : { body: new RegExp(body) }),
  };
}

function signOut(options: GenericOptions['signOut']): SignOutRule {
  return { requests: options === undefined ? [] : [options] };
}

/** Anchored at both ends; `$` without flag m matches nowhere but at the very end. */
function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
