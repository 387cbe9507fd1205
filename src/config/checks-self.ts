import type { Findings } from './findings.ts';
import type { RealmConfiguration } from './schema.ts';
import type { SelfConfiguration } from './schema-self.ts';
import type { EnrolmentRules, SelfWindow } from './settings.ts';

/** Longer than this a list is forgotten, and a stolen password waits. */
const longestDays = 31;
const day = 24 * 60 * 60_000;

/** R38: a list and two dates, or nobody; and said aloud each time that it is read. */
export function checkSelf(name: string, realm: RealmConfiguration, rules: EnrolmentRules, findings: Findings): void {
  const { firstFactor, self } = realm;
  const levels = ([2, 3, 4] as const).filter(level => rules[level] === 'self');
  if (self === undefined || levels.length === 0) {
    if (levels.length > 0)
      findings.error(['realms', name, 'firstFactor'], {
        found: '"self", and no list',
        expected: 'self: { people, from, until, told } beside it, or activation-code, or desk',
        hint: 'activation-code brings each person a code of her own; with self a stolen password is enough',
      });
    else if (self !== undefined)
      findings.error(['realms', name, 'self'], {
        found: `a list beside firstFactor: ${typeof firstFactor === 'string' ? firstFactor : rules[2]}`,
        expected: 'firstFactor: self beside it, or no list',
      });
    return;
  }
  const { from, until } = selfWindow(self, realm.timeZone);
  const days = Math.round((until - from) / day);
  if (days < 1 || days > longestDays)
    findings.error(['realms', name, 'self', 'until'], {
      found: days < 1 ? 'a day before from' : `${days} days`,
      expected: `a day from ${self.from} on, at most ${longestDays} days in all`,
    });
  findings.warn(['realms', name, 'self'], {
    found: `${self.people.length} people who bind their first factor with only a password${upTo(levels)}, ${self.from} to ${self.until}`,
    expected: 'firstFactor: activation-code or desk: in these days, who has the password of one of them may be first',
    hint: `they were told: ${self.told}`,
  });
}

function upTo(levels: readonly number[]): string {
  const highest = Math.max(...levels);
  return highest > 2 ? `, up to level ${highest}` : '';
}

/** As moments: of a day, the whole day counts. */
export function selfWindow({ people, from, until }: SelfConfiguration, timeZone: string): SelfWindow {
  return { people, from: startOf(from, timeZone), until: startOf(dayAfter(until), timeZone) };
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + day).toISOString().slice(0, 10);
}

/** When this day begins there. Twice, for the offset may change in the hours between. */
function startOf(date: string, timeZone: string): number {
  const asUtc = Date.parse(`${date}T00:00:00Z`);
  const guess = asUtc - offsetAt(asUtc, timeZone);
  return asUtc - offsetAt(guess, timeZone);
}

function offsetAt(time: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return Date.parse(`${format.format(time).replace(' ', 'T')}Z`) - Math.floor(time / 1000) * 1000;
}
