import type { Child } from 'hono/jsx';
import { SelectField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage } from './console-layout.tsx';
import { WordsField } from './form.tsx';
import { FormPage, type FormTarget, SubmitOr } from './form-page.tsx';
import { Link, type Page, Paragraph, render } from './layout.tsx';
import type { ChallengeMistake } from './pages-challenge.tsx';
import { timeText } from './pages-console-today.tsx';

/** Asks for the code that the desk gave her for one day (R39). */
export function deskCodePage(
  page: Page,
  props: FormTarget & { readonly otherWays: string; readonly mistake?: ChallengeMistake | undefined },
): string {
  const { t } = page;
  const wrong = props.mistake === 'malformed' ? 'malformed' : 'wrong';
  const mistake = props.mistake === undefined ? undefined : t(`desk-code.${wrong}`);
  return render(
    <FormPage
      page={page}
      title={t('desk-code.title')}
      mistake={mistake}
      lead={<Paragraph>{t('desk-code.where')}</Paragraph>}
      target={props}
    >
      <WordsField label={t('desk-code.code')} mistake={mistake} />
      <SubmitOr submit={t('challenge.submit')} href={props.otherWays}>
        {t('challenge.no-code')}
      </SubmitOr>
    </FormPage>,
  );
}

/** How the clerk established who asks. */
export function deskCodeFields(
  { t }: Pick<ConsolePage, 't'>,
  methods: readonly (readonly [value: string, text: string])[],
): Child {
  return (
    <SelectField
      name="method"
      label={t('console.reset.field.identity-method')}
      options={[['', t('console.reset.choose')] as const, ...methods]}
    />
  );
}

/** Shown to the clerk who gave it, now and never again. */
export function deskCodeShownPage(
  page: ConsolePage,
  props: { readonly name: string; readonly code: string; readonly until: number; readonly back: string },
): string {
  const { t, language } = page;
  const { name, code, until, back } = props;
  return render(
    <ConsoleLayout page={page} title={t('console.desk-code.shown', { name })}>
      <p class="utrecht-paragraph">
        <code class="utrecht-code sluis-secret">{code}</code>
      </p>
      <Paragraph>{t('console.desk-code.until', { until: timeText(language, until) })}</Paragraph>
      <Paragraph>{t('console.desk-code.hand')}</Paragraph>
      <p class="sluis-actions sluis-no-print">
        <Link href={back} next>
          {t('page.go-on')}
        </Link>
      </p>
    </ConsoleLayout>,
  );
}
