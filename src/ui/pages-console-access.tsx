import type { Level } from '../config/settings.ts';
import type { KindName } from '../factor/person.ts';
import { ConsoleLayout, type ConsolePage, Pager, Table } from './console-layout.tsx';
import { ActionLink, Link, Paragraph, render } from './layout.tsx';
import type { Translate } from './messages.ts';
import { countText } from './pages-console-today.tsx';

export interface AccessRow {
  readonly app: string;
  /** `*`: all that no route names. */
  readonly path: string;
  readonly methods: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly level: Level;
  /** What is asked of people of a group, by group. */
  readonly levelFor: Readonly<Record<string, Level>>;
  /** Milliseconds. */
  readonly maxAge: number | undefined;
  /** Undefined: everybody. */
  readonly groups: readonly string[] | undefined;
  /** How many have a factor that reaches it, and how many do not. */
  readonly reach: number;
  readonly short: number;
  /** What those have who reach it. */
  readonly by: { readonly kinds: ReadonlyMap<KindName, number> } | { readonly levels: ReadonlyMap<Level, number> };
  /** Who they are. */
  readonly href: string;
}

/** Who reaches which route with what; those where most is demanded first (R50). */
export function accessPage(
  page: ConsolePage,
  props: { readonly rows: readonly AccessRow[]; readonly file: string | undefined },
): string {
  const { t } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.access')}>
      <Paragraph>{t('console.access.about')}</Paragraph>
      {props.file === undefined ? null : (
        <p class="sluis-actions sluis-no-print">
          <Link href={props.file}>{t('console.csv')}</Link>
        </p>
      )}
      <Table
        id="access"
        caption={t('console.access')}
        empty={t('console.people.none')}
        columns={[
          { title: t('console.route') },
          { title: t('console.app') },
          { title: t('console.level') },
          { title: t('console.groups') },
          { title: t('console.reach') },
          { title: t('console.access.with') },
          { title: t('console.short') },
        ]}
        rows={props.rows.map(row => [
          routeText(t, row),
          row.app,
          demandText(t, row),
          row.groups === undefined ? t('console.everybody') : row.groups.join(', '),
          <Count page={page} row={row} view="reach" />,
          withText(page, row),
          <Count page={page} row={row} view="short" />,
        ])}
      />
    </ConsoleLayout>,
  );
}

/** A number, and behind it whom it counts. */
function Count({ page, row, view }: { page: ConsolePage; row: AccessRow; view: 'reach' | 'short' }) {
  const count = countText(page.language, row[view]);
  const path = `${row.app} ${routeText(page.t, row)}`;
  return (
    <a
      class="utrecht-link utrecht-link--html-a"
      href={`${row.href}?view=${view}`}
      aria-label={page.t(view === 'reach' ? 'console.reach-who' : 'console.access.short-who', { count, path })}
    >
      {count}
    </a>
  );
}

type Route = Pick<AccessRow, 'path' | 'methods' | 'parameters'>;

/** "POST /*?_task=settings": as the address of such a request looks. */
export function routeText(t: Translate, { path, methods, parameters }: Route): string {
  const asked = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const place = path === '*' ? t('console.access.other') : path;
  return `${methods.join(' ')} ${place}${asked.length === 0 ? '' : `?${asked.join('&')}`}`.trim();
}

/** "2; 3 voor beheer; tweede stap hooguit 10 min. oud". */
function demandText(
  t: Translate,
  { level, levelFor, maxAge }: Pick<AccessRow, 'level' | 'levelFor' | 'maxAge'>,
): string {
  const raised = Object.entries(levelFor).map(([group, own]) => t('console.access.level-for', { level: own, group }));
  return [String(level), ...raised, ...(maxAge === undefined ? [] : [ageText(t, maxAge)])].join('; ');
}

function ageText(t: Translate, milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds > 0 && seconds % 3600 === 0) return t('console.access.age-hours', { count: seconds / 3600 });
  if (seconds > 0 && seconds % 60 === 0) return t('console.access.age-minutes', { count: seconds / 60 });
  return t('console.access.age-seconds', { count: seconds });
}

function withText({ t, language }: ConsolePage, { by }: AccessRow): string {
  const named: readonly (readonly [string, number])[] =
    'kinds' in by
      ? [...by.kinds].map(([kind, count]) => [t(`kind.${kind}`), count])
      : [...by.levels].map(([level, count]) => [t('console.access.at-level', { level }), count]);
  return named
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}: ${countText(language, count)}`)
    .join(', ');
}

export interface ReachProps {
  readonly app: string;
  readonly route: string;
  /** Those who reach it, or those who do not. */
  readonly view: 'reach' | 'short';
  readonly views: { readonly reach: string; readonly short: string };
  readonly back: string;
  /** Undefined where her role may not. */
  readonly file: string | undefined;
  readonly first: string | undefined;
  readonly next: string | undefined;
  readonly rows: readonly {
    readonly name: string;
    readonly href: string | undefined;
    readonly level: number;
    readonly owned: readonly KindName[];
    readonly suffice: readonly KindName[];
  }[];
}

/** Whom a number of the overview counts. */
export function reachPage(page: ConsolePage, props: ReachProps): string {
  const { t } = page;
  const { app, route, view, views, file } = props;
  const title = t(view === 'reach' ? 'console.reach-title' : 'console.access.short-title', { app, path: route });
  return render(
    <ConsoleLayout page={page} title={title}>
      <p class="sluis-actions sluis-no-print">
        {view === 'reach' ? (
          <Link href={views.short}>{t('console.access.show-short')}</Link>
        ) : (
          <Link href={views.reach}>{t('console.access.show-reach')}</Link>
        )}
        {file === undefined ? null : <Link href={file}>{t('console.csv')}</Link>}
      </p>
      <Table
        id="reach"
        caption={title}
        empty={t(props.next === undefined ? 'console.access.nobody' : 'console.access.further')}
        columns={[
          { title: t('console.name') },
          { title: t('console.level') },
          { title: t('console.factors') },
          { title: t('console.reaches') },
        ]}
        rows={props.rows.map(row => [
          row.href === undefined ? row.name : <Link href={row.href}>{row.name}</Link>,
          String(row.level),
          kindsText(t, row.owned),
          answerText(t, row.suffice),
        ])}
      />
      <Pager page={page} first={props.first} next={props.next} />
      <ActionLink href={props.back}>{t('console.access')}</ActionLink>
    </ConsoleLayout>,
  );
}

function kindsText(t: Translate, kinds: readonly KindName[]): string {
  return kinds.map(kind => t(`kind.${kind}`)).join(', ');
}

function answerText(t: Translate, suffice: readonly KindName[]): string {
  return suffice.length === 0 ? t('console.no') : `${t('console.yes')}: ${kindsText(t, suffice)}`;
}

interface PersonAccessRow extends Route, Pick<AccessRow, 'app' | 'groups' | 'maxAge'> {
  /** What she needs there. */
  readonly level: Level;
  /** What she has for it; undefined: it is for a group that she is not in. */
  readonly suffice: readonly KindName[] | undefined;
}

/** What one person reaches, and with what. */
export function personAccessPage(
  page: ConsolePage,
  props: { readonly name: string; readonly back: string; readonly rows: readonly PersonAccessRow[] },
): string {
  const { t } = page;
  const title = t('console.access.of', { name: props.name });
  const columns = ['console.route', 'console.app', 'console.level', 'console.groups', 'console.reaches'] as const;
  return render(
    <ConsoleLayout page={page} title={title}>
      <Table
        id="reach"
        caption={title}
        empty={t('console.access.nobody')}
        columns={columns.map(id => ({ title: t(id) }))}
        rows={props.rows.map(row => [
          routeText(t, row),
          row.app,
          demandText(t, { ...row, levelFor: {} }),
          row.groups === undefined ? t('console.everybody') : row.groups.join(', '),
          row.suffice === undefined ? t('console.access.not-of-group') : answerText(t, row.suffice),
        ])}
      />
      <ActionLink href={props.back}>{t('console.person', { name: props.name })}</ActionLink>
    </ConsoleLayout>,
  );
}
