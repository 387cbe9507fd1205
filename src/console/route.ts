import type { Child } from 'hono/jsx';
import type { Act } from '../operator/role.ts';
import type { ConsolePage } from '../ui/console-layout.tsx';
import type { FormTokens } from '../ui/form.tsx';
import type { MessageId } from '../ui/messages.ts';
import type { ConsoleDeps } from './deps.ts';
import type { PostedForm } from './form.ts';
import type { Inside } from './gate.ts';
import type { ConsoleContext, View } from './view.ts';

/** What a page of the console is given: everything was checked before. */
export interface Ask extends Inside {
  readonly c: ConsoleContext;
  readonly deps: ConsoleDeps;
  readonly view: View;
  readonly page: ConsolePage;
  /** Of this request. */
  readonly source: string;
  /** Tokens for a form that is posted to this place of the console. */
  tokens(place: string): FormTokens;
  /** A parameter of the route, as it stands in the address, decoded. */
  param(name: string): string;
}

/** A page that is looked at. */
export interface PageRoute {
  readonly method: 'GET';
  readonly path: string;
  readonly act: Act;
  show(ask: Ask): Promise<Response>;
}

/** A form of a page that needs no page of its own before it. */
export interface FormRoute {
  readonly method: 'POST';
  readonly path: string;
  readonly act: Act;
  /** Where a form that comes too late, or twice, leads. */
  back(ask: Ask): string;
  /** What it is about, for the audit. */
  about(ask: Ask): string;
  submit(ask: Ask, form: PostedForm, reason: string): Promise<Done>;
}

export type FileType = 'text/plain' | 'text/csv' | 'application/json';

/** What an act came to: on to a place, a page at once (what is shown only once), or not done, with the reason. */
export type Done =
  | { readonly go: string; readonly notice?: MessageId }
  | { readonly show: string; readonly status?: number }
  | { readonly file: string | ReadableStream; readonly name: string; readonly type: FileType }
  /** `detail`: line by line, as the domain says it. */
  | { readonly mistake: MessageId; readonly detail?: readonly string[] };

/**
 * An act with consequences: a page that says what will happen to whom, and its form at the same place. The frame asks
 * for a fresh factor, for the reason, and records it before it is done.
 */
export interface ActRoute {
  readonly method: 'ACT';
  readonly path: string;
  readonly act: Act;
  back(ask: Ask): string;
  about(ask: Ask): string;
  /** Undefined where there is nothing of this name. */
  describe(ask: Ask): Promise<Description | undefined>;
  submit(ask: Ask, form: PostedForm, reason: string): Promise<Done>;
}

export interface Description {
  readonly title: string;
  readonly consequences: readonly string[];
  readonly submit: string;
  readonly fields?: Child;
  /** Below the form. */
  readonly after?: Child;
  /** The form carries a file. */
  readonly upload?: true;
}

export type ConsoleRoute = PageRoute | FormRoute | ActRoute;

/** A place that everybody finds in the navigation whose role may see it. */
export interface Place {
  readonly path: string;
  readonly title: MessageId;
  readonly act: Act;
}
