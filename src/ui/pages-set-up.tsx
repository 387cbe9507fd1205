import { DigitsField, Form, type FormTokens, LabelField, WordsField } from './form.tsx';
import { FormPage, type FormTarget, SubmitOr } from './form-page.tsx';
import {
  ActionLink,
  Button,
  DeskBlock,
  Layout,
  Link,
  Mistake,
  type Page,
  Paragraph,
  render,
  Title,
} from './layout.tsx';
import { PersonalField } from './own-device.tsx';

export type ActivationMistake = 'wrong' | 'expired' | 'malformed';

/** Why, then how: the first step of a set-up asks for the activation code (R38, R30). */
export function activationPage(
  page: Page,
  props: FormTarget & {
    readonly noCode: string;
    /** Codes are handed over at the desk only. */
    readonly atDesk: boolean;
    readonly mistake?: ActivationMistake;
  },
): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`activation.${props.mistake}`);
  const lead = (
    <>
      <Paragraph>{t('activation.why')}</Paragraph>
      <Paragraph>{t(props.atDesk ? 'activation.where-desk' : 'activation.where')}</Paragraph>
    </>
  );
  return render(
    <FormPage page={page} title={t('activation.title')} mistake={mistake} lead={lead} target={props}>
      <WordsField label={t('activation.code')} mistake={mistake} />
      <SubmitOr submit={t('activation.submit')} href={props.noCode}>
        {t('activation.no-code')}
      </SubmitOr>
    </FormPage>,
  );
}

/** No activation code: only the desk can go on (R38). */
export function notInvitedPage(
  page: Page,
  props: {
    readonly haveCode: string;
    readonly account: string;
    readonly restart: string;
    /** Codes are handed over at the desk only. */
    readonly atDesk: boolean;
  },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('not-invited.title')}>
      <Title>{t('not-invited.title')}</Title>
      <Paragraph>{t('not-invited.why')}</Paragraph>
      <Paragraph>{t(props.atDesk ? 'not-invited.what-desk' : 'not-invited.what')}</Paragraph>
      <DeskBlock page={page} />
      <div class="sluis-actions">
        <Link href={props.haveCode} main>
          {t('not-invited.have-code')}
        </Link>
        <Link href={props.restart}>{`${t('other-ways.restart')} (${props.account})`}</Link>
      </div>
    </Layout>,
  );
}

/** The new key as a picture, as a link for this device and as text; then the first code. */
export function totpPage(
  page: Page,
  props: {
    readonly account: string;
    readonly action: string;
    readonly tokens: FormTokens;
    /** Base32, in groups of four. */
    readonly secret: string;
    /** `otpauth://totp/…`, made by us. */
    readonly uri: string;
    /** `data:image/svg+xml;base64,…` */
    readonly picture: string;
    /** As she typed it, or what it is called where she does not say. Undefined: it gets no name, and nobody is asked whose it is. */
    readonly label?: string;
    readonly personal?: boolean;
    readonly mistake?: 'wrong' | 'malformed' | 'personal';
  },
): string {
  const { t } = page;
  const unsaid = props.mistake === 'personal' ? t('totp.personal-missing') : undefined;
  const mistake = props.mistake === 'personal' ? undefined : mistakeOf(page, props.mistake);
  return render(
    <Layout page={page} title={t('totp.title')} failed={props.mistake !== undefined}>
      <Title>{t('totp.title')}</Title>
      <Mistake t={t} text={unsaid ?? mistake} />
      <ol class="utrecht-ordered-list">
        <li class="utrecht-ordered-list__item">
          {t('totp.step-app')} {t('totp.personal')}
        </li>
        <li class="utrecht-ordered-list__item">
          {t('totp.step-scan')}
          <img class="sluis-qr" src={props.picture} alt={t('totp.qr')} width={240} height={240} />
          <p class="utrecht-paragraph">
            <Link href={props.uri}>{t('totp.open')}</Link>
          </p>
          <p class="utrecht-paragraph">
            {t('totp.secret')} <code class="utrecht-code sluis-secret">{props.secret}</code>
          </p>
        </li>
        <li class="utrecht-ordered-list__item">{t('totp.step-code')}</li>
      </ol>
      <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
        {props.label === undefined ? null : (
          <>
            <LabelField label={t('totp.label')} value={props.label} />
            <PersonalField label={t('totp.personal-word')} mistake={unsaid} said={props.personal} />
          </>
        )}
        <DigitsField label={t('challenge.code')} mistake={mistake} later={mistake === undefined} />
        <div class="sluis-actions">
          <Button>{t('totp.submit')}</Button>
        </div>
      </Form>
    </Layout>,
  );
}

function mistakeOf({ t }: Page, mistake: 'wrong' | 'malformed' | undefined): string | undefined {
  if (mistake === undefined) return undefined;
  return mistake === 'wrong' ? t('totp.wrong') : t('challenge.malformed');
}

/** Shown once (R32). */
export function recoveryCodesPage(
  page: Page,
  props: {
    readonly codes: readonly string[];
    readonly action: string;
    readonly tokens: FormTokens;
    /** The new key is worth less than her code would have let it. */
    readonly lesser?: boolean;
  },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('codes.title')}>
      <Title>{t('codes.title')}</Title>
      {props.lesser === true ? <Paragraph>{t('webauthn.lesser')}</Paragraph> : null}
      <Paragraph>{t('codes.why')}</Paragraph>
      <Paragraph>{t('codes.how')}</Paragraph>
      <h2 class="utrecht-heading-2">{t('codes.list')}</h2>
      <ol class="utrecht-ordered-list sluis-codes" id="codes">
        {props.codes.map(code => (
          <li class="utrecht-ordered-list__item">
            <code class="utrecht-code">{code}</code>
          </li>
        ))}
      </ol>
      <div class="sluis-actions sluis-no-print">
        <ScriptButton attributes={{ 'data-copy': 'codes', 'data-done': t('codes.copied') }} text={t('codes.copy')} />
        <ScriptButton attributes={{ 'data-print': '' }} text={t('codes.print')} />
      </div>
      <div class="sluis-no-print">
        <Form action={props.action} tokens={props.tokens} t={t}>
          <input type="hidden" name="act" value="saved" />
          <Button>{t('codes.saved')}</Button>
        </Form>
      </div>
    </Layout>,
  );
}

/** Hidden until the script is there, which alone can do what it says. */
function ScriptButton({ attributes, text }: { attributes: Readonly<Record<string, string>>; text: string }) {
  return (
    <button class="utrecht-button utrecht-button--secondary-action" type="button" hidden {...attributes}>
      {text}
    </button>
  );
}

/** The codes were made before, in this same set-up: going on, or new ones. */
export function recoveryCodesShownPage(
  page: Page,
  props: { readonly goOn: string; readonly action: string; readonly tokens: FormTokens },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('codes.shown-title')}>
      <Title>{t('codes.shown-title')}</Title>
      <Paragraph>{t('codes.shown')}</Paragraph>
      <ActionLink href={props.goOn}>{t('codes.saved')}</ActionLink>
      <Form action={props.action} tokens={props.tokens} t={t}>
        <input type="hidden" name="act" value="again" />
        <Button second>{t('codes.again')}</Button>
      </Form>
    </Layout>,
  );
}

/** A first set-up that an operator lets a listed person do with nothing but the password, until a date (R38). */
export function selfSetUpPage(
  page: Page,
  props: { readonly account: string; readonly action: string; readonly tokens: FormTokens; readonly date: string },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('activation.title')}>
      <Title>{t('activation.title')}</Title>
      <Paragraph>{t('activation.why')}</Paragraph>
      <Paragraph>{t('self.what', { date: props.date })}</Paragraph>
      <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
        <input type="hidden" name="code" value="" />
        <div class="sluis-actions">
          <Button name="act" value="begin">
            {t('self.submit')}
          </Button>
        </div>
      </Form>
    </Layout>,
  );
}
