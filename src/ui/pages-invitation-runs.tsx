import type { Child } from 'hono/jsx';
import type { Language } from '../kernel/language.ts';
import { ConsoleLayout, type ConsolePage, Facts, Pager, Table } from './console-layout.tsx';
import { Link, Paragraph, render } from './layout.tsx';
import type { Translate } from './messages.ts';
import { FileField, type Options, RealmField } from './pages-console-parts.tsx';
import { countText, timeText } from './pages-console-today.tsx';

interface InviteManyProps {
  readonly realms: Options;
  /** Whether a mail server is configured. */
  readonly mails: boolean;
}

/** The fields of the form that takes a list. */
export function inviteManyFields(t: Translate, { realms, mails }: InviteManyProps): Child {
  return (
    <>
      <RealmField t={t} realms={realms} />
      <FileField
        name="list"
        label={t('console.invite-many.file')}
        about={t('console.invite-many.file-about')}
        accept=".csv,text/csv"
      />
      {mails ? <AnnounceField t={t} /> : <Paragraph>{t('console.invite-many.no-mail')}</Paragraph>}
    </>
  );
}

/** Lists of before, each a link to what became of it; undefined where there is none. */
export function earlierLists(
  t: Translate,
  language: Language,
  earlier: readonly { readonly href: string; readonly at: number; readonly count: number }[],
): Child | undefined {
  if (earlier.length === 0) return undefined;
  return (
    <>
      <h2 class="utrecht-heading-2">{t('console.invite-many.earlier')}</h2>
      {earlier.map(({ href, at, count }) => (
        <p class="utrecht-paragraph">
          <Link href={href}>
            {t('console.invite-many.one', { at: timeText(language, at), count: countText(language, count) })}
          </Link>
        </p>
      ))}
    </>
  );
}

function AnnounceField({ t }: { t: Translate }) {
  return (
    <>
      <p class="sluis-choice">
        <input type="checkbox" id="announce" name="announce" value="yes" aria-describedby="announce-about" />
        <label for="announce">{t('console.invite-many.announce')}</label>
      </p>
      <p class="utrecht-paragraph sluis-quiet" id="announce-about">
        {t('console.invite-many.announce-about')}
      </p>
    </>
  );
}

export interface RunRow {
  readonly line: number;
  /** Undefined: erased since. */
  readonly person: { readonly name: string; readonly href: string } | undefined;
  /** `over`: what became of it is known no more. `refused`: no letter either. */
  readonly mail: 'none' | 'refused' | 'known' | 'waiting' | 'sent' | 'failed' | 'over';
}

interface RunProps {
  readonly at: number;
  readonly by: string;
  readonly count: number;
  readonly mailed: number;
  readonly failed: number;
  readonly rows: readonly RunRow[];
  readonly first: string | undefined;
  readonly next: string | undefined;
  readonly back: string;
}

/** A list that was invited, line by line. */
export function invitationRunPage(page: ConsolePage, props: RunProps): string {
  const { t, language } = page;
  const count = (number: number) => countText(language, number);
  return render(
    <ConsoleLayout page={page} title={t('console.invite-many.result')}>
      <Facts
        rows={[
          [t('console.invite-many.made'), `${timeText(language, props.at)}, ${props.by}`],
          [t('console.invite-many.letters'), count(props.count)],
          [t('console.invite-many.mails'), count(props.mailed)],
          [t('console.invite-many.failed'), count(props.failed)],
        ]}
      />
      {props.failed === 0 ? null : <Paragraph>{t('console.invite-many.failed-about')}</Paragraph>}
      <Table
        id="lines"
        caption={t('console.invite-many.lines')}
        empty={t('console.people.none')}
        columns={[
          { title: t('console.invite-many.line') },
          { title: t('console.name') },
          { title: t('console.invite-many.mail') },
        ]}
        rows={props.rows.map(({ line, person, mail }) => [
          String(line),
          person === undefined ? t('console.invite-many.erased') : <Link href={person.href}>{person.name}</Link>,
          t(`console.invite-many.mail-${mail}`),
        ])}
      />
      <Pager page={page} first={props.first} next={props.next} />
      <p class="sluis-actions">
        <Link href={props.back}>{t('console.invite-many')}</Link>
      </p>
    </ConsoleLayout>,
  );
}
