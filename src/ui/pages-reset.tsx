import type { Child } from 'hono/jsx';
import type { ConfirmedBy, DocumentType, IdentityMethod, LostReason, Refusal, ResetCase } from '../reset/case.ts';
import { ConsoleLayout, type ConsolePage, Facts, Pager, SelectField, Table, TextField } from './console-layout.tsx';
import { Form, type FormTokens } from './form.tsx';
import { Button, Link, Mistake, Paragraph, render } from './layout.tsx';
import type { Translate } from './messages.ts';

export interface ListedCase {
  readonly record: ResetCase;
  readonly href: string;
  /** Working days. */
  readonly age: number;
}

/** The requests, the oldest first: those over the target lead by themselves. */
export function casesPage(
  page: ConsolePage,
  props: {
    readonly cases: readonly ListedCase[];
    readonly target: number | undefined;
    readonly all: boolean;
    readonly links: { readonly file: string | undefined; readonly other: string };
    readonly pager: { readonly first: string | undefined; readonly next: string | undefined };
  },
): string {
  const { t } = page;
  const { target, links } = props;
  const columns = ['console.reset.number', 'console.reset.age', 'console.reset.state'] as const;
  const fields = ['account', 'requester-name'] as const;
  return render(
    <ConsoleLayout page={page} title={t('console.reset')}>
      {target === undefined ? (
        <Paragraph>{t('console.reset.none')}</Paragraph>
      ) : (
        <>
          <Paragraph>{t('console.reset.about-target', { days: target })}</Paragraph>
          <div class="sluis-actions">
            {links.file === undefined ? null : (
              <Link href={links.file} main>
                {t('console.reset.new')}
              </Link>
            )}
            <Link href={links.other}>{t(props.all ? 'console.reset.open' : 'console.reset.all')}</Link>
          </div>
          <Table
            id="cases"
            caption={t('console.reset.caption')}
            columns={[...columns.map(id => t(id)), ...fields.map(name => t(`console.reset.field.${name}`))].map(
              title => ({
                title,
              }),
            )}
            rows={props.cases.map(one => rowOf(t, one, target))}
            empty={t('console.reset.empty')}
          />
          <Pager page={page} {...props.pager} />
        </>
      )}
    </ConsoleLayout>,
  );
}

function rowOf(t: Translate, { record, href, age }: ListedCase, target: number): readonly Child[] {
  const open = record.state !== 'confirmed' && record.state !== 'refused';
  const late = open && age > target;
  return [
    <Link href={href}>{record.id}</Link>,
    late ? <strong>{t('console.reset.overdue', { days: age })}</strong> : String(age),
    t(`console.reset.state.${record.state}`),
    record.account.address,
    record.requester.name,
  ];
}

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
        <TextField {...input('account')} type="email" most={254} focus />
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
          aria-describedby={described}
        />
        <label for={name}>{label}</label>
      </p>
    </>
  );
}

export interface CaseProps {
  readonly record: ResetCase;
  readonly methods: readonly IdentityMethod[];
  readonly timeZone: string;
  readonly account: 'unknown' | 'shared' | { readonly name: string; readonly levelFour: boolean };
  readonly holder: string | undefined;
  readonly acts: readonly { readonly href: string; readonly text: string }[];
  readonly back: string;
  readonly refusal?: Refusal | undefined;
}

/** One case: what was said, what happened, what comes next. */
export function casePage(page: ConsolePage, props: CaseProps): string {
  const { t } = page;
  const { record, refusal } = props;
  return render(
    <ConsoleLayout page={page} title={t('console.reset.case', { number: record.id })} failed={refusal !== undefined}>
      <Mistake t={t} text={refusal === undefined ? undefined : refusalText(t, refusal)} />
      <Facts rows={factsOf(page, props)} />
      {typeof props.account === 'object' && props.account.levelFour ? (
        <Paragraph>{t('console.reset.level-four')}</Paragraph>
      ) : null}
      {props.acts.length === 0 ? null : (
        <>
          <h2 class="utrecht-heading-2">{t('console.reset.acts')}</h2>
          <div class="sluis-actions">
            {props.acts.map(({ href, text }, index) => (
              <Link href={href} main={index === 0}>
                {text}
              </Link>
            ))}
          </div>
        </>
      )}
      <h2 class="utrecht-heading-2">{t('console.reset.history')}</h2>
      <Facts rows={historyOf(page, props)} />
      <div class="sluis-actions">
        <Link href={props.back}>{t('console.reset.open')}</Link>
      </div>
    </ConsoleLayout>,
  );
}

type Row = readonly [label: string, value: Child];

function factsOf({ t }: ConsolePage, { record, methods, account, holder }: CaseProps): readonly Row[] {
  const { identity, requester, fileNumber } = record;
  const { address } = record.account;
  const named =
    typeof account === 'object'
      ? t('console.reset.account-name', { address, name: account.name })
      : `${address} (${t(`console.reset.account-${account}`)})`;
  const method = methods.find(({ id }) => id === identity.method)?.title ?? identity.method;
  const { documentType, documentLastFour, staff } = identity;
  return [
    [t('console.reset.state'), t(`console.reset.state.${record.state}`)],
    [t('console.reset.field.account'), named],
    [t('console.reset.field.requester-name'), `${requester.name} (${requester.address})`],
    [t('console.reset.field.identity-method'), method],
    ...(documentType === undefined
      ? []
      : ([
          [t('console.reset.field.document-type'), t(`console.reset.document.${documentType}`)],
          [t('console.reset.field.document-last-four'), documentLastFour ?? ''],
        ] as const)),
    ...(staff.length === 0 ? [] : [[t('console.reset.field.staff'), staff.join(', ')] as const]),
    [t('console.reset.field.lost-because'), t(`console.reset.lost.${record.lostBecause}`)],
    ...(fileNumber === undefined ? [] : [[t('console.reset.field.file-number'), fileNumber] as const]),
    ...(holder === undefined
      ? []
      : [[t('console.reset.holder'), t('console.reset.holder-about', { who: holder })] as const]),
  ];
}

function historyOf(page: ConsolePage, { record, timeZone }: CaseProps): readonly Row[] {
  const { t } = page;
  const at = (time: number) => whenIn(page, time, timeZone);
  const act = (label: string, done: { by: { name: string }; at: number } | undefined): Row[] =>
    done === undefined ? [] : [[label, t('console.reset.by', { who: done.by.name, at: at(done.at) })]];
  const { confirmed, refused } = record;
  return [
    [t('console.reset.filed'), `${at(record.filedAt)}, ${t(`console.reset.via.${record.via}`)}`],
    [t('console.reset.written'), writtenText(t, record, at)],
    ...act(t('console.reset.state.checked'), record.checked),
    ...act(t('console.reset.state.executed'), record.executed),
    ...record.handedOver.flatMap(one => act(t('console.reset.hand-over'), one)),
    ...act(t('console.reset.state.confirmed'), confirmed),
    ...(confirmed === undefined
      ? []
      : [[t('console.reset.field.how'), t(`console.reset.how.${confirmed.how}`)] as const]),
    ...act(t('console.reset.state.refused'), refused),
    ...(refused === undefined ? [] : [[t('console.reset.field.reason'), refused.why] as const]),
  ];
}

function writtenText(t: Translate, { request }: ResetCase, at: (time: number) => string): string {
  if (request.by === 'credential') return t('console.reset.written.credential', { who: request.clerk.name });
  if (request.by === 'mail') {
    const { from, dkim: domain } = request.evidence;
    return t('console.reset.written.mail', { from, domain });
  }
  return request.at === undefined
    ? t('console.reset.written.waiting', { until: at(request.until) })
    : t('console.reset.written.link', { at: at(request.at) });
}

/** Shown now and never again. */
export function resetCodePage(
  page: ConsolePage,
  props: {
    readonly name: string;
    readonly code: string;
    readonly until: number;
    readonly timeZone: string;
    readonly back: string;
  },
): string {
  const { t } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.reset.code', { name: props.name })}>
      <p class="utrecht-paragraph">
        <code class="utrecht-code sluis-secret">{props.code}</code>
      </p>
      <Paragraph>{t('console.reset.code.until', { until: whenIn(page, props.until, props.timeZone) })}</Paragraph>
      <div class="sluis-actions">
        <Link href={props.back} main>
          {t('page.go-on')}
        </Link>
      </div>
    </ConsoleLayout>,
  );
}

export function HowField({ page: { t }, ways }: { page: ConsolePage; ways: readonly ConfirmedBy[] }) {
  return (
    <SelectField
      name="how"
      label={t('console.reset.field.how')}
      options={ways.map(one => [one, t(`console.reset.how.${one}`)] as const)}
    />
  );
}

/** Why nothing happened, by name. */
function refusalText(t: Translate, refusal: Refusal): string {
  switch (refusal.reason) {
    case 'missing':
    case 'invalid':
    case 'too-long':
    case 'foreign-domain':
      return t(`console.reset.no.${refusal.reason}`, { field: t(`console.reset.field.${refusal.field}`) });
    case 'same-person':
      return t(`console.reset.no.same-${refusal.as}`);
    case 'state':
      return t('console.reset.no.state', {
        state: t(`console.reset.state.${refusal.state}`),
        who: refusal.by ?? t('console.reset.nobody'),
      });
    default:
      return t(`console.reset.no.${refusal.reason}`);
  }
}

function whenIn({ language }: ConsolePage, time: number, timeZone: string): string {
  const zone = { timeZone, dateStyle: 'long', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', zone).format(time);
}
