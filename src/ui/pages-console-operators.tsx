import type { KindName } from '../factor/person.ts';
import type { Role } from '../operator/role.ts';
import { ConsoleLayout, type ConsolePage, Table } from './console-layout.tsx';
import { ActionLink, render } from './layout.tsx';
import { dateText } from './pages-console-today.tsx';

export interface OperatorRow {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly mandate: { readonly by: string; readonly from: number; readonly until: number };
  readonly state: 'able' | 'invited' | 'asked' | 'over' | 'ended';
  readonly factors: readonly KindName[];
  /** What waits for a second admin. */
  readonly asked:
    | {
        readonly by: string;
        readonly at: number;
        readonly reason: string;
        readonly role: Role;
        readonly confirm: string | undefined;
        readonly refuse: string | undefined;
      }
    | undefined;
  readonly acts:
    | { readonly renew: string | undefined; readonly end: string | undefined; readonly again: string }
    | undefined;
}

/** Who may use the console: by whose mandate, and until when (R52). */
export function operatorsPage(
  page: ConsolePage,
  props: { readonly rows: readonly OperatorRow[]; readonly invite: string | undefined },
): string {
  const { t, language } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.operators')}>
      {props.invite === undefined ? null : <ActionLink href={props.invite}>{t('console.operators.invite')}</ActionLink>}
      <Table
        id="operators"
        caption={t('console.operators')}
        empty={t('console.people.none')}
        columns={[
          { title: t('console.email') },
          { title: t('console.name') },
          { title: t('console.role') },
          { title: t('console.state') },
          { title: t('console.mandate-by') },
          { title: t('console.mandate-until') },
          { title: t('console.factors') },
          { title: t('console.acts') },
        ]}
        rows={props.rows.map(row => [
          row.email,
          row.name,
          t(`console.role.${row.role}`),
          <State page={page} row={row} />,
          row.mandate.by,
          dateText(language, row.mandate.until),
          row.factors.map(kind => t(`kind.${kind}`)).join(', '),
          <OperatorActs page={page} row={row} />,
        ])}
      />
    </ConsoleLayout>,
  );
}

function State({ page: { t, language }, row: { state, asked } }: { page: ConsolePage; row: OperatorRow }) {
  if (asked === undefined) return <>{t(`console.operators.${state}`)}</>;
  const { by, at, reason } = asked;
  return (
    <>
      {t(`console.operators.${state}`)}
      <p class="utrecht-paragraph sluis-quiet">
        {t('console.operators.asked-by', { by, at: dateText(language, at), reason })}
      </p>
    </>
  );
}

function OperatorActs({ page: { t }, row: { acts, asked, email } }: { page: ConsolePage; row: OperatorRow }) {
  const links: readonly (readonly [href: string | undefined, text: string])[] = [
    [asked?.confirm, t('console.operators.confirm')],
    [asked?.refuse, t('console.operators.refuse')],
    [acts?.renew, t('console.operators.renew')],
    [acts?.again, t('console.operators.again')],
    [acts?.end, t('console.operators.end')],
  ];
  if (links.every(([href]) => href === undefined)) return <>–</>;
  return (
    <>
      {links.map(([href, text]) =>
        href === undefined ? null : (
          <p class="utrecht-paragraph">
            <a class="utrecht-link utrecht-link--html-a" href={href} aria-label={`${text}: ${email}`}>
              {text}
            </a>
          </p>
        ),
      )}
    </>
  );
}
