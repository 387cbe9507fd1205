import { Form, type FormTokens } from './form.tsx';
import { Button, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';
import { NameField, PersonalField } from './own-device.tsx';

export const keyMistakes = ['wrong', 'cancelled', 'unsupported', 'known', 'script', 'personal', 'too-weak'] as const;
export type KeyMistake = (typeof keyMistakes)[number];

interface KeyProps {
  readonly account: string;
  readonly action: string;
  readonly tokens: FormTokens;
  /** What the script hands to the browser; made by the server, signed over by the key. Undefined: no key can be used here. */
  readonly options: object | undefined;
  readonly mistake?: KeyMistake;
}

/** Asks for a passkey or security key that she has. */
export function keyPage(page: Page, props: KeyProps & { readonly otherWays: string }): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`webauthn.${props.mistake}`);
  return render(
    <Layout page={page} title={t('webauthn.title')} failed={mistake !== undefined} keys>
      <Title>{t('webauthn.title')}</Title>
      <Mistake t={t} text={mistake} />
      <Paragraph>{t('webauthn.what')}</Paragraph>
      <NoScript page={page} />
      <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
        <Ask ceremony="get" options={props.options} />
        <div class="sluis-actions">
          <Button>{t('webauthn.submit')}</Button>
          <Link href={props.otherWays}>{t('webauthn.no-key')}</Link>
        </div>
      </Form>
    </Layout>,
  );
}

/** Sets one up: its name, the word that it is hers alone (R07), then the browser asks for it. */
export function keySetUpPage(
  page: Page,
  props: KeyProps & {
    /** Where another kind can be chosen. */
    readonly kinds: string;
    /** She was given a code for the highest level: what reaches it, said before. */
    readonly strongest: boolean;
  },
): string {
  const { t } = page;
  const mistake =
    props.mistake === undefined ? undefined : t(`webauthn.${props.mistake === 'wrong' ? 'not-made' : props.mistake}`);
  return render(
    <Layout page={page} title={t('webauthn.set-up-title')} failed={mistake !== undefined} keys>
      <Title>{t('webauthn.set-up-title')}</Title>
      <Mistake t={t} text={mistake} />
      <Paragraph>{t('webauthn.set-up-what')}</Paragraph>
      {props.strongest ? <Paragraph>{t('webauthn.strongest')}</Paragraph> : null}
      <NoScript page={page} />
      <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
        <Ask ceremony="create" options={props.options} />
        <NameField label={t('webauthn.label')} first={t('webauthn.label-first')} />
        <PersonalField
          label={t('webauthn.personal-word')}
          mistake={props.mistake === 'personal' ? mistake : undefined}
        />
        <div class="sluis-actions">
          <Button>{t('webauthn.set-up-submit')}</Button>
          <Link href={props.kinds}>{t('webauthn.other-kind')}</Link>
        </div>
      </Form>
    </Layout>,
  );
}

/** The script fills the field in; without it the field is sent empty, and the server says what to do. */
function Ask({ ceremony, options }: { ceremony: 'create' | 'get'; options: object | undefined }) {
  const text = options === undefined ? '' : JSON.stringify(options);
  return (
    <div data-webauthn={ceremony} data-options={text}>
      <input type="hidden" name="code" value="" />
    </div>
  );
}

function NoScript({ page: { t } }: { page: Page }) {
  return (
    <noscript>
      <p class="utrecht-paragraph">{t('webauthn.script')}</p>
    </noscript>
  );
}
