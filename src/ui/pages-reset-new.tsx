import type { DocumentType, IdentityMethod, LostReason, Refusal } from '../reset/case.ts';
import { SelectField, TextField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage } from './console-layout.tsx';
import { Form, type FormTokens } from './form.tsx';
import { Button, Link, Mistake, render } from './layout.tsx';
import { refusalText } from './reset-refusal.ts';

export interface CaseFormProps {
  readonly action: string;
  readonly tokens: FormTokens;
  readonly back: string;
  readonly realms: readonly string[];
  readonly methods: readonly Pick<IdentityMethod, 'id' | 'title'>[];
  readonly documents: readonly DocumentType[];
  readonly reasons: readonly LostReason[];
  /** What was filled in before; nothing of it is lost by a mistake. */
  value(name: string): string;
  readonly refusal?: Refusal | undefined;
}

/** What a request must hold (R34), with what was wrong beside its field. */
export function newCasePage(page: ConsolePage, props: CaseFormProps): string {
  const { t } = page;
  const { refusal, value } = props;
  const wrong = (field: string) =>
    refusal !== undefined && 'field' in refusal && refusal.field === field ? refusalText(t, refusal) : undefined;
  const input = (name: 'account' | 'requester-name' | 'requester-address' | 'document-last-four') => ({
    ...{ name, label: t(`console.reset.field.${name}`), value: value(name), mistake: wrong(name) },
  });
  const choose = ['', t('console.reset.choose')] as const;
  const select = (name: 'identity-method' | 'document-type' | 'lost-because') => ({
    ...{ name, label: t(`console.reset.field.${name}`), value: value(name), mistake: wrong(name) },
  });
  return render(
    <ConsoleLayout page={page} title={t('console.reset.new')} failed={refusal !== undefined}>
      <Mistake t={t} text={refusal === undefined ? undefined : refusalText(t, refusal)} />
      <Form action={props.action} tokens={props.tokens} t={t}>
        {props.realms.length < 2 ? null : (
          <SelectField
            name="realm"
            label={t('console.reset.field.realm')}
            value={value('realm')}
            options={props.realms.map(name => [name, name] as const)}
          />
        )}
        <TextField {...input('account')} type="email" most={254} focus={refusal === undefined} />
        <SelectField
          name="asker"
          label={t('console.reset.asker')}
          about={t('console.reset.asker-about')}
          value={value('asker')}
          options={(['own', 'other'] as const).map(one => [one, t(`console.reset.asker.${one}`)] as const)}
        />
        <TextField {...input('requester-name')} most={120} />
        <TextField {...input('requester-address')} type="email" most={254} />
        <SelectField
          {...select('identity-method')}
          options={[choose, ...props.methods.map(({ id, title }) => [id, title] as const)]}
        />
        <SelectField
          {...select('document-type')}
          about={t('console.reset.document-about')}
          options={[choose, ...props.documents.map(one => [one, t(`console.reset.document.${one}`)] as const)]}
        />
        <TextField {...input('document-last-four')} most={4} />
        <TextField
          name="staff"
          label={t('console.reset.field.staff')}
          about={t('console.reset.staff-about')}
          value={value('staff')}
          mistake={wrong('staff')}
          most={500}
        />
        <SelectField
          {...select('lost-because')}
          options={[choose, ...props.reasons.map(one => [one, t(`console.reset.lost.${one}`)] as const)]}
        />
        <TextField
          name="file-number"
          label={t('console.reset.field.file-number')}
          about={t('console.reset.file-about')}
          value={value('file-number')}
          mistake={wrong('file-number')}
          most={64}
        />
        {(['identity-confirmed', 'ordered'] as const).map(name => (
          <Tick
            name={name}
            label={t(`console.reset.field.${name}`)}
            checked={value(name) !== ''}
            mistake={wrong(name)}
          />
        ))}
        <div class="sluis-actions">
          <Button>{t('console.reset.file')}</Button>
          <Link href={props.back}>{t('page.cancel')}</Link>
        </div>
      </Form>
    </ConsoleLayout>,
  );
}

function Tick({
  name,
  label,
  checked,
  mistake,
}: {
  name: string;
  label: string;
  checked: boolean;
  mistake: string | undefined;
}) {
  const described = mistake === undefined ? undefined : `${name}-mistake`;
  return (
    <>
      {mistake === undefined ? null : (
        <p class="utrecht-form-field-error-message" id={described}>
          {mistake}
        </p>
      )}
      <p class="sluis-choice">
        <input
          class="utrecht-checkbox"
          type="checkbox"
          id={name}
          name={name}
          value="yes"
          checked={checked}
          autofocus={mistake !== undefined}
          aria-invalid={mistake === undefined ? undefined : 'true'}
          aria-describedby={described}
        />
        <label for={name}>{label}</label>
      </p>
    </>
  );
}
