import { maskedAddress } from '../factor/email/credential.ts';
import type { SentKind } from '../factor/sent-code/code.ts';
import type { CodeText, SendRequest } from '../factor/sent-code/sending.ts';
import { maskedNumber } from '../factor/sms/credential.ts';
import type { Page } from '../ui/layout.tsx';
import type { Outcome } from './answers.ts';
import type { PortalDeps } from './deps.ts';
import type { SignIn } from './sign-in.ts';
import type { ArriveProps } from './steps.ts';

/** Sends a code for this sign-in. An outcome where it did not go out as it should; undefined where it did. */
export async function sendCode(
  deps: PortalDeps,
  { page, signIn, source, browser }: ArriveProps,
  to: Pick<SendRequest, 'kind' | 'factor' | 'address'>,
): Promise<Outcome | undefined> {
  const { pending, person, portalCookie } = signIn;
  const { sentCodes, realm } = deps;
  if (person === undefined || sentCodes === undefined) return { kind: 'unknown' };
  const { app, id: challenge } = pending;
  const compose = (code: string) => textOf(deps, page, { kind: to.kind, app, code });
  const request = { ...to, person, app, challenge, sender: realm.title, source, browser, compose };
  const sent = await sentCodes.send(request);
  if (sent.outcome === 'delayed') return { kind: 'delayed', until: sent.until, sending: true };
  if (sent.outcome === 'spent') return { kind: 'mistake', mistake: 'spent' };
  if (sent.outcome === 'failed') return { kind: 'mistake', mistake: sent.sure ? 'not-sent' : 'maybe-sent' };
  await deps.pendings.wait(pending, portalCookie);
  return undefined;
}

const longestApp = 30;

/**
 * Which app, and never a link: whoever reads it must not learn to follow one. The last line of a text message is the
 * form by which phones offer the code at our host and nowhere else ("Origin-bound one-time codes").
 */
function textOf(
  { apps, realm }: Pick<PortalDeps, 'apps' | 'realm'>,
  { t, language }: Page,
  { kind, app: id, code }: { kind: SentKind; app: string; code: string },
): CodeText {
  const app = plain(apps.find(candidate => candidate.id === id)?.title ?? realm.title);
  const subject = t('email.subject', { app });
  if (kind === 'email')
    return { subject, text: t('email.text', { code, app, organisation: plain(realm.title) }), language };
  const text = t('sms.text', { code, app: app.slice(0, longestApp) });
  return { subject, text: `${text}\n\n@${new URL(realm.portalOrigin).hostname} #${code}`, language };
}

/** One line: a title of the configuration must not end a header, nor begin a line of its own. */
function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

export function masked(kind: SentKind, address: string): string {
  return kind === 'sms' ? maskedNumber(address) : maskedAddress(address);
}

/** An accepted answer in the other window: she is through. */
export async function passedElsewhere(deps: PortalDeps, { pending, portalCookie }: SignIn): Promise<boolean> {
  return (await deps.pendings.forPortal(pending.id, portalCookie))?.passed !== undefined;
}
