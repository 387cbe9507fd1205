import type { AuditEntry, Verdict } from '../audit/chain.ts';
import { TextField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage, FilterForm, Pager, Table } from './console-layout.tsx';
import { ActionLink, Link, Mistake, Paragraph, render } from './layout.tsx';
import type { MessageId, Translate } from './messages.ts';
import { countText, Time } from './pages-console-today.tsx';

interface Paged {
  readonly entries: readonly AuditEntry[];
  readonly first: string | undefined;
  readonly next: string | undefined;
  /** All of it, where this is but a part. */
  readonly all: string | undefined;
}

/** The audit trail, looked back through. */
export function auditPage(
  page: ConsolePage,
  props: Paged & {
    readonly action: string;
    readonly type: string;
    readonly text: string;
    readonly from: string;
    readonly until: string;
    readonly verify: string;
    /** As `sluis audit verify` takes it back; undefined where there is none. */
    readonly newest: string | undefined;
  },
): string {
  const { t } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.audit')}>
      <FilterForm action={props.action} submit={t('console.show')}>
        <TextField name="type" label={t('console.audit.type')} value={props.type} />
        <TextField name="text" type="search" label={t('console.audit.text')} value={props.text} />
        <TextField name="from" type="date" label={t('console.audit.from')} value={props.from} />
        <TextField name="until" type="date" label={t('console.audit.until')} value={props.until} />
      </FilterForm>
      <p class="sluis-actions sluis-no-print">
        <Link href={props.verify}>{t('console.audit.verify')}</Link>
      </p>
      <Entries page={page} caption={t('console.audit')} none="console.audit.none-so" {...props} />
      <Newest page={page} newest={props.newest} />
    </ConsoleLayout>,
  );
}

/** What somebody should look at. */
export function signalsPage(page: ConsolePage, props: Paged): string {
  const { t } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.signals')}>
      <Paragraph>{t('console.signals.about')}</Paragraph>
      <Entries page={page} caption={t('console.signals')} none="console.signals.none" {...props} />
    </ConsoleLayout>,
  );
}

function Entries({
  page,
  caption,
  none,
  entries,
  first,
  next,
  all,
}: Paged & { page: ConsolePage; caption: string; none: MessageId }) {
  const { t, language } = page;
  return (
    <>
      <Table
        id="entries"
        caption={caption}
        empty={t(next === undefined ? none : 'console.list.further')}
        instead={all === undefined ? undefined : { href: all, text: t('console.list.everything') }}
        columns={[
          { title: t('console.number') },
          { title: t('console.when') },
          { title: t('console.what') },
          { title: t('console.details') },
        ]}
        rows={entries.map(entry => [
          String(entry.number),
          <Time language={language} at={Date.parse(entry.at)} />,
          entry.event.type,
          [...detailsOf(entry.event), ...goneOf(t, entry)].join(', '),
        ])}
      />
      <Pager page={page} first={first} next={next} />
    </>
  );
}

function detailsOf({ type: _, ...rest }: AuditEntry['event']): string[] {
  return Object.entries(rest)
    .filter(([, value]) => value !== '' && value !== undefined)
    .map(([name, value]) => `${name}: ${String(value)}`);
}

/** What was taken away, why, and where that is recorded. */
function goneOf(t: Translate, { gone = {} }: AuditEntry): string[] {
  return (['who', 'where'] as const).flatMap(name => {
    const part = gone[name];
    if (part !== undefined) return [t(`console.audit.${name}-${part.because}`, { number: part.entry })];
    return name in gone ? [t('console.audit.gone')] : [];
  });
}

/** What shows later that nothing was cut off at the end, for whoever keeps it elsewhere. */
function Newest({ page: { t }, newest }: { page: ConsolePage; newest: string | undefined }) {
  if (newest === undefined) return null;
  return (
    <>
      <Paragraph>
        {t('console.audit.newest')} <code class="utrecht-code sluis-secret">{newest}</code>
      </Paragraph>
      <Paragraph>{t('console.audit.newest-about')}</Paragraph>
    </>
  );
}

/** Whether the trail is as it was written. */
export function verdictPage(
  page: ConsolePage,
  props: {
    readonly verdict: Verdict;
    readonly back: string;
    readonly action: string;
    readonly newest: string | undefined;
    /** What was typed, and the number of the entry that it names; that is undefined where it names none. */
    readonly given: string;
    readonly compared: number | undefined;
  },
): string {
  const { t } = page;
  const { verdict, given, compared } = props;
  const odd = given !== '' && compared === undefined;
  const broken = verdict.ok ? undefined : t('console.audit.broken', { number: verdict.number });
  const mistake = broken ?? (odd ? t('console.audit.given-odd') : uncomparedText(t, verdict));
  return render(
    <ConsoleLayout page={page} title={t('console.audit.verify')} failed={mistake !== undefined}>
      <Mistake t={t} text={mistake} />
      {verdict.ok ? (
        <Whole page={page} {...verdict} />
      ) : (
        <Paragraph>{t('console.audit.broken-what', { reason: t(`console.audit.${verdict.reason}`) })}</Paragraph>
      )}
      {verdict.ok && compared !== undefined && verdict.uncompared === undefined && (
        <Paragraph>{t('console.audit.given-stands', { number: compared })}</Paragraph>
      )}
      {verdict.ok && <Newest page={page} newest={props.newest} />}
      <FilterForm action={props.action} submit={t('console.audit.verify')}>
        <TextField
          name="head"
          label={t('console.audit.given')}
          about={t('console.audit.given-about')}
          value={given}
          mistake={odd ? t('console.audit.given-odd') : undefined}
        />
      </FilterForm>
      <ActionLink href={props.back}>{t('console.audit')}</ActionLink>
    </ConsoleLayout>,
  );
}

function uncomparedText(t: Translate, verdict: Verdict): string | undefined {
  const number = verdict.ok ? verdict.uncompared : undefined;
  return number === undefined ? undefined : t('console.audit.given-gone', { number });
}

function Whole({ page: { t, language }, entries, removed }: Extract<Verdict, { ok: true }> & { page: ConsolePage }) {
  const count = (number: number) => countText(language, number);
  const left = entries - (removed?.entries ?? 0);
  const parts = removed !== undefined && removed.who + removed.where > 0;
  return (
    <>
      <Paragraph>{t('console.audit.whole', { count: count(left) })}</Paragraph>
      {removed !== undefined && removed.entries > 0 && (
        <Paragraph>{t('console.audit.removed-entries', { number: count(removed.entries) })}</Paragraph>
      )}
      {parts && (
        <Paragraph>
          {t('console.audit.removed-parts', { who: count(removed.who), where: count(removed.where) })}
        </Paragraph>
      )}
    </>
  );
}
