import type { MailState } from '../notice/outbox.ts';
import type { ResetCase } from './case.ts';

/** Mails of one case: the link that asks, what was done (to requester and user), and that it was refused. */
export type CaseMail = 'ask' | 'done' | 'user' | 'refused';

/** What became of one; a mail that was taken may still come back later, to the address it is from. */
export interface SentMail {
  readonly about: CaseMail;
  readonly state: MailState;
}

/** One of each kind for a case: what a crash broke off and was done again is told once. */
export function mailIdOf({ id }: Pick<ResetCase, 'id'>, about: CaseMail): string {
  return `reset-${id}-${about}`;
}

export function mailsOf({ request, executed, refused }: ResetCase): readonly CaseMail[] {
  return [
    ...(request.by === 'link' ? (['ask'] as const) : []),
    ...(executed === undefined ? [] : (['done', 'user'] as const)),
    ...(refused === undefined ? [] : (['refused'] as const)),
  ];
}

/** Whether a clerk has to do something about it: nobody would learn what this mail was to tell. */
export function callsFor({ state, request }: ResetCase, mail: SentMail): boolean {
  if (mail.state !== 'failed') return false;
  if (mail.about === 'ask') return state === 'requested' && request.by === 'link' && request.at === undefined;
  return state === (mail.about === 'refused' ? 'refused' : 'executed');
}
