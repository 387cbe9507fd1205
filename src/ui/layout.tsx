import type { Child } from 'hono/jsx';
import type { AssetNames } from './assets.ts';
import { type Language, type MessageId, otherLanguage, type Translate } from './messages.ts';

/** What every page needs to know, apart from its own content. */
export interface Page {
  readonly language: Language;
  readonly t: Translate;
  readonly site: Site;
  /** Address of this page in the other language; undefined where it cannot be asked for again. */
  readonly switchTo: string | undefined;
  /** What she is doing, where that is not why she came: said above the page, with a way to leave it. */
  readonly doing?: { readonly text: string; readonly leave: string; readonly back: string } | undefined;
}

/** Whose pages these are. Made once per realm and host. */
export interface Site {
  /** "Gemeente Voorbeeld". */
  readonly organisation: string;
  readonly desk: Desk | undefined;
  readonly assets: AssetNames;
  /** Folder of the assets on the page's own host, with a slash at its end: `/assets/`, `/_sluis/assets/`. */
  readonly assetFolder: string;
  /** The first-aid page (R43); absolute where the page is not on the portal. */
  readonly helpUrl: string;
}

export interface Desk {
  readonly place: string;
  readonly hours: string;
  readonly phone: string;
}

interface LayoutProps {
  readonly page: Page;
  readonly title: string;
  /** The page shows a mistake: its title says so first (WCAG 3.3.1). */
  readonly failed?: boolean;
  /** Where a hop page goes by itself, at once. */
  readonly goTo?: string;
  /** The page asks the browser for a key. */
  readonly keys?: boolean;
  /** Another script of ours, by the name of its file. */
  readonly script?: string;
  /** Seconds after which the page comes again where no script runs: it shows something that is waited for. */
  readonly again?: number;
  /** The page can be put on a home screen: folder of its manifest and icon. */
  readonly installable?: string;
  readonly children: Child;
}

/** Full HTML text of a page. Our pages have no asynchronous parts, so it is ready at once. */
export function render(node: { toString(): unknown }): string {
  return `<!doctype html>${String(node.toString())}`;
}

export function Layout({ page, title, failed, goTo, keys, script, again, installable, children }: LayoutProps) {
  const { language, t, site } = page;
  const full = t('page.title', { title, organisation: site.organisation });
  return (
    <html lang={language} class="sluis">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {goTo === undefined ? null : <meta http-equiv="refresh" content={`0; url=${goTo}`} />}
        <title>{failed === true ? t('page.error-title', { title: full }) : full}</title>
        <Head site={site} />
        {again === undefined ? null : (
          <noscript>
            <meta http-equiv="refresh" content={String(again)} />
          </noscript>
        )}
        {installable === undefined ? null : <Installable folder={installable} site={site} />}
        {script === undefined ? null : <script src={`${site.assetFolder}${script}`} defer></script>}
        {keys === true ? <script src={`${site.assetFolder}${site.assets.keys}`} defer></script> : null}
      </head>
      <body class="utrecht-document">
        <a class="utrecht-skip-link utrecht-skip-link--visible-on-focus" href="#content">
          {t('page.skip')}
        </a>
        <div class="sluis-page">
          <Top page={page} />
          <main class="sluis-card" id="content" tabindex={-1}>
            <Doing page={page} />
            {children}
          </main>
          <footer class="sluis-foot sluis-no-print">
            <Link href={site.helpUrl}>{t('page.help')}</Link>
          </footer>
        </div>
      </body>
    </html>
  );
}

/** Who sits down at a browser in which somebody else began must see what her code would be for. */
function Doing({ page: { doing } }: { page: Page }) {
  if (doing === undefined) return null;
  return (
    <p class="utrecht-paragraph sluis-doing">
      <strong>{doing.text}</strong> <Link href={doing.back}>{doing.leave}</Link>
    </p>
  );
}

export function Head({ site }: { site: Site }) {
  const { assets, assetFolder } = site;
  return (
    <>
      <link rel="icon" href={`${assetFolder}${assets.mark}`} type="image/svg+xml" />
      <link rel="stylesheet" href={`${assetFolder}${assets.style}`} />
      {assets.theme === undefined ? null : <link rel="stylesheet" href={`${assetFolder}${assets.theme}`} />}
      <script src={`${assetFolder}${assets.script}`} defer></script>
    </>
  );
}

function Installable({ folder, site }: { folder: string; site: Site }) {
  return (
    <>
      <link rel="manifest" href={`${folder}manifest.webmanifest`} />
      <link rel="apple-touch-icon" href={`${site.assetFolder}${site.assets.icons.small}`} />
    </>
  );
}

function Top({ page }: { page: Page }) {
  const { t, site, language, switchTo } = page;
  const other = otherLanguage(language);
  return (
    <header class="sluis-top">
      <p class="sluis-organisation">
        <img src={`${site.assetFolder}${site.assets.logo ?? site.assets.mark}`} alt="" />
        <span>{site.organisation}</span>
      </p>
      {switchTo === undefined ? null : (
        <a class="utrecht-link utrecht-link--html-a sluis-no-print" href={switchTo} lang={other} hreflang={other}>
          {t('page.other-language')}
        </a>
      )}
    </header>
  );
}

export function Title({ children }: { children: Child }) {
  return <h1 class="utrecht-heading-1">{children}</h1>;
}

export function Paragraph({ children }: { children: Child }) {
  return <p class="utrecht-paragraph">{children}</p>;
}

interface LinkProps {
  readonly href: string;
  /** One of the ways on that a page offers. */
  readonly next?: boolean;
  /** The one main way on: looks like a button. */
  readonly main?: boolean;
  /** Leaves a frame. */
  readonly top?: boolean;
  /** And does so by itself where scripts run: nothing is lost by it. */
  readonly leads?: boolean;
  readonly children: Child;
}

export function Link({ href, next, main, top, leads, children }: LinkProps) {
  const look =
    main === true
      ? 'utrecht-button utrecht-button--primary-action sluis-next'
      : `utrecht-link utrecht-link--html-a${next === true ? ' sluis-next' : ''}`;
  return (
    <a
      class={look}
      href={href}
      target={top === true ? '_top' : undefined}
      rel={leads === true ? 'noreferrer' : undefined}
      data-leads={leads === true ? '' : undefined}
    >
      {children}
    </a>
  );
}

/** A link that is the one main act of its page. */
export function ActionLink({ href, top, children }: { href: string; top?: boolean; children: Child }) {
  return (
    <p class="sluis-actions">
      <Link href={href} main top={top === true}>
        {children}
      </Link>
    </p>
  );
}

interface ButtonProps {
  readonly second?: boolean;
  /** What the form says where it has more than one button. */
  readonly name?: string;
  readonly value?: string;
  /** Id of what says more about it, where several buttons read the same. */
  readonly about?: string;
  readonly children: Child;
}

export function Button({ second, name, value, about, children }: ButtonProps) {
  const look = `utrecht-button utrecht-button--${second === true ? 'secondary' : 'primary'}-action`;
  return (
    <button class={look} type="submit" name={name} value={value} aria-describedby={about}>
      {children}
    </button>
  );
}

/** Mistakes at the top, said by a screen reader as soon as the page is there. */
export function Mistake({ t, text }: { t: Translate; text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <div class="utrecht-alert utrecht-alert--error" role="alert">
      <div class="utrecht-alert__content">
        <p class="utrecht-paragraph">
          <strong>{t('page.error')}</strong>
        </p>
        <p class="utrecht-paragraph">{text}</p>
      </div>
    </div>
  );
}

export function DeskBlock({ page }: { page: Page }) {
  const { t, site } = page;
  if (site.desk === undefined) return <Paragraph>{t('desk.unknown')}</Paragraph>;
  const rows: readonly (readonly [MessageId, string])[] = [
    ['desk.place', site.desk.place],
    ['desk.hours', site.desk.hours],
    ['desk.phone', site.desk.phone],
  ];
  return (
    <section class="sluis-desk sluis-stack" aria-labelledby="desk">
      <h2 class="utrecht-heading-2" id="desk">
        {t('desk.title')}
      </h2>
      <dl>
        {rows.map(([id, value]) => (
          <div>
            <dt>{t(id)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
