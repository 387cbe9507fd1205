import type { Child } from 'hono/jsx';
import type { ConfirmedBy, IdentityMethod, Refusal, ResetCase } from '../reset/case.ts';
import type { SentMail } from '../reset/case-mails.ts';
import { SelectField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage, Facts, Pager, Table } from './console-layout.tsx';
import { Link, Mistake, Paragraph, render } from './layout.tsx';
import type { Translate } from './messages.ts';
import { refusalText } from './reset-refusal.ts';

export interface ListedCase {
  readonly record: ResetCase;
  readonly href: string;
  /** Working days. */
  readonly age: number;
  /** A mail did not arrive, and somebody must do something about it. */
  readonly mailFailed: boolean;
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

function rowOf(t: Translate, { record, href, age, mailFailed }: ListedCase, target: number): readonly Child[] {
  const open = record.state !== 'confirmed' && record.state !== 'refused';
  const late = open && age > target;
  return [
    <Link href={href}>{record.id}</Link>,
    late ? <strong>{t('console.reset.overdue', { days: age })}</strong> : String(age),
    <>
      {t(`console.reset.state.${record.state}`)}
      {mailFailed ? (
        <>
          . <strong>{t('console.reset.mail-failed')}</strong>
        </>
      ) : null}
    </>,
    record.account.address,
    record.requester.name,
  ];
}

export interface CaseProps {
  readonly record: ResetCase;
  readonly methods: readonly IdentityMethod[];
  readonly timeZone: string;
  readonly account: 'unknown' | 'shared' | { readonly name: string; readonly levelFour: boolean };
  readonly holder: string | undefined;
  /** `calls`: a clerk has to do something about it. */
  readonly mails: readonly (SentMail & { readonly calls: boolean })[];
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
      {props.mails
        .filter(({ calls }) => calls)
        .map(({ about }) => (
          <p class="utrecht-paragraph sluis-notice">{t(`console.reset.mail-failed.${about}`)}</p>
        ))}
      <Facts short rows={factsOf(page, props)} />
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

function historyOf(page: ConsolePage, { record, timeZone, mails }: CaseProps): readonly Row[] {
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
    ...mails.map(({ about, state }): Row => [t(`console.reset.mail.${about}`), t(`console.reset.mail-is.${state}`)]),
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

function whenIn({ language }: ConsolePage, time: number, timeZone: string): string {
  const zone = { timeZone, dateStyle: 'long', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', zone).format(time);
}
