import type { MessageId } from '../ui/messages.ts';
import { cookieNames, dropCookie, setCookie } from './cookie-names.ts';
import type { Exchange } from './exchange.ts';

/** What a fresh login page says first: why the sign-in before it did not go on. Codes travel, never texts. */
export const notes = {
  expired: 'refusal.visit-expired.text',
  spent: 'refusal.visit-spent.text',
  name: 'refusal.name-refused.text',
  limited: 'refusal.limited.text',
  unjudged: 'refusal.unjudged.text',
  unreachable: 'refusal.unreachable.text',
  unknown: 'refusal.account-unknown.text',
  pendings: 'refusal.pendings.text',
} as const satisfies Readonly<Record<string, MessageId>>;
export type Note = keyof typeof notes;

export function leaveNote(exchange: Exchange, note: Note, seconds?: number): void {
  const value = seconds === undefined ? note : `${note}.${Math.min(seconds, 86_400)}`;
  exchange.setCookies.push(setCookie(cookieNames.note, value, 60));
}

/** Takes the note: it is shown once. */
export function takeNote(
  exchange: Exchange,
): { message: MessageId; values: Readonly<Record<string, number>> } | undefined {
  const [code, seconds] = exchange.cookie(cookieNames.note)?.split('.') ?? [];
  if (exchange.cookies.has(cookieNames.note)) exchange.setCookies.push(dropCookie(cookieNames.note));
  if (code === undefined || !Object.hasOwn(notes, code)) return undefined;
  return { message: notes[code as Note], values: { seconds: /^\d{1,5}$/.test(seconds ?? '') ? Number(seconds) : 60 } };
}
