import type { FactorDeps } from '../deps.ts';
import type { Person } from '../person.ts';
import { liftReports } from './asks.ts';

export interface Lifting {
  readonly person: Pick<Person, 'id' | 'realm' | 'name'>;
  /** As the audit names who lifts it. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Takes back what "this is not me" closed, for who pressed it by mistake; false where nothing was reported. What counts
 * requests and wrong numbers stays: who talks the desk into this gains no more asks than strangers had (R09).
 */
export async function liftReport(
  deps: Pick<FactorDeps, 'store' | 'ring' | 'clock' | 'audit'>,
  { person, by, reason }: Lifting,
): Promise<boolean> {
  if (!(await liftReports(deps, person))) return false;
  const { id, realm, name } = person;
  await deps.audit.record({ type: 'approval.report-lifted', realm, person: id, name, by, reason });
  return true;
}
