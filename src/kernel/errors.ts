/** Every failure that Sluis itself raises, with a code that stays the same over releases. */
export const errorCodes = [
  'config.invalid',
  'config.unreadable',
  'data.unwritable',
  'data.newer',
  'data.wrong-key',
  'data.shared',
  'listen.in-use',
  'listen.not-permitted',
  'worker.failing',
  'store.unavailable',
  'store.conflict',
  'audit.broken',
  'account.name-refused',
  'account.unknown',
  'enrolment.refused',
  'tokens.refused',
  'operator.refused',
  'cli.usage',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * An error with a stable code. `message` is safe to show to the operator; nothing of it is ever shown to a
 * person at a browser (rule 7). `remedy` says what to do about it.
 */
export class SluisError extends Error {
  override readonly name = 'SluisError';
  readonly code: ErrorCode;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
  }
}
