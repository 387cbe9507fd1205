import type { EnrolmentRules, Level, RealmSettings } from '../config/settings.ts';
import { SluisError } from '../kernel/errors.ts';

/** Whether codes up to this level are handed over, to who showed who she is, and never travel (R38). */
export function isForDesk(rules: EnrolmentRules, level: Level): boolean {
  return rules[ruled(level)] === 'desk';
}

/**
 * Throws 'enrolment.refused' where a code up to this level may go into no letter and no list: whoever opens the envelope and knows the
 * password would bind a factor of that level.
 */
export function refuseSending({ name, firstFactor }: Pick<RealmSettings, 'name' | 'firstFactor'>, level: Level): void {
  if (!isForDesk(firstFactor, level)) return;
  const which = level > 2 ? ` --level ${level}` : '';
  throw new SluisError(
    'enrolment.refused',
    `in realm ${name} the desk hands codes for level ${ruled(level)} over; they go into no letters and no lists`,
    {
      remedy: `Establish who stands at the desk, then: sluis users invite <name>${which}. For letters: activation-code for level ${ruled(level)} in realms.${name}.firstFactor.`,
    },
  );
}

/** The highest level that a listed person may set up with nothing but her password. */
export function selfReach(rules: EnrolmentRules): Level {
  const reached = ([4, 3] as const).find(level => rules[level] === 'self');
  return reached ?? 2;
}

function ruled(level: Level): 2 | 3 | 4 {
  return level === 1 ? 2 : level;
}
