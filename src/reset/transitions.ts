import type { CaseState } from './case.ts';

/**
 * The ways of a case. Nothing comes back from `confirmed` and `refused`: who has more to say files another.
 *
 *            file              check             execute            confirm
 *   (nothing) ---> requested --------> checked ----------> executed --------> confirmed
 *                   |  ^  |               |                  |  ^
 *                   +--+  | refuse        | refuse           +--+ hand over
 *                   prove +------> refused <---+
 */
const ways = {
  prove: { requested: 'requested' },
  check: { requested: 'checked' },
  execute: { checked: 'executed' },
  'hand-over': { executed: 'executed', confirmed: 'confirmed' },
  confirm: { executed: 'confirmed' },
  refuse: { requested: 'refused', checked: 'refused' },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<CaseState, CaseState>>>>>;

export type CaseAct = keyof typeof ways;

export const caseActs = Object.keys(ways) as readonly CaseAct[];

/** Where an act leads from a state; undefined where it is not the time for it. */
export function nextState(state: CaseState, act: CaseAct): CaseState | undefined {
  const from: Readonly<Partial<Record<CaseState, CaseState>>> = ways[act];
  return Object.hasOwn(from, state) ? from[state] : undefined;
}
