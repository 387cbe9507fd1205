import type { Child } from 'hono/jsx';
import type { Page } from './layout.tsx';

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly about?: string | undefined;
  readonly mistake?: string | undefined;
  readonly children?: Child;
}

/** A label, what it is about, what is wrong with it, and the field itself. */
function Labelled({ name, label, about, mistake, children }: FieldProps) {
  return (
    <div class={`utrecht-form-field sluis-field${mistake === undefined ? '' : ' utrecht-form-field--invalid'}`}>
      <label class="utrecht-form-label" for={name}>
        {label}
      </label>
      {about === undefined ? null : (
        <p class="utrecht-paragraph sluis-quiet" id={`${name}-about`}>
          {about}
        </p>
      )}
      {mistake === undefined ? null : (
        <p class="utrecht-form-field-error-message" id={`${name}-mistake`}>
          {mistake}
        </p>
      )}
      {children}
    </div>
  );
}

function described({ name, about, mistake }: FieldProps): string | undefined {
  const ids = [about === undefined ? '' : `${name}-about`, mistake === undefined ? '' : `${name}-mistake`];
  const text = ids.filter(id => id !== '').join(' ');
  return text === '' ? undefined : text;
}

interface TextFieldProps extends FieldProps {
  readonly type?: 'text' | 'email' | 'password' | 'date' | 'search';
  readonly value?: string | undefined;
  readonly autocomplete?: string;
  readonly focus?: boolean;
  readonly most?: number;
}

export function TextField(props: TextFieldProps) {
  const { name, type = 'text', value, autocomplete = 'off', focus, most = 200, mistake } = props;
  return (
    <Labelled {...props}>
      <input
        class="utrecht-textbox utrecht-textbox--html-input"
        id={name}
        name={name}
        type={type}
        value={value}
        autocomplete={autocomplete}
        maxlength={most}
        autofocus={focus === true || mistake !== undefined}
        aria-invalid={mistake === undefined ? undefined : 'true'}
        aria-describedby={described(props)}
      />
    </Labelled>
  );
}

function AreaField(props: FieldProps & { readonly value?: string | undefined; readonly most?: number }) {
  const { name, value = '', most = 500, mistake } = props;
  return (
    <Labelled {...props}>
      <textarea
        class="sluis-area"
        id={name}
        name={name}
        rows={3}
        maxlength={most}
        autofocus={mistake !== undefined}
        aria-invalid={mistake === undefined ? undefined : 'true'}
        aria-describedby={described(props)}
      >
        {value}
      </textarea>
    </Labelled>
  );
}

export function SelectField(
  props: FieldProps & {
    readonly options: readonly (readonly [value: string, text: string])[];
    readonly value?: string;
  },
) {
  const { name, options, value, mistake } = props;
  return (
    <Labelled {...props}>
      <select
        class="sluis-select"
        id={name}
        name={name}
        autofocus={mistake !== undefined}
        aria-invalid={mistake === undefined ? undefined : 'true'}
        aria-describedby={described(props)}
      >
        {options.map(([option, text]) => (
          <option value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Says why, where that is asked; the frame of the console looks at it. */
export function ReasonField({ page, mistake }: { page: Page; mistake: boolean }) {
  const { t } = page;
  return (
    <AreaField
      name="reason"
      label={t('console.reason')}
      about={t('console.reason-about')}
      mistake={mistake ? t('console.reason-missing') : undefined}
    />
  );
}
