/**
 * What Sluis knows of one kind of app: where its login page is, what its sign-in looks like, how it says yes and no.
 * Everything not named here is closed to people without a session (rule 2). A preset is data: patterns are anchored
 * by whoever matches them, and are matched on canonical values only.
 */
export interface Preset {
  readonly name: string;
  /** As people know it: "Roundcube". */
  readonly title: string;
  /** How the app reads parameter names: PHP drops leading spaces, reads `.`, ` ` and `[` in names as `_`; `none` compares as they are. */
  readonly folding: 'php' | 'none';
  readonly login: LoginPages;
  /** Public files: GET and HEAD only, no body, cookies or Authorization sent on, Set-Cookie of the answer dropped. */
  readonly assets: readonly AssetRule[];
  readonly signIn: SignInForm;
  readonly proof: Proof;
  /** What occurs only in failed sign-ins; without a match an answer that shows no proof is thrown away. */
  readonly failure: FailureMark | undefined;
  readonly whoami: Whoami;
  readonly signOut: SignOutRule;
  /** How the app answers, inside a session of ours, when its own session is gone. A removed proof cookie counts always. */
  readonly signedOutAnswer: SignedOutAnswer | undefined;
  /** The constant answer that the app's own scripts read as "you are signed out". */
  readonly scriptSignedOut: ConstantAnswer | undefined;
  /** Requests that do not count as activity (polling). */
  readonly idle: readonly RequestMark[];
  /** Cookie names that the app's scripts must read; never a proof or session cookie. They pass unsealed in every state. */
  readonly readable: readonly string[];
  /** Requests inside a session whose bodies rightly carry a user and a password field together. */
  readonly credentialPaths: readonly RequestMark[];
  /** How a person changes her own password in the app; undefined where the app has no page for it. */
  readonly passwordChange: PasswordChange | undefined;
  /** Doors for programs (XML-RPC, DAV, APIs): closed to everybody until an app password or a handoff opens them. */
  readonly closed: readonly RequestMark[];
  /** How a new proof may appear inside a session without a sign-in. */
  readonly rotation: Rotation;
  /**
   * Whether a form of an earlier session of the app is taken in a new one of the same person: its token does not hang on
   * the session, or there is none. Where false, what was written is given back and not sent.
   */
  readonly formTokenSurvives: boolean;
  /** Where a person lands when no page was asked for and the app's answer named none. */
  readonly landing: string;
  /** The app's own limit on failed sign-ins of one account; Sluis stays two below it for unknown browsers (R09). */
  readonly limiter: { readonly failures: number; readonly window: number };
  /** Service worker scripts are refused unless the app lives by one. */
  readonly serviceWorker: boolean;
}

/** A request as a preset names it: a canonical path, exact unless it ends in `*`, and folded parameters that must all match. */
export interface RequestMark {
  readonly methods?: readonly string[];
  readonly path: string;
  /** Folded name to the value it must have: text compared exactly, or a pattern that must match the whole value. Looked for in query and body alike. */
  readonly parameters?: Readonly<Record<string, string | RegExp>>;
}

export interface LoginPages {
  /** Where people without a session are led: path and query. */
  readonly page: string;
  /** Every page that a visit may GET with its own cookies: an exact path and the query names it may carry, each with a pattern for its whole value. */
  readonly pages: readonly {
    readonly path: string;
    readonly query: Readonly<Record<string, RegExp>>;
    /** Names that must be there; without them the same path is something else (DokuWiki's `do=login`). */
    readonly required?: readonly string[];
  }[];
}

export interface AssetRule {
  /** Exact path, or a prefix ending in `/`. A prefix matches files only: the rest must match `file`. */
  readonly path: string;
  /** What may follow a prefix. Default: path segments of `[A-Za-z0-9._-]`, folders with dots before digits only, and an ending in css, js, png, gif, jpg, svg, ico, woff, woff2, ttf. */
  readonly file?: RegExp;
  readonly query?: readonly string[];
}

export interface SignInForm {
  readonly path: string;
  /** Query names with a pattern for the whole value; others make it no sign-in. */
  readonly query: Readonly<Record<string, RegExp>>;
  readonly mediaType: 'application/x-www-form-urlencoded' | 'application/json';
  /** Every field that the form may carry, by its folded name. Unknown fields refuse the sign-in. */
  readonly fields: Readonly<Record<string, SignInField>>;
  /** Scripted sign-in only: the constant answer to a passed first gate. Without it a script gets 401 and where to go. */
  readonly scriptAnswer?: ConstantAnswer;
}

export type SignInField =
  | { readonly role: 'user' }
  | { readonly role: 'password' }
  /** Must be there (unless optional) and have this very value: action fields. */
  | { readonly role: 'fixed'; readonly value: string; readonly optional?: boolean }
  /** Any value that matches the whole pattern. */
  | { readonly role: 'free'; readonly pattern: RegExp; readonly optional?: boolean };

/** A cookie set with a value that means "signed in". The last Set-Cookie of a matching name decides. */
export interface Proof {
  readonly cookie: RegExp;
  /** Values that mean the opposite: `-del-`, `deleted`, empty. */
  readonly not: readonly string[];
}

export interface FailureMark {
  readonly status: number;
  /** The proof cookie is taken away in the same answer. */
  readonly proofRemoved?: boolean;
  /** A Location that leads back to the form. */
  readonly location?: RegExp;
}

/** How the app says whose account it is. */
export type Whoami =
  /** The proof cookie's value names the account: first group, then decoded. */
  | { readonly from: 'cookie'; readonly value: RegExp; readonly decode: 'text' | 'base64' }
  /** A request made with the quarantined cookies; first group of the pattern in its body (capped at 256 KiB). */
  | { readonly from: 'request'; readonly path: string; readonly body: RegExp }
  /** The Location of the answer; first group. */
  | { readonly from: 'location'; readonly value: RegExp }
  /** The app does not say: only listed names may go on. */
  | { readonly from: 'nothing' };

export interface SignOutRule {
  /** Requests that may sign out; it is one only if the answer removes the proof or matches `answer`. */
  readonly requests: readonly RequestMark[];
  readonly answer?: { readonly status: number; readonly location?: RegExp };
  /** A request of ours that ends the app's session, made when a pending sign-in is abandoned or Sluis's own button is pressed. Undefined where the app wants a token for it. */
  readonly path?: string;
  /**
   * Cookies of the session that the app goes on with after it has emptied that session, without setting them again: the
   * login form in its answer belongs to them. Never proof, and only where the app really ends what the cookie opened.
   */
  readonly keeps?: readonly string[];
}

/** A new password on its way: known by its field, since the same form can be sent to the app in more ways than its own page does. */
export interface PasswordChange {
  /** A canonical path, exact unless it ends in `*`. */
  readonly path: string;
  /** Folded names of the field that holds the new password: one of them in a body, and not empty, makes it a change. */
  readonly fields: readonly string[];
  /** How the app says yes, which counts whatever else the answer holds. */
  readonly changed: AnswerMark | undefined;
  /** What occurs only where the app left the password as it was. An answer that says neither counts as yes. */
  readonly refused: AnswerMark | undefined;
}

/** All that is named must hold. `body` is looked for in the first 256 KiB of the page. */
export interface AnswerMark {
  readonly status?: number;
  readonly location?: RegExp;
  readonly body?: RegExp;
}

export interface SignedOutAnswer {
  readonly status: number;
  readonly location?: RegExp;
  /** Lower-case header names; each has a value that matches, or is `absent`. All of them must hold. */
  readonly headers?: Readonly<Record<string, RegExp | 'absent'>>;
}

export interface ConstantAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `same-session-cookie`: the named cookie is unchanged (Roundcube). `names-account`: the new value names the same account by `whoami` (DokuWiki). */
export type Rotation =
  | { readonly by: 'none' }
  | { readonly by: 'same-session-cookie'; readonly cookie: string }
  | { readonly by: 'names-account' };
