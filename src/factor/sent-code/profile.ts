import type { Factor, Person } from '../person.ts';
import { levelOf } from '../registry.ts';
import { type SendingRules, usableAt } from './usable.ts';

/** Of a number so many signs are told apart: `+316`. A rule that is longer asks the record. */
const signs = 4;

/** Codes that are sent serve where the configuration says so, by app (R20); all other kinds serve everywhere. */
export function isSent({ kind }: Pick<Factor, 'kind'>): boolean {
  return kind === 'email' || kind === 'sms';
}

/**
 * What decides where somebody's sent codes may serve, and nothing more of them: `@post.nl,+316`. Undefined for who has
 * another factor, for hers serves everywhere, or none at all. Sent codes are level 1 at most, so nobody's other level
 * hangs on them.
 */
export function profileOf({ factors }: Pick<Person, 'factors'>): string | undefined {
  const worth = factors.filter(factor => levelOf(factor) > 0);
  if (worth.length === 0 || !worth.every(isSent)) return undefined;
  return [...new Set(worth.map(hintOf))].toSorted().join(',');
}

function hintOf(factor: Factor): string {
  if (factor.kind === 'email') return factor.credential.address.slice(factor.credential.address.lastIndexOf('@'));
  return factor.kind === 'sms' ? factor.credential.number.slice(0, signs) : '';
}

/** Whether people of this profile get a code at this app; `some` where that is for each of their records to say. */
export function profileServes(profile: string, rules: SendingRules, app: string): boolean | 'some' {
  const usable = usableAt(rules, app);
  const hints = profile.split(',');
  if (hints.some(hint => usable(sampleOf(hint)))) return true;
  const isShorter = (hint: string) => rules.sms?.prefixes.some(prefix => prefix.startsWith(hint)) === true;
  return hints.some(hint => hint.startsWith('+') && isShorter(hint)) ? 'some' : false;
}

/** A factor of this hint, of nobody. */
function sampleOf(hint: string): Factor {
  const bound = { id: '', level: 1, label: '', boundAt: 0, boundBy: 'desk', lastUsedAt: undefined } as const;
  return hint.startsWith('@')
    ? { ...bound, kind: 'email', credential: { address: `anna${hint}` } }
    : { ...bound, kind: 'sms', credential: { number: hint } };
}
