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
  readonly state: 'able' | 'invited' | 'over' | 'ended';
  readonly factors: readonly KindName[];
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
          t(`console.operators.${row.state}`),
          row.mandate.by,
          dateText(language, row.mandate.until),
          row.factors.map(kind => t(`kind.${kind}`)).join(', '),
          <OperatorActs page={page} row={row} />,
        ])}
      />
    </ConsoleLayout>,
  );
}

function OperatorActs({ page: { t }, row: { acts, email } }: { page: ConsolePage; row: OperatorRow }) {
  if (acts === undefined) return <>–</>;
  const links: readonly (readonly [href: string | undefined, text: string])[] = [
    [acts.renew, t('console.operators.renew')],
    [acts.again, t('console.operators.again')],
    [acts.end, t('console.operators.end')],
  ];
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
