import type { Language } from './messages.ts';

const locales = { nl: 'nl', en: 'en-GB' } as const;
const kept = new Map<string, Intl.DateTimeFormat>();

/** A moment as people read it; `timeZone` is an IANA name. */
export function whenText(language: Language, timeZone: string, time: number): string {
  return format(language, timeZone, 'when').format(time);
}

export function dayText(language: Language, timeZone: string, time: number): string {
  return format(language, timeZone, 'day').format(time);
}

/** Made once: making one takes longer than all else on a page. */
function format(language: Language, timeZone: string, what: 'when' | 'day'): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${what}`;
  const style =
    what === 'day' ? ({ dateStyle: 'long' } as const) : ({ dateStyle: 'medium', timeStyle: 'short' } as const);
  const found = kept.get(key) ?? new Intl.DateTimeFormat(locales[language], { ...style, timeZone });
  kept.set(key, found);
  return found;
}
