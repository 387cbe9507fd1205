import type { RealmSettings } from '../config/settings.ts';
import type { Person } from '../factor/person.ts';
import type { Language } from '../kernel/language.ts';
import type { ResetCase } from '../reset/case.ts';
import { translateTo } from './messages.ts';

/** What the letters of the desk say of the realm. */
export type LetterRealm = Pick<RealmSettings, 'title' | 'timeZone' | 'desk'>;

export interface ResetLetter {
  readonly language: Language;
  readonly subject: string;
  readonly text: string;
}

/** To the requester: the link is the one way in which she says yes. Nothing of what was typed for her stands in it but the account. */
export function askLetter(
  record: ResetCase,
  realm: LetterRealm,
  { link, until }: { readonly link: string; readonly until: number },
  language: Language = 'nl',
): ResetLetter {
  const t = translateTo(language);
  return toColleague(record, realm, language, {
    subject: t('reset.mail.ask-subject', { number: record.id }),
    before: [t('reset.mail.ask')],
    after: [t('reset.mail.ask-what', { until: when(until, realm, language) }), link, t('reset.mail.ask-else')],
  });
}

export function executedLetter(record: ResetCase, realm: LetterRealm, language: Language = 'nl'): ResetLetter {
  const t = translateTo(language);
  return toColleague(record, realm, language, {
    subject: t('reset.mail.executed-subject', { number: record.id }),
    before: [t('reset.mail.executed', { at: when(record.executed?.at ?? 0, realm, language) })],
    after: [t('reset.mail.executed-what')],
  });
}

export function refusedLetter(record: ResetCase, realm: LetterRealm, language: Language = 'nl'): ResetLetter {
  const t = translateTo(language);
  return toColleague(record, realm, language, {
    subject: t('reset.mail.refused-subject', { number: record.id }),
    before: [t('reset.mail.refused')],
    after: [t('reset.mail.refused-why', { why: record.refused?.why ?? '' })],
  });
}

/** To whom it was done to: who did not ask for it must hear of it at once (R35). */
export function userLetter(
  record: ResetCase,
  realm: LetterRealm,
  person: Pick<Person, 'name' | 'language'>,
): ResetLetter {
  const language = person.language ?? 'nl';
  const t = translateTo(language);
  const at = when(record.executed?.at ?? 0, realm, language);
  const paragraphs = [
    t('reset.mail.user', { organisation: realm.title, at, name: person.name }),
    t('reset.mail.user-what'),
    t('reset.mail.user-else'),
    deskLines(realm, language),
  ];
  return { language, subject: t('reset.mail.user-subject'), text: body(paragraphs, realm) };
}

function toColleague(
  record: ResetCase,
  realm: LetterRealm,
  language: Language,
  parts: { readonly subject: string; readonly before: readonly string[]; readonly after: readonly string[] },
): ResetLetter {
  const t = translateTo(language);
  const { fileNumber, account } = record;
  const about = [
    account.address,
    ...(fileNumber === undefined ? [] : [t('reset.mail.file-number', { file: fileNumber })]),
  ];
  const paragraphs = [
    ...[t('reset.mail.greeting'), ...parts.before, about.join('\n'), ...parts.after],
    deskLines(realm, language),
  ];
  return { language, subject: parts.subject, text: body(paragraphs, realm) };
}

/** Where to turn, in every letter: who doubts it must find a way that does not stand in a link. */
function deskLines({ desk }: LetterRealm, language: Language): string {
  const t = translateTo(language);
  if (desk === undefined) return t('desk.unknown');
  return [`${t('desk.title')}: ${desk.place}`, desk.hours, `${t('desk.phone')}: ${desk.phone}`].join('\n');
}

function body(paragraphs: readonly string[], { title }: LetterRealm): string {
  return `${[...paragraphs, title].join('\n\n')}\n`;
}

function when(time: number, { timeZone }: LetterRealm, language: Language): string {
  const zone = { timeZone, dateStyle: 'long', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', zone).format(time);
}
