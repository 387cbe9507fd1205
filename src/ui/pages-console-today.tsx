import { ConsoleLayout, type ConsolePage } from './console-layout.tsx';
import { Link, Paragraph, render } from './layout.tsx';
import { type Language, languages, type MessageId } from './messages.ts';

export interface TodayProps {
  /** Each number is a link to what it counts. */
  readonly figures: readonly {
    readonly label: MessageId;
    readonly realm: string | undefined;
    readonly count: number;
    readonly href: string;
  }[];
  readonly mandates: readonly { readonly name: string; readonly until: number; readonly own: boolean }[];
  /** Of colleagues, for her to confirm; undefined for none. */
  readonly asks: { readonly count: number; readonly href: string } | undefined;
  /** Of the last day. */
  readonly signals: number;
  readonly signalsHref: string;
  /** Whether mail leaves Sluis. */
  readonly mail: boolean;
  /** Requests of the reset desk over its target; undefined where she sees none of them. */
  readonly late: { readonly count: string; readonly href: string } | undefined;
}

/** Is everything all right, who cannot get in, what needs me. */
export function todayPage(page: ConsolePage, props: TodayProps): string {
  const { t } = page;
  const { figures } = props;
  return render(
    <ConsoleLayout page={page} title={t('console.today')}>
      {isWell(props) ? (
        <Paragraph>
          {t('console.today.well')} {t('console.today.nothing')}
        </Paragraph>
      ) : (
        <ToDo page={page} {...props} />
      )}
      {figures.length === 0 ? null : (
        <section class="sluis-stack" aria-labelledby="figures">
          <h2 class="utrecht-heading-2" id="figures">
            {t('console.today.figures')}
          </h2>
          <dl class="sluis-figures">
            {figures.map(({ label, realm, count, href }) => (
              <div>
                <dt>{realm === undefined ? t(label) : `${realm}: ${t(label)}`}</dt>
                <dd>
                  <Link href={href}>{countText(page.language, count)}</Link>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </ConsoleLayout>,
  );
}

function isWell({ mandates, asks, signals, mail, late }: TodayProps): boolean {
  return mandates.length === 0 && asks === undefined && signals === 0 && mail && late === undefined;
}

function ToDo({ page, mandates, asks, signals, signalsHref, mail, late }: TodayProps & { page: ConsolePage }) {
  const { t } = page;
  return (
    <>
      <h2 class="utrecht-heading-2">{t('console.today.to-do')}</h2>
      <ul class="utrecht-unordered-list">
        {late === undefined ? null : (
          <li class="utrecht-unordered-list__item">
            <Link href={late.href}>{t('console.today.cases', { count: late.count })}</Link>
          </li>
        )}
        {asks === undefined ? null : (
          <li class="utrecht-unordered-list__item">
            <Link href={asks.href}>{t('console.today.asks', { count: asks.count })}</Link>
          </li>
        )}
        {signals === 0 ? null : (
          <li class="utrecht-unordered-list__item">
            <Link href={signalsHref}>{t('console.today.signals', { count: signals })}</Link>
          </li>
        )}
        {mail ? null : <li class="utrecht-unordered-list__item">{t('console.today.no-mail')}</li>}
        {mandates.map(({ name, until, own }) => (
          <li class="utrecht-unordered-list__item">
            {own
              ? t('console.today.own-mandate', { date: dateText(page.language, until) })
              : t('console.today.mandate', { name, date: dateText(page.language, until) })}
          </li>
        ))}
      </ul>
    </>
  );
}

const locales: Readonly<Record<Language, string>> = { nl: 'nl-NL', en: 'en-GB' };
const timeZone = 'Europe/Amsterdam';
const dates = new Map(
  languages.map(language => [language, new Intl.DateTimeFormat(locales[language], { dateStyle: 'long', timeZone })]),
);
const times = new Map(
  languages.map(language => [
    language,
    new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'short', timeZone }),
  ]),
);

export function dateText(language: Language, time: number): string {
  return dates.get(language)?.format(time) ?? '';
}

export function timeText(language: Language, time: number | undefined): string {
  return time === undefined ? '–' : (times.get(language)?.format(time) ?? '');
}

/** A moment in a table, in one line. */
export function Time({ language, at }: { language: Language; at: number | undefined }) {
  return <span class="sluis-time">{timeText(language, at)}</span>;
}

export function countText(language: Language, count: number): string {
  return new Intl.NumberFormat(locales[language]).format(count);
}
