import type { Child } from 'hono/jsx';
import type { Translate } from './messages.ts';

/** What ties a form to the browser and the sign-in it was made for. */
export interface FormTokens {
  /** Sent back with the form; proves that our own page made it. */
  readonly csrf: string;
  /** A repeat with the same id gets the same outcome and is never verified again. */
  readonly attempt: string;
}

/** A form that posts to this same address. `account` is for password managers, which file codes by account name. */
export function Form({
  action,
  tokens,
  account,
  t,
  upload,
  children,
}: {
  action: string;
  tokens: FormTokens;
  account?: string;
  t: Translate;
  /** It carries a file. */
  upload?: boolean;
  children: Child;
}) {
  return (
    <form method="post" action={action} enctype={upload === true ? 'multipart/form-data' : undefined} novalidate>
      <input type="hidden" name="csrf" value={tokens.csrf} />
      <input type="hidden" name="attempt" value={tokens.attempt} />
      {account === undefined ? null : (
        <div class="sluis-field">
          <label class="utrecht-form-label" for="username">
            {t('page.account')}
          </label>
          <input
            class="utrecht-textbox utrecht-textbox--html-input"
            id="username"
            name="username"
            type="text"
            autocomplete="username"
            value={account}
            readonly
          />
        </div>
      )}
      {children}
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly mistake: string | undefined;
  readonly children: Child;
  readonly kind: 'code' | 'words';
  readonly name?: string;
}

const mistakeId = 'code-mistake';

function Field({ label, mistake, children, kind, name = 'code' }: FieldProps) {
  return (
    <div
      class={`utrecht-form-field sluis-field sluis-${kind}${mistake === undefined ? '' : ' utrecht-form-field--invalid'}`}
    >
      <label class="utrecht-form-label" for={name}>
        {label}
      </label>
      {mistake === undefined ? null : (
        <p class="utrecht-form-field-error-message" id={mistakeId}>
          {mistake}
        </p>
      )}
      {children}
    </div>
  );
}

interface DigitsProps {
  readonly label: string;
  readonly mistake: string | undefined;
  /** There is something to read or do first: the page must not jump to the field. */
  readonly later?: boolean;
  /** `next`: the second of two in a row. */
  readonly name?: 'code' | 'next';
  /** Some show eight digits: six are not the end of it. */
  readonly length?: 6 | 8;
}

/** A code of digits, offered by the platform or a password manager where it can. */
export function DigitsField({ label, mistake, later, name = 'code', length = 6 }: DigitsProps) {
  return (
    <Field label={label} mistake={mistake} kind="code" name={name}>
      <input
        class={textbox(mistake)}
        id={name}
        name={name}
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        pattern="[0-9 ]*"
        maxlength={12}
        data-self-submit={length === 6 && name === 'code' ? '' : undefined}
        required
        autofocus={later !== true}
        aria-invalid={mistake === undefined ? undefined : 'true'}
        aria-describedby={mistake === undefined ? undefined : mistakeId}
      />
    </Field>
  );
}

/** A phone number or mail address; what was typed stays. */
export function TypedField({
  label,
  mistake,
  type,
  typed,
}: Pick<DigitsProps, 'label' | 'mistake'> & { type: 'tel' | 'email'; typed: string }) {
  return (
    <Field label={label} mistake={mistake} kind="words" name="address">
      <input
        class={textbox(mistake)}
        id="address"
        name="address"
        type={type}
        autocomplete={type}
        maxlength={254}
        value={typed}
        required
        autofocus={mistake !== undefined}
        aria-invalid={mistake === undefined ? undefined : 'true'}
        aria-describedby={mistake === undefined ? undefined : mistakeId}
      />
    </Field>
  );
}

/** A long code that people copy by hand: an activation or a recovery code. What was typed stays. */
export function WordsField({ label, mistake, typed }: { label: string; mistake: string | undefined; typed?: string }) {
  return (
    <Field label={label} mistake={mistake} kind="words">
      <input
        class={textbox(mistake)}
        id="code"
        name="code"
        type="text"
        autocomplete="off"
        autocapitalize="characters"
        maxlength={80}
        value={typed ?? ''}
        required
        autofocus
        aria-invalid={mistake === undefined ? undefined : 'true'}
        aria-describedby={mistake === undefined ? undefined : mistakeId}
      />
    </Field>
  );
}

/** A name that somebody gives to something of hers. */
export function LabelField({ label, value, mistake }: { label: string; value: string; mistake?: string | undefined }) {
  return (
    <div class={`utrecht-form-field sluis-field${mistake === undefined ? '' : ' utrecht-form-field--invalid'}`}>
      <label class="utrecht-form-label" for="label">
        {label}
      </label>
      {mistake === undefined ? null : (
        <p class="utrecht-form-field-error-message" id="label-mistake">
          {mistake}
        </p>
      )}
      <input
        class={textbox(mistake)}
        id="label"
        name="label"
        type="text"
        autocomplete="off"
        maxlength={60}
        value={value}
        required
        autofocus={mistake !== undefined}
        aria-invalid={mistake === undefined ? undefined : 'true'}
        aria-describedby={mistake === undefined ? undefined : 'label-mistake'}
      />
    </div>
  );
}

function textbox(mistake: string | undefined): string {
  return `utrecht-textbox utrecht-textbox--html-input${mistake === undefined ? '' : ' utrecht-textbox--invalid'}`;
}
