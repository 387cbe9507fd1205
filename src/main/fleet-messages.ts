import type { ErrorCode } from '../kernel/errors.ts';

/** What a worker serves by. The text and not the file: one that takes another's place later serves by what was accepted. */
export interface Assignment {
  readonly file: string;
  /** Where relative paths in the text start. */
  readonly folder: string;
  readonly text: string;
  /** Counted from 1. A worker that takes another's place takes its number. */
  readonly number: number;
  readonly workers: number;
}

/** From the supervisor to a worker. */
export type Order =
  | { readonly kind: 'serve'; readonly assignment: Assignment }
  /** Answered with 'changed' or 'unchanged'. */
  | { readonly kind: 'change'; readonly assignment: Assignment }
  | { readonly kind: 'stop' }
  /** Answered with 'here'. */
  | { readonly kind: 'are-you-there' }
  /** Answered with 'figures' of the same number. */
  | { readonly kind: 'figures'; readonly ask: number }
  /** Answers 'all-figures' of the same number. */
  | { readonly kind: 'all-figures'; readonly ask: number; readonly texts: readonly string[] }
  /** What it has under way ends at once. */
  | { readonly kind: 'hurry' };

/** An error on its way to another process. */
export interface Failure {
  /** Undefined for what no code was foreseen for. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly remedy: string | undefined;
}

/** From a worker to its supervisor. */
export type Report =
  | { readonly kind: 'listening' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'here' }
  | { readonly kind: 'figures'; readonly ask: number; readonly text: string }
  /** Monitoring asked this worker, and wants to know of all. */
  | { readonly kind: 'all-figures'; readonly ask: number }
  /** It serves as before. */
  | { readonly kind: 'unchanged'; readonly failure: Failure }
  /** It ends. */
  | { readonly kind: 'failed'; readonly failure: Failure };
