import { DigitsField, Form, TypedField } from './form.tsx';
import { FormPage, type FormTarget, SubmitOr } from './form-page.tsx';
import { Button, DeskBlock, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';
import { PersonalField } from './own-device.tsx';

export type SentKind = 'sms' | 'email';
export const sentCodeMistakes = ['wrong', 'malformed', 'used', 'expired', 'spent', 'not-sent', 'maybe-sent'] as const;
export type SentCodeMistake = (typeof sentCodeMistakes)[number];

interface CodeProps extends FormTarget {
  readonly kind: SentKind;
  /** Where the code went, as far as it may be shown: `06-•••• 12`. */
  readonly to: string;
  /** Where a new one can go: the name of a button's value, and what is shown of it. */
  readonly again: readonly { readonly value: string; readonly to: string }[];
  /** Not the first one. */
  readonly renewed: boolean;
  readonly mistake?: SentCodeMistake | undefined;
  /** Leads to other ways, or to other kinds at a set-up. */
  readonly elsewhere: { readonly href: string; readonly text: 'challenge.no-code' | 'sent-code.other-kind' };
  /** At a set-up: another number or address can be given. */
  readonly change?: boolean;
}

const codeMistakes = {
  malformed: 'challenge.malformed',
  wrong: 'sent-code.wrong',
  used: 'sent-code.used',
  expired: 'sent-code.expired',
  spent: 'sent-code.spent',
  'not-sent': 'sent-code.again-not-sent',
  'maybe-sent': 'sent-code.maybe-sent',
} as const;

/** Asks for the code that was sent; a new one is a button away. */
export function sentCodePage(page: Page, props: CodeProps): string {
  const { t } = page;
  const { mistake: id, kind } = props;
  const mistake = id === undefined ? undefined : t(codeMistakes[id]);
  // That nothing went out is no mistake in the field.
  const beside = id === 'not-sent' || id === 'maybe-sent' ? undefined : mistake;
  const lead = (
    <>
      <Paragraph>{t(`${kind}.sent`, { to: props.to })}</Paragraph>
      {props.renewed && mistake === undefined ? <Paragraph>{t('sent-code.renewed')}</Paragraph> : null}
    </>
  );
  return render(
    <FormPage
      page={page}
      title={t('challenge.title')}
      mistake={mistake}
      lead={lead}
      target={props}
      below={<Again page={page} props={props} />}
    >
      <DigitsField label={t('challenge.code')} mistake={beside} />
      <SubmitOr submit={t('challenge.submit')} href={props.elsewhere.href}>
        {t(props.elsewhere.text)}
      </SubmitOr>
    </FormPage>,
  );
}

/** Nothing went out, and nothing can be typed: what she can do now. */
export function notSentPage(page: Page, props: CodeProps): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('sent-code.not-sent-title')} failed>
      <Title>{t('sent-code.not-sent-title')}</Title>
      <Mistake t={t} text={t('sent-code.not-sent')} />
      <Paragraph>{t('sent-code.not-sent-what')}</Paragraph>
      <Again page={page} props={props} main />
      <p class="sluis-actions">
        <Link href={props.elsewhere.href}>{t(props.elsewhere.text)}</Link>
      </p>
      <DeskBlock page={page} />
    </Layout>,
  );
}

/** A form of its own: a key pressed in the field above must not ask for a new code. */
function Again({ page: { t }, props, main }: { page: Page; props: CodeProps; main?: boolean }) {
  const { kind, again, action, tokens, change } = props;
  const words = (to: string) => {
    if (again.length > 1) return t('sent-code.again-to', { to });
    return t(main === true ? 'sent-code.retry' : 'sent-code.again');
  };
  return (
    <>
      <Form action={action} tokens={tokens} t={t}>
        <input type="hidden" name="act" value="again" />
        <div class="sluis-actions">
          {again.map(({ value, to }, index) => (
            <Button second={main !== true || index > 0} name="to" value={value}>
              {words(to)}
            </Button>
          ))}
        </div>
      </Form>
      {change === true ? (
        <Form action={action} tokens={tokens} t={t}>
          <input type="hidden" name="act" value="change" />
          <Button second>{t(`${kind}.change`)}</Button>
        </Form>
      ) : null}
    </>
  );
}

export const addressMistakes = ['malformed', 'country', 'functional', 'own', 'taken', 'personal'] as const;
export type AddressMistake = (typeof addressMistakes)[number];

/** Asks where codes will go, and for her word that nobody else gets them there (R07). */
export function sentCodeSetUpPage(
  page: Page,
  props: FormTarget & {
    readonly kind: SentKind;
    /** Where another kind can be chosen. */
    readonly kinds: string;
    readonly typed: string;
    readonly personal?: boolean;
    readonly mistake?: AddressMistake | undefined;
  },
): string {
  const { t } = page;
  const { kind } = props;
  const mistake = textOf(page, kind, props.mistake);
  const personal = props.mistake === 'personal';
  const lead = (
    <>
      <Paragraph>{t(`${kind}.set-up-what`)}</Paragraph>
      <Paragraph>{t(`${kind}.risk`)}</Paragraph>
    </>
  );
  return render(
    <FormPage page={page} title={t(`${kind}.set-up-title`)} mistake={mistake} lead={lead} target={props}>
      <input type="hidden" name="act" value="address" />
      <TypedField
        label={t(`${kind}.address`)}
        mistake={personal ? undefined : mistake}
        type={kind === 'sms' ? 'tel' : 'email'}
        typed={props.typed}
      />
      <PersonalField
        label={t(`${kind}.personal-word`)}
        mistake={personal ? mistake : undefined}
        said={props.personal}
      />
      <SubmitOr submit={t('sent-code.send')} href={props.kinds}>
        {t('sent-code.other-kind')}
      </SubmitOr>
    </FormPage>,
  );
}

function textOf({ t }: Page, kind: SentKind, mistake: AddressMistake | undefined): string | undefined {
  if (mistake === undefined) return undefined;
  if (mistake === 'country') return t('sms.country');
  return mistake === 'functional' || mistake === 'own' ? t(`email.${mistake}`) : t(`${kind}.${mistake}`);
}
