import { foldName, readPairs } from '../policy/target.ts';
import { isLanguage, type Language, otherLanguage } from '../ui/messages.ts';
import type { Exchange } from './exchange.ts';
import { isFrame, isTopNavigation } from './head.ts';
import { pathWithin } from './path-within.ts';

export const languageAddress = '/_sluis/language';
/** Longer ones would make a link that our own listener refuses. */
const longestBack = 1_000;

/**
 * Where a page of ours on an app's host can be had in the other language. A query of our own would reach the app, so the
 * choice has an address of its own and comes back from there. Undefined for what cannot be asked for again as it was: the
 * answer to a form, a page in a frame, and the steps of a sign-in, which would be used up. And for what no page of ours
 * repeats: an address that another host would be reached by, and one with a password in it.
 */
export function otherLanguageOf(exchange: Exchange, language: Language): string | undefined {
  const { app, head, target } = exchange;
  if (head.method !== 'GET' || isFrame(head) || isStep(target.path) || target.raw.length > longestBack)
    return undefined;
  if (pathWithin(app.settings.origin, target.raw) === undefined || holdsPassword(exchange)) return undefined;
  const query = new URLSearchParams({ to: otherLanguage(language), back: target.raw });
  return `${languageAddress}?${query.toString()}`;
}

function holdsPassword({ app: { credentials }, target }: Exchange): boolean {
  return readPairs(target.query).some(([name]) => credentials.passwords.has(foldName(name, credentials.folding)));
}

function isStep(path: string): boolean {
  return ['next', 'challenge', 'release', 'restart', 'language'].some(step => path === `/_sluis/${step}`);
}

/**
 * What she chose, and where she goes back to: a path of this host and nothing else. Undefined where she did not: a picture
 * or a script of the app that asks for the address chooses nothing for her.
 */
export function chosenLanguage({ head, target, app }: Exchange): { to: Language; back: string } | undefined {
  const query = new URLSearchParams(target.query);
  const to = query.get('to') ?? undefined;
  const back = pathWithin(app.settings.origin, query.get('back') ?? '/');
  if (!isTopNavigation(head) || !isLanguage(to) || back === undefined || back.startsWith(languageAddress))
    return undefined;
  return { to, back };
}
