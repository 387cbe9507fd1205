import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clerk,
  filing,
  minute,
  openResetBench,
  type ResetBench,
  realm,
  resident,
} from '../../test/support/reset-bench.ts';
import type { Clerk } from './case.ts';
import { caseActs, nextState } from './transitions.ts';

/** One step of somebody, right or wrong. `fresh`: how many minutes ago the second step was passed. */
interface Step {
  readonly act: 'file' | 'ask' | 'answer' | 'check' | 'execute' | 'hand-over' | 'confirm' | 'refuse' | 'wait';
  readonly who: string;
  readonly fresh: number;
  readonly at: number;
  readonly right: boolean;
}

const people = ['anna', 'bram', 'dirk', 'carla', 'resident', 'eva'];
const roles: Readonly<Record<string, Clerk['role']>> = { dirk: 'admin', eva: 'auditor' };

const step: fc.Arbitrary<Step> = fc.record({
  // What leads further comes more often, or few cases would get far.
  act: fc.constantFrom(
    ...(['file', 'ask', 'answer', 'answer', 'check', 'check', 'check', 'execute', 'execute', 'execute'] as const),
    ...(['hand-over', 'confirm', 'refuse', 'wait'] as const),
  ),
  who: fc.constantFrom(...people),
  fresh: fc.constantFrom(0, 0, 1, 4, 6, 600, -1),
  at: fc.nat(1),
  right: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.constant(false), weight: 1 }),
});

const plain = { fresh: 0, at: 0, right: true };

/** Most begin with a case that has come half of the way: by chance few do. */
const leads: readonly (readonly Step[])[] = [
  [],
  [
    { ...plain, act: 'file', who: 'anna' },
    { ...plain, act: 'check', who: 'bram' },
  ],
  [
    { ...plain, act: 'ask', who: 'anna' },
    { ...plain, act: 'answer', who: 'anna' },
    { ...plain, act: 'check', who: 'bram' },
  ],
];

async function take(bench: ResetBench, { act, who, fresh, at, right }: Step): Promise<string> {
  const by = clerk(bench, who, { role: roles[who] ?? 'helpdesk', provedAt: bench.clock.time - fresh * minute });
  const cases = await bench.records.list(realm, 'all');
  const id = cases[at % Math.max(1, cases.length)]?.id ?? 'NONE';
  const given = { ...filing, identityConfirmed: right };
  switch (act) {
    case 'file':
      return (await bench.intake.file(realm, given, by)).outcome;
    case 'ask':
      return (await bench.intake.fileFor(realm, given, { via: 'api', client: 'topdesk' })).outcome;
    case 'answer': {
      const asked = bench.told.filter(({ what }) => what === 'ask');
      const { token = '', case: of } = asked[at % Math.max(1, asked.length)] ?? {};
      return (await bench.intake.answerLink(realm, of?.id ?? id, right ? token : `${token}x`, who !== 'eva')).outcome;
    }
    case 'check':
      return (await bench.cases.check(realm, id, by)).outcome;
    case 'execute':
      return (await bench.cases.execute(realm, id, by)).outcome;
    case 'hand-over':
      return (await bench.cases.handOver(realm, id, by)).outcome;
    case 'confirm':
      return (await bench.cases.confirm(realm, id, by, 'mail')).outcome;
    case 'refuse':
      return (await bench.cases.refuse(realm, id, by, right ? 'niet akkoord' : '')).outcome;
    case 'wait':
      bench.clock.time += (fresh + 2) * minute;
      return 'done';
  }
}

/** What must be true of the whole, told from the audit and the store and not from what the acts say of themselves. */
async function invariants(bench: ResetBench, { act, who, fresh }: Step, outcome: string): Promise<boolean> {
  const happened = (id: string, type: string) =>
    bench.events.findIndex(event => event.type === type && 'case' in event && event.case === id);
  let anyExecuted = false;
  for (const record of await bench.records.list(realm, 'all')) {
    const { id, state, executed, checked, request } = record;
    const [filed, atChecked, atExecuted] = ['reset.filed', 'reset.checked', 'reset.executed'].map(t => happened(id, t));
    expect(filed).toBeGreaterThanOrEqual(0);
    if (executed === undefined) expect(atExecuted).toBe(-1);
    else {
      anyExecuted = true;
      expect(atChecked).toBeGreaterThan(filed ?? 0);
      expect(atExecuted).toBeGreaterThan(atChecked ?? 0);
      if (request.by === 'link') expect(happened(id, 'reset.proved')).toBeLessThan(atChecked ?? 0);
      if (request.by === 'link') expect(happened(id, 'reset.proved')).toBeGreaterThan(filed ?? 0);
      const holder = request.by === 'credential' ? request.clerk.id : checked?.by.id;
      const requester = request.by === 'credential' ? request.clerk.id : 'carla';
      expect([requester, holder, 'resident', 'eva']).not.toContain(executed.by.id);
      expect([requester, 'resident', 'eva']).not.toContain(checked?.by.id);
      for (const { by } of record.handedOver) expect(by.id).toBe(holder);
      for (const { at } of record.handedOver) expect(at).toBeGreaterThanOrEqual(executed.at);
    }
    if (['executed', 'confirmed'].includes(state)) expect(executed).toBeDefined();
    if (state === 'refused') expect(executed).toBeUndefined();
  }
  if (outcome === 'code' || (act === 'execute' && outcome === 'done')) {
    expect(fresh).toBeGreaterThanOrEqual(0);
    expect(fresh).toBeLessThanOrEqual(5);
    expect(who).not.toBe('resident');
  }
  const factors = (await bench.people.byName(realm, 'resident'))?.factors.length;
  expect(factors).toBe(anyExecuted ? 0 : 1);
  return anyExecuted;
}

test('R33 R34 R35 a.26: no order of acts executes a case without every check', async () => {
  let executed = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...leads), fc.array(step, { maxLength: 25, size: 'max' }), async (lead, steps) => {
      const bench = await openResetBench();
      try {
        await resident(bench);
        let any = false;
        for (const one of [...lead, ...steps]) any = await invariants(bench, one, await take(bench, one));
        if (any) executed += 1;
      } finally {
        await bench.store.close();
      }
    }),
    { numRuns: 60 },
  );
  // Or nothing was shown.
  expect(executed).toBeGreaterThan(1);
});

test('the ways of a case are those that are drawn, and no others', () => {
  const drawn = {
    requested: { prove: 'requested', check: 'checked', refuse: 'refused' },
    checked: { execute: 'executed', refuse: 'refused' },
    executed: { 'hand-over': 'executed', confirm: 'confirmed' },
    confirmed: { 'hand-over': 'confirmed' },
    refused: {},
  } as const;
  for (const [state, ways] of Object.entries(drawn))
    for (const act of caseActs)
      expect(nextState(state as keyof typeof drawn, act), `${state} ${act}`).toBe(
        (ways as Record<string, string>)[act],
      );
  expect(nextState('toString' as never, 'check')).toBeUndefined();
});
