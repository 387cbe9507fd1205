import { ConsoleLayout, type ConsolePage } from './console-layout.tsx';
import { Link, Paragraph, render } from './layout.tsx';
import { type Language, languages, type MessageId } from './messages.ts';

export interface TodayProps {
  /** Each number is a link to what it counts. */
  readonly figures: readonly { readonly label: MessageId; readonly count: number; readonly href: string }[];
  readonly mandates: readonly { readonly name: string; readonly until: number; readonly own: boolean }[];
}

/** Is everything all right, who cannot get in, what needs me. */
export function todayPage(page: ConsolePage, { figures, mandates }: TodayProps): string {
  const { t } = page;
  return render(
    <ConsoleLayout page={page} title={t('console.today')}>
      <h2 class="utrecht-heading-2">{t('console.today.to-do')}</h2>
      {mandates.length === 0 ? (
        <Paragraph>{t('console.today.nothing')}</Paragraph>
      ) : (
        <ul class="utrecht-unordered-list">
          {mandates.map(({ name, until, own }) => (
            <li class="utrecht-unordered-list__item">
              {own
                ? t('console.today.own-mandate', { date: dateText(page.language, until) })
                : t('console.today.mandate', { name, date: dateText(page.language, until) })}
            </li>
          ))}
        </ul>
      )}
      {figures.length === 0 ? null : (
        <section class="sluis-stack" aria-labelledby="figures">
          <h2 class="utrecht-heading-2" id="figures">
            {t('console.today.figures')}
          </h2>
          <dl class="sluis-figures">
            {figures.map(({ label, count, href }) => (
              <div>
                <dt>{t(label)}</dt>
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

export function countText(language: Language, count: number): string {
  return new Intl.NumberFormat(locales[language]).format(count);
}
