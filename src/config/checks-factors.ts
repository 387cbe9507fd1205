import { demandedLevel } from './checks-levels.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import { nearest } from './problem.ts';
import type { AppConfiguration } from './schema.ts';
import { mailboxExpectation } from './schema-factors.ts';
import type { Path } from './source.ts';

/** Presets of which the app itself shows the mailbox that its password opens. */
const webmails = ['roundcube', 'demo'];

export function isWebmail({ preset }: Pick<AppConfiguration, 'preset'>): boolean {
  return webmails.includes(preset);
}

/** Codes by SMS and by mail (R04, R20). */
export function checkFactors(parts: Parts, findings: Findings): void {
  const { factors, levels } = parts;
  for (const kind of ['sms', 'email'] as const) {
    if (factors?.[kind] === undefined) continue;
    if (levels !== undefined && levels.acceptLevel1 === undefined)
      findings.error(['factors', kind], {
        found: `codes by ${kind}, which are level 1`,
        expected: 'no such codes, or the acknowledgement levels.acceptLevel1 with its reason (R04)',
      });
    else if (!isAnywhereLow(parts))
      findings.warn(['factors', kind], {
        found: 'no app, route or class of level 1',
        expected: 'something that level 1 opens: as it is nobody can use such a code',
      });
  }
  checkSms(parts, findings);
  checkMailboxes(parts, findings);
}

function isAnywhereLow({ apps, classes }: Parts): boolean {
  const low = (place: Parameters<typeof demandedLevel>[0]) => demandedLevel(place, classes ?? {}) === 1;
  return [...apps.values()].some(app => low(app) || app.routes.some(low));
}

const places = ['to', 'digits', 'zeros', 'text', 'sender', 'secret'];

function checkSms({ factors }: Parts, findings: Findings): void {
  const sms = factors?.sms;
  if (sms === undefined) return;
  const path = ['factors', 'sms'];
  if ((sms.json === undefined) === (sms.form === undefined)) {
    const found = sms.json === undefined ? 'neither json nor form' : 'both json and form';
    findings.error(path, { found, expected: 'one of them: the message as the gateway wants it' });
  }
  const body = placesIn(sms.json ?? sms.form);
  const used = [...body, ...placesIn(sms.headers)];
  for (const place of used.filter(one => !places.includes(one)))
    findings.error(path, { found: `{${place}}`, expected: `one of ${places.map(one => `{${one}}`).join(', ')}` });
  if (!body.includes('text') || !['to', 'digits', 'zeros'].some(place => body.includes(place)))
    findings.error(path, {
      found: 'a message without {text}, or without the number',
      expected: '{text} and one of {to}, {digits} and {zeros} in json or form',
    });
  if (used.includes('sender') && sms.sender === undefined)
    findings.error([...path, 'sender'], {
      found: 'nothing',
      expected: 'as whom messages come, because {sender} is used',
    });
}

/** Names in braces, in all texts of a template. */
function placesIn(template: unknown): readonly string[] {
  if (typeof template === 'string') return Array.from(template.matchAll(/\{([a-z]+)\}/g), ([, name = '']) => name);
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(placesIn);
}

function checkMailboxes(parts: Parts, findings: Findings): void {
  const mailboxes = parts.factors?.email?.mailboxes;
  if (mailboxes === undefined) return;
  if (parts.mail === undefined)
    findings.error(['factors', 'email'], {
      found: 'no mail server',
      expected: 'the section mail, which says how mail leaves: nobody would get a code',
    });
  const base = ['factors', 'email', 'mailboxes'];
  const names = parts.mentions.map(({ id }) => id);
  for (const id of names.filter(name => !Object.hasOwn(mailboxes, name)))
    findings.error(base, { found: `nothing about the app ${id}`, expected: `${id}: ${mailboxExpectation} (R20)` });
  for (const id of Object.keys(mailboxes).filter(name => !names.includes(name))) {
    const meant = nearest(id, names);
    const hint = meant === undefined ? {} : { hint: `did you mean ${meant}?` };
    findings.error([...base, id], { found: JSON.stringify(id), expected: `an app: ${names.join(', ')}`, ...hint });
  }
  for (const [id, app] of parts.apps) {
    if (mailboxes[id] === 'separate') checkSeparate([...base, id], app, parts, mailboxes, findings);
  }
}

/** Apps of one realm have one password, so what it opens is the same for all of them. */
function checkSeparate(
  path: Path,
  { realm }: AppConfiguration,
  parts: Parts,
  mailboxes: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  const beside = [...parts.apps].filter(([, other]) => other.realm === realm);
  const other = beside.find(([id]) => mailboxes[id] !== undefined && mailboxes[id] !== 'separate');
  if (other !== undefined)
    findings.error(path, {
      found: `separate, beside ${mailboxes[other[0]]} for ${other[0]}`,
      expected: `the same of both: apps of the realm ${realm} share their accounts, and so their passwords`,
    });
  const webmail = beside.find(([, app]) => isWebmail(app));
  if (webmail === undefined || (parts.realms.get(realm)?.domains.length ?? 1) > 0) return;
  findings.error(path, {
    found: `separate, beside the webmail ${webmail[0]}`,
    expected: `realms.${realm}.domains: the mail domains of the mailboxes that ${webmail[0]} shows, so that no code goes there; or same-password`,
  });
}
