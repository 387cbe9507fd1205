import { TextField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage, Facts, FilterForm, Pager, Table } from './console-layout.tsx';
import { ActionLink, Link, render } from './layout.tsx';
import { Time, timeText } from './pages-console-today.tsx';

export interface TokenRow {
  readonly serial: string;
  readonly href: string;
  readonly kind: string;
  readonly state: 'stock' | 'out' | 'retired';
  readonly owner: { readonly name: string; readonly href: string } | undefined;
  /** Handed out, or imported. */
  readonly since: number;
}

export function tokensPage(
  page: ConsolePage,
  props: {
    readonly action: string;
    readonly search: string;
    readonly rows: readonly TokenRow[];
    readonly first: string | undefined;
    readonly next: string | undefined;
    /** All of them, where this is but a part. */
    readonly all: string | undefined;
    readonly imports: string | undefined;
  },
): string {
  const { t, language } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.tokens')}>
      <FilterForm action={props.action} submit={t('console.show')}>
        <TextField name="search" type="search" label={t('console.tokens.search')} value={props.search} />
      </FilterForm>
      {props.imports === undefined ? null : <ActionLink href={props.imports}>{t('console.import')}</ActionLink>}
      <Table
        id="tokens"
        caption={t('console.tokens')}
        empty={t(props.all === undefined ? 'console.tokens.empty' : 'console.tokens.none-so')}
        instead={props.all === undefined ? undefined : { href: props.all, text: t('console.list.everything') }}
        columns={[
          { title: t('console.serial') },
          { title: t('console.kind') },
          { title: t('console.state') },
          { title: t('console.owner') },
          { title: t('console.token-since') },
        ]}
        rows={props.rows.map(row => [
          <Link href={row.href}>{row.serial}</Link>,
          row.kind,
          t(`console.token.${row.state}`),
          row.owner === undefined ? '' : <Link href={row.owner.href}>{row.owner.name}</Link>,
          <Time language={language} at={row.since} />,
        ])}
      />
      <Pager page={page} first={props.first} next={props.next} />
    </ConsoleLayout>,
  );
}

export function tokenPage(
  page: ConsolePage,
  props: TokenRow & {
    readonly algorithm: string;
    readonly digits: number;
    readonly manufacturer: string | undefined;
    readonly importedAt: number;
    readonly register: readonly {
      readonly at: number;
      readonly type: 'token.handed-out' | 'token.returned';
      readonly name: string;
      readonly by: string;
    }[];
    readonly takeBack: string | undefined;
  },
): string {
  const { t, language } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.token', { serial: props.serial })}>
      <Facts
        short
        rows={[
          [t('console.kind'), `${props.kind}, ${props.algorithm}, ${props.digits}`],
          [t('console.manufacturer'), props.manufacturer ?? t('console.unknown')],
          [t('console.imported'), timeText(language, props.importedAt)],
          [t('console.state'), t(`console.token.${props.state}`)],
          [
            t('console.owner'),
            props.owner === undefined ? '–' : <Link href={props.owner.href}>{props.owner.name}</Link>,
          ],
        ]}
      />
      <Table
        id="register"
        caption={t('console.register')}
        empty={t('console.register.none')}
        columns={[
          { title: t('console.when') },
          { title: t('console.what') },
          { title: t('console.name') },
          { title: t('console.by') },
        ]}
        rows={props.register.map(({ at, type, name, by }) => [
          timeText(language, at),
          t(type === 'token.returned' ? 'console.register.returned' : 'console.register.handed-out'),
          name,
          by,
        ])}
      />
      {props.takeBack === undefined ? null : <ActionLink href={props.takeBack}>{t('console.take-back')}</ActionLink>}
    </ConsoleLayout>,
  );
}
