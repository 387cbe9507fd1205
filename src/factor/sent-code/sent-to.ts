import { mayCarry } from '../email/mailbox.ts';
import type { Factor } from '../person.ts';
import type { SendingRules } from './usable.ts';

/** What a session must know of the code that it was opened with, where that was sent: whether such codes are taken may change. */
export type SentTo = { readonly kind: 'sms' } | { readonly kind: 'email'; readonly domain: string };

/** Undefined for what no code is sent to. */
export function sentTo(factor: Factor): SentTo | undefined {
  if (factor.kind === 'sms') return { kind: 'sms' };
  if (factor.kind !== 'email') return undefined;
  const { address } = factor.credential;
  return { kind: 'email', domain: address.slice(address.lastIndexOf('@') + 1) };
}

/**
 * Whether what opened a session is still worth something at this app, by the configuration as it is now (R04, R20). Prefixes
 * of numbers say which numbers cost what, and take nothing from who is in.
 */
export function stillTaken({ sms, email }: SendingRules, app: string): (sent: SentTo | undefined) => boolean {
  return sent => {
    if (sent === undefined) return true;
    if (sent.kind === 'sms') return sms !== undefined;
    return mayCarry(email?.mailboxes.get(app), `@${sent.domain}`);
  };
}
