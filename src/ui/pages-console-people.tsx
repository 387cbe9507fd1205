import type { State } from '../factor/people-index.ts';
import type { KindName } from '../factor/person.ts';
import { SelectField, TextField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage, Facts, FilterForm, Pager, Table } from './console-layout.tsx';
import { factorName } from './factor-name.ts';
import { Link, Paragraph, render } from './layout.tsx';
import type { MessageId } from './messages.ts';
import { countText, Time, timeText } from './pages-console-today.tsx';

export interface PersonRow {
  readonly name: string;
  readonly href: string;
  readonly state: State;
  readonly kinds: readonly KindName[];
  readonly email: string | undefined;
  readonly since: number;
  readonly lastUsedAt: number | undefined;
}

export interface PeopleProps {
  readonly action: string;
  readonly realms: readonly (readonly [name: string, title: string])[];
  readonly realm: string;
  readonly search: string;
  readonly state: State | undefined;
  readonly total: number;
  /** Nobody is missing. */
  readonly whole: boolean;
  readonly rows: readonly PersonRow[];
  /** Undefined for what was searched: it is sorted by what was found. */
  readonly sort: { readonly name: Sort; readonly since: Sort } | undefined;
  /** All of the realm, where this is but a part. */
  readonly everybody: string | undefined;
  readonly first: string | undefined;
  readonly next: string | undefined;
  /** Undefined where her role may not. */
  readonly file: string | undefined;
  readonly invite: string | undefined;
  readonly inviteMany: string | undefined;
}

export interface Sort {
  readonly href: string;
  readonly now: 'ascending' | 'descending' | undefined;
}

const stateOptions = ['none', 'invited', 'enrolled', 'closed'] as const satisfies readonly State[];

/** A list of people: searched, narrowed, sorted, paged; each a link to all that is known of her. */
export function peoplePage(page: ConsolePage, props: PeopleProps): string {
  const { t, language } = page;
  const { rows, sort } = props;
  return render(
    <ConsoleLayout page={page} title={t('console.people')}>
      <FilterForm action={props.action} submit={t('console.show')}>
        {props.realms.length < 2 ? (
          <input type="hidden" name="realm" value={props.realm} />
        ) : (
          <SelectField name="realm" label={t('console.realm')} options={props.realms} value={props.realm} />
        )}
        <TextField
          name="search"
          type="search"
          label={t('console.people.search')}
          about={t('console.people.search-about')}
          value={props.search}
        />
        <SelectField
          name="state"
          label={t('console.state')}
          value={props.state ?? ''}
          options={[
            ['', t('console.state.all')],
            ...stateOptions.map(one => [one, t(`console.state.${one}`)] as const),
          ]}
        />
      </FilterForm>
      <p class="sluis-actions sluis-no-print">
        {props.invite === undefined ? null : (
          <Link href={props.invite} next>
            {t('console.invite')}
          </Link>
        )}
        {props.inviteMany === undefined ? null : <Link href={props.inviteMany}>{t('console.invite-many')}</Link>}
        {props.file === undefined ? null : <Link href={props.file}>{t('console.csv')}</Link>}
      </p>
      {props.whole ? null : <p class="utrecht-paragraph sluis-notice">{t('console.people.filling')}</p>}
      <Table
        id="people"
        caption={t('console.people.caption', { count: countText(language, props.total) })}
        empty={t(emptyOf(props))}
        instead={
          props.everybody === undefined ? undefined : { href: props.everybody, text: t('console.list.everything') }
        }
        columns={[
          columnOf(t('console.name'), sort?.name),
          { title: t('console.state') },
          { title: t('console.factors') },
          { title: t('console.email') },
          columnOf(t('console.since'), sort?.since),
          { title: t('console.last-used') },
        ]}
        rows={rows.map(row => [
          <Link href={row.href}>{row.name}</Link>,
          t(`console.state.${row.state}`),
          row.kinds.map(kind => t(`kind.${kind}`)).join(', '),
          row.email ?? '',
          <Time language={language} at={row.since} />,
          <Time language={language} at={row.lastUsedAt} />,
        ])}
      />
      <Pager page={page} first={props.first} next={props.next} />
    </ConsoleLayout>,
  );
}

function emptyOf({ next, everybody }: PeopleProps): MessageId {
  if (next !== undefined) return 'console.list.further';
  return everybody === undefined ? 'console.people.nobody' : 'console.people.none-so';
}

function columnOf(title: string, sort: Sort | undefined) {
  return sort === undefined ? { title } : { title, sort };
}

export interface PersonProps {
  readonly name: string;
  readonly realm: string;
  readonly email: string | undefined;
  readonly state: State;
  readonly since: number;
  readonly invitedUntil: number | undefined;
  readonly deskCodeUntil: number | undefined;
  /** Until when her own report ("this is not me") keeps others from asking her phone. */
  readonly reportedUntil: number | undefined;
  readonly recoveryLeft: number;
  readonly closedWhy: string | undefined;
  readonly factors: readonly {
    readonly kind: KindName;
    readonly label: string;
    readonly level: number;
    readonly boundAt: number;
    readonly lastUsedAt: number | undefined;
  }[];
  readonly sessions: readonly {
    readonly app: string;
    readonly beganAt: number;
    readonly lastSeen: number;
    readonly level: number;
  }[];
  readonly devices: readonly { readonly name: string; readonly since: number; readonly until: number }[];
  /** What her role may do with this person now. */
  readonly acts: readonly { readonly title: string; readonly href: string }[];
}

/** All that is known of one person, without secrets, and what can be done. */
export function personPage(page: ConsolePage, props: PersonProps): string {
  const { t, language } = page;
  const time = (at: number | undefined) => timeText(language, at);
  return render(
    <ConsoleLayout page={page} title={t('console.person', { name: props.name })}>
      <Facts
        short
        rows={[
          [t('console.realm'), props.realm],
          [t('console.state'), t(`console.state.${props.state}`)],
          ...(props.closedWhy === undefined ? [] : [[t('console.closed-why'), props.closedWhy] as const]),
          [t('console.email'), props.email ?? t('console.unknown')],
          [t('console.since'), time(props.since)],
          [t('console.invited-until'), time(props.invitedUntil)],
          ...(props.deskCodeUntil === undefined
            ? []
            : [[t('console.desk-code-until'), time(props.deskCodeUntil)] as const]),
          ...(props.reportedUntil === undefined
            ? []
            : [[t('console.reported-until'), time(props.reportedUntil)] as const]),
          [t('console.recovery-left'), countText(language, props.recoveryLeft)],
        ]}
      />
      {props.acts.length === 0 ? null : (
        <section class="sluis-stack" aria-labelledby="acts">
          <h2 class="utrecht-heading-2" id="acts">
            {t('console.acts')}
          </h2>
          <ul class="utrecht-unordered-list">
            {props.acts.map(({ title, href }) => (
              <li class="utrecht-unordered-list__item">
                <Link href={href} next>
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Table
        id="factors"
        caption={t('console.factors')}
        empty={t('console.factors.none')}
        columns={['console.kind', 'console.label', 'console.level', 'console.bound', 'console.last-used'].map(id => ({
          title: t(id as 'console.kind'),
        }))}
        rows={props.factors.map(factor => [
          t(`kind.${factor.kind}`),
          factorName(t, factor),
          String(factor.level),
          time(factor.boundAt),
          time(factor.lastUsedAt),
        ])}
      />
      <Table
        id="sessions"
        caption={t('console.sessions')}
        empty={t('console.sessions.none')}
        columns={['console.app', 'console.began', 'console.last-seen', 'console.level'].map(id => ({
          title: t(id as 'console.app'),
        }))}
        rows={props.sessions.map(one => [one.app, time(one.beganAt), time(one.lastSeen), String(one.level)])}
      />
      <Table
        id="devices"
        caption={t('console.devices')}
        empty={t('console.devices.none')}
        columns={['console.name', 'console.since', 'console.until'].map(id => ({ title: t(id as 'console.name') }))}
        rows={props.devices.map(one => [one.name, time(one.since), time(one.until)])}
      />
    </ConsoleLayout>,
  );
}

/** A code that was made a moment ago, shown once. */
export function codePage(
  page: ConsolePage,
  props: {
    readonly title: string;
    readonly name: string;
    readonly code: string;
    readonly until: number;
    readonly address?: string;
    readonly back: string;
  },
): string {
  const { t, language } = page;
  return render(
    <ConsoleLayout page={page} title={props.title}>
      <Paragraph>{t('console.code.about', { name: props.name, until: timeText(language, props.until) })}</Paragraph>
      <p class="utrecht-paragraph">
        <code class="utrecht-code sluis-secret">{props.code}</code>
      </p>
      {props.address === undefined ? null : (
        <Paragraph>{t('console.code.address', { address: props.address })}</Paragraph>
      )}
      <p class="sluis-actions sluis-no-print">
        <Link href={props.back} next>
          {t('page.go-on')}
        </Link>
      </p>
    </ConsoleLayout>,
  );
}

/** For what cannot be undone: whom it is about, typed, so that nobody does it on the page of somebody else. */
export function nameTwiceFields({ t }: Pick<ConsolePage, 't'>) {
  return (
    <>
      <TextField name="name" label={t('console.erase-person.name')} />
      <TextField name="name-again" label={t('console.erase-person.again')} />
    </>
  );
}
