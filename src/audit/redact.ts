/** What stands in a log line instead of a secret. */
export const hidden = '[hidden]';

/** The one list (rule 8). Names are compared in lower case without signs: `_pass`, `set-cookie` and `setCookie` are all caught. */
const wholeNames = ['pass', 'pwd', 'otp', 'pin', 'seed', 'jwt', 'sid', 'session_token', 'roundcube_sessid'].map(bare);
const endings = ['code', 'codes', 'key', 'keys'];
const anywhere = [
  'password',
  'passwd',
  'passphrase',
  'wachtwoord',
  'cookie',
  'authorization',
  'secret',
  'token',
  'credential',
];
/** Names that end like a secret and are none. */
const harmless = ['statuscode', 'errorcode', 'exitcode'];

export function isSecretName(name: string): boolean {
  const plain = bare(name);
  if (harmless.includes(plain)) return false;
  return (
    wholeNames.includes(plain) ||
    endings.some(ending => plain.endsWith(ending)) ||
    anywhere.some(part => plain.includes(part))
  );
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

const deepest = 8;

/** A copy that may be logged: secrets hidden by name at every depth, bytes hidden whole, errors as name, message, code and stack. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `${value}` : value;
  if (depth > deepest || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return hidden;
  if (value instanceof Date) return value;
  if (value instanceof URL) return redactText(value.href);
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return redactArray(value, depth);
  return redactObject(value instanceof Map ? Object.fromEntries(value) : value, depth);
}

function redactObject(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, part]) => [name, redactPart(name, part, depth)] as const);
  return Object.fromEntries(entries);
}

function redactPart(name: string, part: unknown, depth: number): unknown {
  return isSecretName(name) && part !== undefined ? hidden : redact(part, depth + 1);
}

/** Header lists come as name, value, name, value: what follows a secret's name is hidden. */
function redactArray(values: readonly unknown[], depth: number): unknown[] {
  return values.map((value, index) => {
    const before = values[index - 1];
    return typeof before === 'string' && isSecretName(before) ? hidden : redact(value, depth + 1);
  });
}

/** Own properties of errors are left out: libraries hang whole requests on them. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: redactText(error.message),
    ...('code' in error ? { errorCode: error.code } : {}),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

/** Secrets that stand in a text as `name=value`, as in a query, a form body or a cookie header. */
export function redactText(text: string): string {
  return text.replace(/([A-Za-z0-9_.%-]{1,64})=([^&;\s"'\\]+)/g, (whole, name: string) =>
    isSecretName(name) ? `${name}=${hidden}` : whole,
  );
}

// Controls, line separators and invisible signs (those that turn the direction of text too): a name could break a line, or hide.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Writes what could break, hide or reorder a line as `\uXXXX`; in JSON text the meaning stays the same. */
export function printable(text: string): string {
  return text.replace(unprintable, sign =>
    Array.from({ length: sign.length }, (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
