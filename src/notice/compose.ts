import type { RealmSettings } from '../config/settings.ts';
import type { Person } from '../factor/person.ts';
import type { Language } from '../kernel/language.ts';
import type { Mail } from './mailer.ts';
import type { KindText, Notice, NoticeLine } from './notices.ts';

/** Texts around the lines of a notice. */
export type NoticeText =
  | NoticeLine
  | KindText
  | 'notice.subject'
  | 'notice.about'
  | 'notice.was-you'
  | 'notice.not-you'
  | 'notice.desk'
  | 'notice.no-links'
  | 'notice.many'
  | 'desk.unknown';

/** A text in one language, its `{name}` places filled. */
export type Say = (language: Language, id: NoticeText, values?: Readonly<Record<string, string | number>>) => string;

/** Of a realm, what stands in its mails. */
export type NoticeRealm = Pick<RealmSettings, 'title' | 'desk' | 'timeZone'>;

export type Told = Pick<Notice, 'line' | 'kind' | 'left'> & { readonly at: number };

export interface NoticeContents {
  readonly realm: NoticeRealm;
  readonly person: Pick<Person, 'name' | 'language'>;
  /** What happened, in order; `many`: too much to tell one by one. */
  readonly told: readonly Told[] | 'many';
}

/**
 * A notice without an address. In the language of her last page; where none is known in Dutch, with English below.
 * Nothing of it was chosen by anybody but the operator: no name of a factor, no browser, no source, and no link at all,
 * so that nobody learns to sign in from a mail.
 */
export function composeNotice(say: Say, contents: NoticeContents): Omit<Mail, 'to'> {
  const { language } = contents.person;
  const languages: readonly Language[] = language === undefined ? ['nl', 'en'] : [language];
  const values = { organisation: contents.realm.title };
  return {
    language: languages[0] ?? 'nl',
    subject: languages.map(one => say(one, 'notice.subject', values)).join(' / '),
    text: languages.map(one => bodyIn(one, say, contents)).join(`\n${'-'.repeat(40)}\n\n`),
    sender: contents.realm.title,
  };
}

function bodyIn(language: Language, say: Say, { realm, person, told }: NoticeContents): string {
  const values = { organisation: realm.title, name: person.name };
  const lines = told === 'many' ? [say(language, 'notice.many')] : told.map(one => lineOf(language, say, realm, one));
  const paragraphs = [
    say(language, 'notice.about', values),
    ...lines,
    say(language, 'notice.was-you'),
    `${say(language, 'notice.not-you')}\n${desk(language, say, realm)}`,
    say(language, 'notice.no-links'),
    realm.title,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function lineOf(language: Language, say: Say, { timeZone }: NoticeRealm, { line, kind, left, at }: Told): string {
  return say(language, line, {
    when: moment(language, timeZone, at),
    ...(kind === undefined ? {} : { kind: say(language, kind) }),
    ...(left === undefined ? {} : { left }),
  });
}

function desk(language: Language, say: Say, { desk }: NoticeRealm): string {
  return desk === undefined ? say(language, 'desk.unknown') : say(language, 'notice.desk', { ...desk });
}

const tags = { nl: 'nl-NL', en: 'en-GB' } as const;

function moment(language: Language, timeZone: string, at: number): string {
  return new Intl.DateTimeFormat(tags[language], { dateStyle: 'long', timeStyle: 'short', timeZone }).format(at);
}
