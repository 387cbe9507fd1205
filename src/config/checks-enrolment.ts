import { checkSelf } from './checks-self.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import type { RealmConfiguration } from './schema.ts';
import type { EnrolmentConfiguration, EnrolmentRule } from './schema-enrolment.ts';
import type { EnrolmentRules } from './settings.ts';

/** What each is worth against who has a password and more. */
const strength: Readonly<Record<EnrolmentRule, number>> = { self: 0, 'activation-code': 1, desk: 2 };

/** R38: what nothing is said of above level 2 is for the desk. */
export function enrolmentRulesOf(written: EnrolmentConfiguration): EnrolmentRules {
  const { 2: second, 3: third = 'desk', 4: fourth = 'desk' } = typeof written === 'string' ? { 2: written } : written;
  return { 2: second, 3: third, 4: fourth };
}

/** R38: rules that fit each other, a desk that people can find, a list for who sets up by herself. */
export function checkEnrolment(name: string, realm: RealmConfiguration, parts: Parts, findings: Findings): void {
  const { firstFactor, desk } = realm;
  const rules = enrolmentRulesOf(firstFactor);
  checkOrder(name, rules, findings);
  const written: readonly (EnrolmentRule | undefined)[] =
    typeof firstFactor === 'string' ? [firstFactor] : [firstFactor[2], firstFactor[3], firstFactor[4]];
  if (written.includes('desk') && desk === undefined)
    findings.error(['realms', name, 'desk'], {
      found: 'nothing',
      expected: 'place, hours and phone of the desk, because firstFactor is desk: people must know where to go',
    });
  if (rules[2] === 'desk') warnOfCalls(name, parts, findings);
  checkSelf(name, realm, rules, findings);
}

/** A code for a level sets up what is below it too: who gets level 4 by a letter would get past a desk for level 3. */
function checkOrder(name: string, rules: EnrolmentRules, findings: Findings): void {
  for (const [lower, level] of [
    [2, 3],
    [3, 4],
  ] as const) {
    if (strength[rules[level]] >= strength[rules[lower]]) continue;
    findings.error(['realms', name, 'firstFactor', level], {
      found: `${rules[level]}, with ${rules[lower]} for level ${lower}`,
      expected: `what is not easier than level ${lower}: a code for level ${level} sets up level ${lower} too`,
      hint: `where nothing is said of level 3 or 4, the desk hands its codes over`,
    });
  }
}

/** The reset desk may help who does not come, up to level 2. */
function warnOfCalls(name: string, { reset }: Parts, findings: Findings): void {
  const calls = Object.entries(reset?.methods ?? {}).filter(([, { visit }]) => !visit);
  if (calls.length > 0)
    findings.warn(['realms', name, 'firstFactor'], {
      found: `desk for level 2, beside reset.methods without a visit: ${calls.map(([id]) => id).join(', ')}`,
      expected: 'methods with visit: true only, or activation-code for level 2',
      hint: 'who lost her second step gets a new code of level 2 by these without standing at the desk',
    });
}
