import { TextField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage, FilterForm } from './console-layout.tsx';
import { ActionLink, Link, Paragraph, render } from './layout.tsx';

/** By what Sluis serves now, without its secrets. */
export function configurationPage(
  page: ConsolePage,
  props: { readonly text: string; readonly explain: string },
): string {
  const { t } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.configuration')}>
      <Paragraph>{t('console.configuration.about')}</Paragraph>
      <ActionLink href={props.explain}>{t('console.explain')}</ActionLink>
      <pre class="sluis-pre" lang="en">
        {props.text}
      </pre>
    </ConsoleLayout>,
  );
}

/** What becomes of a request and why. */
export function explainPage(
  page: ConsolePage,
  props: {
    readonly action: string;
    readonly url: string;
    readonly user: string;
    readonly method: string;
    readonly text: string | undefined;
    readonly back: string;
  },
): string {
  const { t } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.explain')}>
      <Paragraph>{t('console.explain.about')}</Paragraph>
      <FilterForm action={props.action} submit={t('console.show')}>
        <TextField name="url" label={t('console.explain.url')} value={props.url} most={4000} />
        <TextField name="user" label={t('console.account')} value={props.user} />
        <TextField name="method" label={t('console.explain.method')} value={props.method} most={20} />
      </FilterForm>
      {props.text === undefined ? null : (
        <pre class="sluis-pre" lang="en">
          {props.text}
        </pre>
      )}
      <p class="sluis-actions">
        <Link href={props.back} next>
          {t('console.configuration')}
        </Link>
      </p>
    </ConsoleLayout>,
  );
}
