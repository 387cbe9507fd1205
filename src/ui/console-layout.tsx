import type { Child } from 'hono/jsx';
import type { Role } from '../operator/role.ts';
import { Form, type FormTokens } from './form.tsx';
import { Button, Head, Link, type Page } from './layout.tsx';
import { type MessageId, otherLanguage } from './messages.ts';

/** A page of the console: who sees it, where else she may go, and what has just been done. */
export interface ConsolePage extends Page {
  readonly places: readonly { readonly href: string; readonly title: MessageId; readonly here: boolean }[];
  readonly who: {
    readonly name: string;
    readonly role: Role;
    readonly signOut: { action: string; tokens: FormTokens };
  };
  /** What her last act came to. */
  readonly notice: MessageId | undefined;
}

interface ConsoleLayoutProps {
  readonly page: ConsolePage;
  readonly title: string;
  readonly failed?: boolean;
  readonly children: Child;
}

/** Wide, for tables; with the places that her role may see. */
export function ConsoleLayout({ page, title, failed, children }: ConsoleLayoutProps) {
  const { language, t, site, notice } = page;
  const full = t('page.title', { title, organisation: t('console.of', { organisation: site.organisation }) });
  return (
    <html lang={language} class="sluis">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{failed === true ? t('page.error-title', { title: full }) : full}</title>
        <Head site={site} />
        <link rel="stylesheet" href={`${site.assetFolder}${site.assets.console}`} />
      </head>
      <body class="utrecht-document">
        <a class="utrecht-skip-link utrecht-skip-link--visible-on-focus" href="#content">
          {t('page.skip')}
        </a>
        <div class="sluis-page sluis-console">
          <ConsoleTop page={page} />
          <main class="sluis-card" id="content" tabindex={-1}>
            <h1 class="utrecht-heading-1">{title}</h1>
            {notice === undefined ? null : (
              <p class="utrecht-paragraph sluis-notice" role="status">
                {t(notice)}
              </p>
            )}
            {children}
          </main>
        </div>
      </body>
    </html>
  );
}

function ConsoleTop({ page }: { page: ConsolePage }) {
  const { t, site, language, switchTo, who } = page;
  const other = otherLanguage(language);
  return (
    <header>
      <div class="sluis-top">
        <p class="sluis-organisation">
          <img src={`${site.assetFolder}${site.assets.logo ?? site.assets.mark}`} alt="" />
          <span>{t('console.of', { organisation: site.organisation })}</span>
        </p>
        {switchTo === undefined ? null : (
          <a class="utrecht-link utrecht-link--html-a sluis-no-print" href={switchTo} lang={other} hreflang={other}>
            {t('page.other-language')}
          </a>
        )}
      </div>
      <nav class="sluis-nav sluis-no-print" aria-label={t('console.places')}>
        <ul>
          {page.places.map(({ href, title, here }) => (
            <li>
              <a class="utrecht-link utrecht-link--html-a" href={href} aria-current={here ? 'page' : undefined}>
                {t(title)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="sluis-who sluis-no-print">
        <p>
          {who.name} ({t(`console.role.${who.role}`)})
        </p>
        <Form action={who.signOut.action} tokens={who.signOut.tokens} t={t}>
          <Button second>{t('console.sign-out')}</Button>
        </Form>
      </div>
    </header>
  );
}

interface Column {
  readonly title: string;
  /** Where the list is sorted by this column, and how it is now. */
  readonly sort?: { readonly href: string; readonly now: 'ascending' | 'descending' | undefined };
}

/** A table that scrolls by itself where the window is narrow; its caption says what it lists. */
export function Table({
  id,
  caption,
  columns,
  rows,
  empty,
  instead,
}: {
  id: string;
  caption: string;
  columns: readonly Column[];
  rows: readonly (readonly Child[])[];
  /** What to do where there is nothing. */
  empty: string;
  instead?: { readonly href: string; readonly text: string } | undefined;
}) {
  if (rows.length === 0)
    return (
      <>
        <p class="utrecht-paragraph">{empty}</p>
        {instead === undefined ? null : (
          <p class="sluis-actions">
            <Link href={instead.href}>{instead.text}</Link>
          </p>
        )}
      </>
    );
  return (
    // What scrolls must be reachable by keyboard (WCAG 2.1.1).
    <section class="sluis-scroll" tabindex={0} aria-labelledby={id}>
      <table class="sluis-table">
        <caption id={id}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, sort }) => (
              <th scope="col" aria-sort={sort?.now}>
                {sort === undefined ? title : <Link href={sort.href}>{title}</Link>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(cells => (
            <tr>{cells.map((cell, index) => (index === 0 ? <th scope="row">{cell}</th> : <td>{cell}</td>))}</tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Labels and what stands behind them. */
export function Facts({
  rows,
  short,
}: {
  rows: readonly (readonly [label: string, value: Child])[];
  /** Side by side, where there is room. */
  short?: boolean;
}) {
  return (
    <dl class={`sluis-facts sluis-texts${short === true ? ' sluis-short' : ''}`}>
      {rows.map(([label, value]) => (
        <div>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Pager({
  page,
  first,
  next,
}: {
  page: ConsolePage;
  first: string | undefined;
  next: string | undefined;
}) {
  if (first === undefined && next === undefined) return null;
  const { t } = page;
  return (
    <nav class="sluis-actions sluis-no-print" aria-label={t('console.pages')}>
      {first === undefined ? null : <Link href={first}>{t('console.first-page')}</Link>}
      {next === undefined ? null : <Link href={next}>{t('console.next-page')}</Link>}
    </nav>
  );
}

/** A list is asked for by its address, so that it can be kept and sent on. */
export function FilterForm({ action, submit, children }: { action: string; submit: string; children: Child }) {
  return (
    <form class="sluis-filter sluis-no-print" method="get" action={action}>
      {children}
      <button class="utrecht-button utrecht-button--secondary-action" type="submit">
        {submit}
      </button>
    </form>
  );
}
