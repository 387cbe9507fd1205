import type { KindName } from '../factor/person.ts';
import { ConsoleLayout, type ConsolePage, Table } from './console-layout.tsx';
import { ActionLink, Link, Paragraph, render } from './layout.tsx';
import { countText } from './pages-console-today.tsx';

export interface AccessRow {
  readonly app: string;
  /** `*`: all that no route names. */
  readonly path: string;
  readonly methods: readonly string[];
  readonly level: number;
  /** Undefined: everybody. */
  readonly groups: readonly string[] | undefined;
  /** How many have a factor that reaches it, and how many do not. */
  readonly reach: number;
  readonly short: number;
  /** Who they are; undefined where it is everybody. */
  readonly href: string | undefined;
}

/** Who reaches which route with what; those for few first (R50). */
export function accessPage(
  page: ConsolePage,
  props: { readonly rows: readonly AccessRow[]; readonly file: string | undefined },
): string {
  const { t, language } = page;
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
          { title: t('console.short') },
        ]}
        rows={props.rows.map(row => [
          `${row.methods.join(' ')} ${row.path === '*' ? t('console.access.other') : row.path}`.trim(),
          row.app,
          String(row.level),
          row.groups === undefined ? t('console.everybody') : row.groups.join(', '),
          row.href === undefined ? (
            countText(language, row.reach)
          ) : (
            <a
              class="utrecht-link utrecht-link--html-a"
              href={row.href}
              aria-label={t('console.reach-who', { count: row.reach, path: `${row.app} ${row.path}` })}
            >
              {countText(language, row.reach)}
            </a>
          ),
          countText(language, row.short),
        ])}
      />
    </ConsoleLayout>,
  );
}

export function reachPage(
  page: ConsolePage,
  props: {
    readonly app: string;
    readonly path: string;
    readonly back: string;
    readonly rows: readonly {
      readonly name: string;
      readonly href: string | undefined;
      readonly level: number;
      readonly kinds: readonly KindName[];
      readonly reaches: boolean;
    }[];
  },
): string {
  const { t } = page;
  const title = t('console.reach-title', { app: props.app, path: props.path });
  return render(
    <ConsoleLayout page={page} title={title}>
      <Table
        id="reach"
        caption={title}
        empty={t('console.people.none')}
        columns={[
          { title: t('console.name') },
          { title: t('console.level') },
          { title: t('console.factors') },
          { title: t('console.reaches') },
        ]}
        rows={props.rows.map(row => [
          row.href === undefined ? row.name : <Link href={row.href}>{row.name}</Link>,
          String(row.level),
          row.kinds.map(kind => t(`kind.${kind}`)).join(', '),
          t(row.reaches ? 'console.yes' : 'console.no'),
        ])}
      />
      <ActionLink href={props.back}>{t('console.access')}</ActionLink>
    </ConsoleLayout>,
  );
}
