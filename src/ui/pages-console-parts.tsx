import type { Child } from 'hono/jsx';
import { SelectField, TextField } from './console-fields.tsx';
import type { Translate } from './messages.ts';

export type Options = readonly (readonly [value: string, text: string])[];

/** From which level on the desk hands codes over, and how it may establish who somebody is. */
export interface DeskAsks {
  readonly from: number;
  readonly methods: Options;
}

/** Fields of the forms of acts; the frame puts the rest around them. */
export function inviteFields(
  t: Translate,
  props: { readonly realms: Options; readonly asksName: boolean; readonly desk: DeskAsks | undefined },
): Child {
  return (
    <>
      {props.realms.length === 0 ? null : <RealmField t={t} realms={props.realms} />}
      {props.asksName ? <TextField name="name" label={t('console.account')} /> : null}
      <SelectField
        name="level"
        label={t('console.invite.level')}
        options={(['2', '3', '4'] as const).map(level => [level, t(`console.level.${level}`)])}
        value="2"
      />
      {props.desk === undefined ? null : (
        <SelectField
          name="method"
          label={t('console.reset.field.identity-method')}
          about={t('console.invite.method-about', { level: `${props.desk.from}` })}
          options={[['', t('console.reset.choose')] as const, ...props.desk.methods]}
        />
      )}
    </>
  );
}

export function importFields(t: Translate): Child {
  return (
    <>
      <FileField
        name="list"
        label={t('console.import.file')}
        about={t('console.import.file-about')}
        accept=".csv,.xml,.pskc"
      />
      <TextField
        name="key"
        type="password"
        label={t('console.import.key')}
        about={t('console.import.key-about')}
        most={100}
      />
      <TextField
        name="password"
        type="password"
        label={t('console.import.password')}
        about={t('console.import.password-about')}
        most={256}
      />
    </>
  );
}

export function handOutFields(t: Translate): Child {
  return <TextField name="serial" label={t('console.serial')} about={t('console.hand-out.about')} />;
}

export function takeBackFields(t: Translate): Child {
  return (
    <p class="sluis-choice">
      <input type="checkbox" id="retire" name="retire" value="yes" />
      <label for="retire">{t('console.take-back.retire')}</label>
    </p>
  );
}

export function operatorFields(
  t: Translate,
  props: { readonly asksWho: boolean; readonly role: string; readonly until: string },
): Child {
  return (
    <>
      {props.asksWho ? <TextField name="email" type="email" label={t('console.email')} /> : null}
      {props.asksWho ? <TextField name="name" label={t('console.full-name')} /> : null}
      <SelectField
        name="role"
        label={t('console.role')}
        options={(['admin', 'helpdesk', 'auditor'] as const).map(role => [role, t(`console.role.${role}`)])}
        value={props.role}
      />
      <TextField name="until" type="date" label={t('console.mandate-until')} value={props.until} />
    </>
  );
}

export function RealmField({ t, realms }: { t: Translate; realms: Options }) {
  const [only] = realms;
  if (realms.length === 1 && only !== undefined) return <input type="hidden" name="realm" value={only[0]} />;
  return <SelectField name="realm" label={t('console.realm')} options={realms} />;
}

export function FileField({
  name,
  label,
  about,
  accept,
}: {
  name: string;
  label: string;
  about: string;
  accept: string;
}) {
  return (
    <div class="utrecht-form-field sluis-field">
      <label class="utrecht-form-label" for={name}>
        {label}
      </label>
      <p class="utrecht-paragraph sluis-quiet" id={`${name}-about`}>
        {about}
      </p>
      <input class="sluis-file" id={name} name={name} type="file" accept={accept} aria-describedby={`${name}-about`} />
    </div>
  );
}
