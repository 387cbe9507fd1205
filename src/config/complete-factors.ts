import { isWebmail } from './checks-factors.ts';
import type { Parts } from './parts.ts';
import type { Configuration } from './schema.ts';
import type { EmailSettings, MailboxRule, MailboxWord, Settings, SmsSettings } from './settings.ts';

/** Codes that are sent; every app has its rule, checkFactors saw to that. */
export function factorSettings(parts: Parts, resolve: (path: string) => string): Settings['factors'] {
  const { sms, email } = parts.factors ?? {};
  return { sms: sms && smsSettings(sms, resolve), email: email && emailSettings(email, parts) };
}

function smsSettings(
  { json, form, accepted, secretFile, ...rest }: NonNullable<Configuration['factors']['sms']>,
  resolve: (path: string) => string,
): SmsSettings {
  return {
    ...rest,
    sender: rest.sender,
    secretFile: secretFile === undefined ? undefined : resolve(secretFile),
    body: form === undefined ? { kind: 'json', template: json } : { kind: 'form', template: form },
    accepted: { status: accepted.status, json: accepted.json ?? {} },
  };
}

function emailSettings(
  { mailboxes, functional, perHour }: NonNullable<Configuration['factors']['email']>,
  parts: Parts,
): EmailSettings {
  const rules = Object.entries(mailboxes).map(([id, word]) => [id, ruleOf(id, word, parts)] as const);
  return { mailboxes: new Map(rules), functional, perHour };
}

function ruleOf(id: string, word: MailboxWord, { apps, realms }: Parts): MailboxRule {
  const realm = apps.get(id)?.realm ?? '';
  const webmail = [...apps.values()].some(app => app.realm === realm && isWebmail(app));
  return { word, own: webmail ? (realms.get(realm)?.domains ?? []) : [] };
}
