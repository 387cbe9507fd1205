import type { Refusal } from '../ui/pages-refusal.tsx';
import { cookieNames, dropCookie, setCookie } from './cookie-names.ts';
import type { Exchange } from './exchange.ts';

/** What a fresh login page says first: why the sign-in before it did not go on. Codes travel, never texts. */
export const notes = {
  expired: 'visit-expired',
  spent: 'visit-spent',
  name: 'name-refused',
  limited: 'limited',
  unjudged: 'unjudged',
  unreachable: 'unreachable',
  unknown: 'account-unknown',
  pendings: 'pendings',
  kept: 'kept',
} as const satisfies Readonly<Record<string, Refusal>>;
export type Note = keyof typeof notes;

export function leaveNote(exchange: Exchange, note: Note, seconds?: number): void {
  const value = seconds === undefined ? note : `${note}.${Math.min(seconds, 86_400)}`;
  exchange.setCookies.push(setCookie(cookieNames.note, value, 60));
}

/** Takes the note: it is shown once. */
export function takeNote(
  exchange: Exchange,
): { refusal: Refusal; values: Readonly<Record<string, string | number>> } | undefined {
  const [code, seconds] = exchange.cookie(cookieNames.note)?.split('.') ?? [];
  if (exchange.cookies.has(cookieNames.note)) exchange.setCookies.push(dropCookie(cookieNames.note));
  if (code === undefined || !Object.hasOwn(notes, code)) return undefined;
  const wait = /^\d{1,5}$/.test(seconds ?? '') ? Number(seconds) : 60;
  return { refusal: notes[code as Note], values: { seconds: wait, app: exchange.app.settings.title } };
}
