const hidden = '(not shown)';
const secretName = /pass(word|phrase|wd)?$|secret|token|^keys?$|credential|private|cookie$|^auth/i;

/**
 * A value from a configuration as it may be shown: in problems, in the log, in a report. What stands under a name of
 * a secret is left out, a user and password in an address too; text is cut at 60 characters.
 */
export function showValue(path: readonly (string | number)[], value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (an empty value)';
  if (path.some(step => typeof step === 'string' && mayBeSecret(step, path))) return `${kindOf(value)} ${hidden}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a block of settings';
  if (typeof value !== 'string') return `the ${typeof value} ${String(value)}`;
  const text = withoutUserinfo(value);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** Known settings whose names look like a secret's, but which hold file names, patterns or field names. */
const harmless = ['listen.tls.key', 'keys.file', 'signIn.passwordField', 'signIn.proofCookie'];

function mayBeSecret(step: string, path: readonly (string | number)[]): boolean {
  const whole = path.join('.');
  return secretName.test(step) && !harmless.some(name => whole === name || whole.endsWith(`.${name}`));
}

function withoutUserinfo(text: string): string {
  return text.replace(/(:\/\/)[^/\s]*@/g, `$1${hidden}@`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a block of settings';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
