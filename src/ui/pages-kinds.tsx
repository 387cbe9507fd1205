import type { KindName } from '../factor/person.ts';
import { Form, type FormTokens } from './form.tsx';
import { Button, DeskBlock, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';

const mistakeId = 'kind-mistake';

/** Asks which kind of factor a person wants to set up: one is chosen for her already, the first. */
export function kindsPage(
  page: Page,
  props: {
    readonly account: string;
    readonly action: string;
    readonly tokens: FormTokens;
    readonly kinds: readonly KindName[];
    /** She sent the form without a choice. */
    readonly missing: boolean;
  },
): string {
  const { t } = page;
  const mistake = props.missing ? t('kinds.missing') : undefined;
  return render(
    <Layout page={page} title={t('kinds.title')} failed={props.missing}>
      <Title>{t('kinds.title')}</Title>
      <Mistake t={t} text={mistake} />
      <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
        <fieldset class="utrecht-form-fieldset sluis-field" aria-describedby={props.missing ? mistakeId : undefined}>
          <legend class="utrecht-form-label">{t('kinds.lead')}</legend>
          {mistake === undefined ? null : (
            <p class="utrecht-form-field-error-message" id={mistakeId}>
              {mistake}
            </p>
          )}
          {props.kinds.map((kind, index) => (
            <KindChoice
              page={page}
              kind={kind}
              chosen={index === 0 && !props.missing}
              focused={index === 0 && props.missing}
            />
          ))}
        </fieldset>
        <div class="sluis-actions">
          <Button>{t('kinds.submit')}</Button>
        </div>
      </Form>
    </Layout>,
  );
}

function KindChoice(props: { page: Page; kind: KindName; chosen: boolean; focused: boolean }) {
  const { page, kind, chosen, focused } = props;
  const { t } = page;
  return (
    <p class="sluis-choice">
      <input
        class="utrecht-radio-button"
        type="radio"
        id={`kind-${kind}`}
        name="kind"
        value={kind}
        checked={chosen}
        autofocus={focused}
      />
      <label for={`kind-${kind}`}>
        <strong>{t(`kind.${kind}`)}</strong>
        <br />
        {t(`kind.${kind}-about`)}
      </label>
    </p>
  );
}

/** None of her factors reaches what the page demands: what she can do now (R25). */
export function notEnoughPage(
  page: Page,
  props: { readonly haveCode: string | undefined; readonly back: { readonly href: string; readonly app: string } },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('not-enough.title')}>
      <Title>{t('not-enough.title')}</Title>
      <Paragraph>{t('not-enough.why')}</Paragraph>
      <Paragraph>{t('not-enough.what')}</Paragraph>
      <DeskBlock page={page} />
      <div class="sluis-actions">
        {props.haveCode === undefined ? null : (
          <Link href={props.haveCode} main>
            {t('not-invited.have-code')}
          </Link>
        )}
        <Link href={props.back.href}>{t('not-enough.back', { app: props.back.app })}</Link>
      </div>
    </Layout>,
  );
}

/** A code for something that this portal does not offer: told before she sets up what would be refused. */
export function notOfferedPage(
  page: Page,
  props: { readonly back: { readonly href: string; readonly app: string | undefined } },
): string {
  const { t } = page;
  const { href, app } = props.back;
  return render(
    <Layout page={page} title={t('not-offered.title')}>
      <Title>{t('not-offered.title')}</Title>
      <Paragraph>{t('not-offered.text')}</Paragraph>
      <DeskBlock page={page} />
      <p class="sluis-actions">
        <Link href={href} next>
          {app === undefined ? t('own.back') : t('not-enough.back', { app })}
        </Link>
      </p>
    </Layout>,
  );
}
