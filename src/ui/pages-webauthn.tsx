import { FormPage, type FormTarget, SubmitOr } from './form-page.tsx';
import { type Page, Paragraph, render } from './layout.tsx';
import { NameField, type OwnDeviceSaid, PersonalField } from './own-device.tsx';

export const keyMistakes = ['wrong', 'cancelled', 'unsupported', 'known', 'script', 'personal', 'too-weak'] as const;
export type KeyMistake = (typeof keyMistakes)[number];

interface KeyProps extends FormTarget {
  /** What the script hands to the browser; made by the server, signed over by the key. Undefined: no key can be used here. */
  readonly options: object | undefined;
  readonly mistake?: KeyMistake;
}

/** Asks for a passkey or security key that she has. */
export function keyPage(page: Page, props: KeyProps & { readonly otherWays: string }): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`webauthn.${props.mistake}`);
  const lead = (
    <>
      <Paragraph>{t('webauthn.what')}</Paragraph>
      <NoScript page={page} />
    </>
  );
  return render(
    <FormPage page={page} title={t('webauthn.title')} mistake={mistake} lead={lead} target={props} keys>
      <Ask ceremony="get" options={props.options} />
      <SubmitOr submit={t('webauthn.submit')} href={props.otherWays}>
        {t('webauthn.no-key')}
      </SubmitOr>
    </FormPage>,
  );
}

/** Sets one up: its name, the word that it is hers alone (R07), then the browser asks for it. */
export function keySetUpPage(
  page: Page,
  props: KeyProps &
    OwnDeviceSaid & {
      /** Where another kind can be chosen. */
      readonly kinds: string;
      /** She was given a code for the highest level: what reaches it, said before. */
      readonly strongest: boolean;
    },
): string {
  const { t } = page;
  const mistake =
    props.mistake === undefined ? undefined : t(`webauthn.${props.mistake === 'wrong' ? 'not-made' : props.mistake}`);
  const lead = (
    <>
      <Paragraph>{t('webauthn.set-up-what')}</Paragraph>
      {props.strongest ? <Paragraph>{t('webauthn.strongest')}</Paragraph> : null}
      <NoScript page={page} />
    </>
  );
  return render(
    <FormPage page={page} title={t('webauthn.set-up-title')} mistake={mistake} lead={lead} target={props} keys>
      <Ask ceremony="create" options={props.options} />
      <NameField label={t('webauthn.label')} first={props.label || t('webauthn.label-first')} />
      <PersonalField
        label={t('webauthn.personal-word')}
        mistake={props.mistake === 'personal' ? mistake : undefined}
        said={props.personal}
      />
      <SubmitOr submit={t('webauthn.set-up-submit')} href={props.kinds}>
        {t('webauthn.other-kind')}
      </SubmitOr>
    </FormPage>,
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
