import type { MailResult, MailStep, MailTrouble } from '../notice/mailer.ts';

const longest = 200;
/** Whoever sends must sign in, or otherwise than we did (RFC 4954 6). */
const unsigned = [530, 534, 535, 538];

/** What the library tells of an error, as far as it is asked. */
interface Told {
  readonly code: string | undefined;
  readonly command: string | undefined;
  readonly status: number | undefined;
  readonly response: string | undefined;
  readonly message: string;
}

/**
 * Whether it is worth trying again, and where it went wrong. A 5xx to recipient or message is for good (RFC 5321 4.2.1);
 * one to the sign-in, to TLS or to our sender is not: that is said to every mail, and they are as good as before once
 * the operator has mended it.
 */
export function troubleOf(error: unknown, outOfTime: boolean): MailResult {
  if (outOfTime) return { outcome: 'later', trouble: { at: 'time' } };
  const told = toldBy(error);
  const at = stepOf(told);
  const ofTheMail = at === 'recipient' || at === 'message';
  const refused = ofTheMail && told.status !== undefined && told.status >= 500;
  return { outcome: refused ? 'refused' : 'later', trouble: { at, status: told.status, said: saidBy(told, at) } };
}

function toldBy(error: unknown): Told {
  const part = (name: string) =>
    typeof error === 'object' && error !== null && name in error ? (error as Record<string, unknown>)[name] : undefined;
  const text = (name: string) => (typeof part(name) === 'string' ? String(part(name)) : undefined);
  const status = part('responseCode');
  return {
    code: text('code'),
    command: text('command'),
    status: typeof status === 'number' && status > 0 ? status : undefined,
    response: text('response'),
    message: text('message') ?? '',
  };
}

function stepOf({ code, command = '', status }: Told): MailStep {
  if (code === 'ETIMEDOUT') return 'time';
  if (status === 421) return 'connect';
  if (status !== undefined && unsigned.includes(status)) return 'sign-in';
  if (code === 'EAUTH' || code === 'ENOAUTH' || command.startsWith('AUTH')) return 'sign-in';
  if (code === 'ETLS' || command === 'STARTTLS') return 'tls';
  if (command.startsWith('MAIL FROM')) return 'sender';
  if (command.startsWith('RCPT TO')) return 'recipient';
  if (command === 'DATA' || code === 'EMESSAGE') return 'message';
  return code === 'EENVELOPE' && status !== undefined ? 'recipient' : 'connect';
}

/**
 * One line, addresses hidden. Nothing of a reply to the sign-in, which may hold the name or the challenge; nothing of a
 * reply to the message, which some filters quote: a code must never stand in a log.
 */
function saidBy({ response, message }: Told, at: MailStep): MailTrouble['said'] {
  if (at === 'sign-in' || at === 'message') return enhanced(response);
  const start = (response ?? message).slice(0, longest * 2).split(/\s+/);
  const words = start.map(word => (word.includes('@') ? '[address]' : word)).join(' ');
  return words === '' ? undefined : words.slice(0, longest);
}

/** The figures of RFC 3463 alone: 5.7.8. */
function enhanced(response: string | undefined): string | undefined {
  return /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(response ?? '')?.[0];
}
