import { type Language, languages } from '../kernel/language.ts';
import { englishAccess } from './messages-access-en.ts';
import { dutchAccess } from './messages-access-nl.ts';
import { codesEnglish } from './messages-codes-en.ts';
import { codesDutch } from './messages-codes-nl.ts';
import { englishConsole } from './messages-console-en.ts';
import { dutchConsole } from './messages-console-nl.ts';
import { englishDeskCode } from './messages-desk-code-en.ts';
import { dutchDeskCode } from './messages-desk-code-nl.ts';
import { english } from './messages-en.ts';
import { englishField } from './messages-field-en.ts';
import { dutchField } from './messages-field-nl.ts';
import { englishInvite } from './messages-invite-en.ts';
import { dutchInvite } from './messages-invite-nl.ts';
import { englishLists } from './messages-lists-en.ts';
import { dutchLists } from './messages-lists-nl.ts';
import { dutch } from './messages-nl.ts';
import { englishNotice } from './messages-notice-en.ts';
import { dutchNotice } from './messages-notice-nl.ts';
import { englishOperators } from './messages-operators-en.ts';
import { dutchOperators } from './messages-operators-nl.ts';
import { englishPrivacy } from './messages-privacy-en.ts';
import { dutchPrivacy } from './messages-privacy-nl.ts';
import { englishReset } from './messages-reset-en.ts';
import { dutchReset } from './messages-reset-nl.ts';

export { type Language, languages };
export type MessageId =
  | keyof typeof dutch
  | keyof typeof dutchConsole
  | keyof typeof dutchNotice
  | keyof typeof codesDutch
  | keyof typeof dutchDeskCode
  | keyof typeof dutchOperators
  | keyof typeof dutchField
  | keyof typeof dutchPrivacy
  | keyof typeof dutchLists
  | keyof typeof dutchInvite
  | keyof typeof dutchAccess
  | keyof typeof dutchReset;

/** A text in one language; `values` fill its `{name}` places. What is not given stays visible, so that a test sees it. */
export type Translate = (id: MessageId, values?: Readonly<Record<string, string | number>>) => string;

/** Cookie that keeps the chosen language on one host; its value is `nl` or `en`. */
export const languageCookie = '__Host-sluis-lang';

export const messages: Readonly<Record<Language, Readonly<Record<MessageId, string>>>> = {
  nl: {
    ...dutch,
    ...dutchConsole,
    ...dutchNotice,
    ...codesDutch,
    ...dutchDeskCode,
    ...dutchField,
    ...dutchLists,
    ...dutchInvite,
    ...dutchOperators,
    ...dutchPrivacy,
    ...dutchReset,
    ...dutchAccess,
  },
  en: {
    ...english,
    ...englishConsole,
    ...englishNotice,
    ...codesEnglish,
    ...englishDeskCode,
    ...englishOperators,
    ...englishField,
    ...englishPrivacy,
    ...englishLists,
    ...englishInvite,
    ...englishReset,
    ...englishAccess,
  },
};

const translators: Readonly<Record<Language, Translate>> = { nl: translator('nl'), en: translator('en') };

export function translateTo(language: Language): Translate {
  return translators[language];
}

/** The other language of a page's switch. */
export function otherLanguage(language: Language): Language {
  return language === 'nl' ? 'en' : 'nl';
}

/** What was chosen, else the best of Accept-Language (RFC 9110 12.5.4), else Dutch. */
export function pickLanguage(acceptLanguage: string | undefined, cookie: string | undefined): Language {
  if (isLanguage(cookie)) return cookie;
  const wishes = (acceptLanguage ?? '').slice(0, 500).split(',').map(parseWish);
  const known = wishes.filter(wish => isLanguage(wish.language) && wish.weight > 0);
  // Sorting is stable: of equal weights the one named first wins.
  const best = known.sort((a, b) => b.weight - a.weight)[0]?.language;
  return isLanguage(best) ? best : 'nl';
}

export function isLanguage(value: string | undefined): value is Language {
  return languages.some(language => language === value);
}

function parseWish(wish: string): { language: string; weight: number } {
  const [range = '', ...parameters] = wish.trim().toLowerCase().split(';');
  const weight = parameters
    .map(parameter => /^\s*q=([0-9.]+)\s*$/.exec(parameter)?.[1])
    .find(found => found !== undefined);
  return { language: range.trim().split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight) };
}

function translator(language: Language): Translate {
  return (id, values = {}) =>
    messages[language][id].replace(/\{([a-z]+)\}/g, (place, name: string) => String(values[name] ?? place));
}
