import { type Language, translateTo } from './messages.ts';
import type { Refusal } from './pages-refusal.tsx';

/**
 * What is appended to an app's own login page: one line with a link to the first-aid page (R43) and, where Sluis
 * has something to say about the last sign-in, that. No script; the look comes from the stylesheet on the app's own
 * host, which an app's policy `style-src 'self'` allows.
 */
export function helpLine(
  language: Language,
  portalHelpUrl: string,
  refusal?: Refusal,
  values?: Readonly<Record<string, string | number>>,
): string {
  const t = translateTo(language);
  const node = (
    <aside class="sluis-help" lang={language} aria-label="Sluis">
      <link rel="stylesheet" href="/_sluis/help.css" />
      {refusal === undefined ? null : (
        <p role="alert">
          <strong>{t(`refusal.${refusal}.title`, values)}.</strong> {t(`refusal.${refusal}.text`, values)}
        </p>
      )}
      <p>
        {t('help-line.text')} <a href={portalHelpUrl}>{t('help-line.link')}</a>
      </p>
    </aside>
  );
  return String(node.toString());
}

/** For scripts of an app that meet the end of a session and whose preset knows no answer of the app's own. */
export function scriptUnauthorized(): {
  readonly status: 401;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  return {
    status: 401,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: JSON.stringify({ error: 'signed-out', url: '/_sluis/challenge' }),
  };
}
