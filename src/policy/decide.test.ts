import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Facts, type SessionFacts } from './decide.ts';

const now = 1_000_000;
const session: SessionFacts = { level: 2, factorAt: now - 1000, idleEnd: now + 1, absoluteEnd: now + 1 };
const facts: Facts = {
  now,
  demand: { level: 2, maxAge: undefined, rule: '(default)', groups: [] },
  groups: [],
  entry: undefined,
  closed: false,
  session,
  standing: 'confirmed',
};
const demand = (level: 1 | 2 | 3 | 4, maxAge?: number, groups: readonly string[][] = []) => ({
  level,
  maxAge,
  rule: '/x',
  groups,
});

describe('rule 1 decide', () => {
  it('asks in one order and says each answer', () => {
    expect(decide(facts)).toEqual({
      outcome: 'allow',
      asVisit: false,
      reasons: [
        'door-open',
        'store-confirmed',
        'session-present',
        'session-within-absolute',
        'session-not-idle',
        'group-allowed',
        'level-reached',
        'factor-fresh',
      ].map(check => ({ check, passed: true })),
    });
  });

  it.each<[string, Partial<Facts>, string, string]>([
    ['a door for programs', { closed: true }, 'deny', 'door-open'],
    ['a door for programs that is an entry too', { closed: true, entry: 'login-page' }, 'deny', 'door-open'],
    ['a door for programs, the store lost', { closed: true, standing: 'lost' }, 'deny', 'door-open'],
    ['the store lost for longer than the grace', { standing: 'lost' }, 'unavailable', 'store-confirmed'],
    ['the store lost, and nobody known', { standing: 'grace', session: undefined }, 'unavailable', 'store-confirmed'],
    ['the store lost, level 3', { standing: 'grace', demand: demand(3) }, 'unavailable', 'store-confirmed'],
    [
      'the store lost, level 4 held and demanded',
      { standing: 'grace', demand: demand(4), session: { ...session, level: 4 } },
      'unavailable',
      'store-confirmed',
    ],
    [
      'the store lost, a fresh factor',
      { standing: 'grace', demand: demand(2, 10_000) },
      'unavailable',
      'store-confirmed',
    ],
    [
      'the store lost, and over by itself',
      { standing: 'grace', session: { ...session, absoluteEnd: now } },
      'sign-in',
      'session-within-absolute',
    ],
    ['no session', { session: undefined }, 'sign-in', 'session-present'],
    ['at its end', { session: { ...session, absoluteEnd: now } }, 'sign-in', 'session-within-absolute'],
    ['idle to the millisecond', { session: { ...session, idleEnd: now } }, 'sign-in', 'session-not-idle'],
    ['R03 not of the group', { demand: demand(2, undefined, [['beheer']]) }, 'deny', 'group-allowed'],
    [
      'R03 of one group where two are asked',
      { demand: demand(2, undefined, [['beheer', 'raad'], ['kas']]), groups: ['beheer', 'raad'] },
      'deny',
      'group-allowed',
    ],
    [
      'R03 not of the group, and a level short: no factor is asked that would not help',
      { demand: demand(4, undefined, [['beheer']]), groups: ['kas'] },
      'deny',
      'group-allowed',
    ],
    [
      'nobody, where a group is asked',
      { session: undefined, demand: demand(2, undefined, [['beheer']]) },
      'sign-in',
      'session-present',
    ],
    [
      'R03 a group that is there without anybody',
      { demand: demand(2, undefined, [[]]), groups: ['beheer'] },
      'deny',
      'group-allowed',
    ],
    ['R03 one level short', { demand: demand(3) }, 'challenge', 'level-reached'],
    ['a factor too old by a millisecond', { demand: demand(2, 999) }, 'challenge', 'factor-fresh'],
    [
      'no number for the end',
      { session: { ...session, absoluteEnd: Number.NaN } },
      'sign-in',
      'session-within-absolute',
    ],
    ['no number for the level', { session: { ...session, level: Number.NaN } }, 'challenge', 'level-reached'],
    [
      'no number for the time of the factor',
      { session: { ...session, factorAt: Number.NaN }, demand: demand(2, 1) },
      'challenge',
      'factor-fresh',
    ],
  ])('rule 2 stops at the first check that fails: %s', (_title, changed, outcome, check) => {
    const decision = decide({ ...facts, ...changed });
    expect(decision).toMatchObject({ outcome, asVisit: false });
    expect(decision.reasons.at(-1)).toEqual({ check, passed: false });
    expect(decision.reasons.filter(reason => !reason.passed)).toHaveLength(1);
  });

  it.each<[string, Partial<Facts>]>([
    ['a factor exactly as old as it may be', { demand: demand(2, 1000) }],
    ['a known session in the grace', { standing: 'grace' }],
    [
      'a session that holds more than the route demands in the grace',
      { standing: 'grace', session: { ...session, level: 4 } },
    ],
    [
      'R03 of one of the groups of each entry',
      { demand: demand(2, undefined, [['beheer', 'raad'], ['kas']]), groups: ['kas', 'raad'] },
    ],
    ['R03 a higher level', { session: { ...session, level: 4 }, demand: demand(3) }],
  ])('lets %s through', (_title, changed) => {
    expect(decide({ ...facts, ...changed }).outcome).toBe('allow');
  });

  it.each(['asset', 'login-page', 'sign-in'] as const)('lets a %s through as a visit, session or not', entry => {
    for (const who of [session, undefined]) {
      expect(decide({ ...facts, entry, session: who, demand: demand(4) })).toMatchObject({
        outcome: 'allow',
        asVisit: true,
      });
    }
  });

  it.each(['login-page', 'sign-in', 'asset'] as const)(
    'while the store is lost, of public entries files only: %s',
    entry => {
      for (const standing of ['grace', 'lost'] as const) {
        for (const who of [session, undefined]) {
          const outcome = entry === 'asset' ? 'allow' : 'unavailable';
          expect(decide({ ...facts, entry, session: who, standing }).outcome).toBe(outcome);
        }
      }
    },
  );

  it('R01 R03 never allows less than was demanded, whatever the facts', () => {
    const time = fc.oneof(fc.integer({ min: now - 5, max: now + 5 }), fc.constant(Number.NaN));
    const anySession = fc.record({
      level: fc.integer({ min: 0, max: 4 }),
      factorAt: time,
      idleEnd: time,
      absoluteEnd: time,
    });
    const level = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const);
    const maxAge = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.option(anySession, { nil: undefined }),
        level,
        maxAge,
        fc.boolean(),
        fc.subarray(['beheer', 'kas']),
        fc.array(fc.subarray(['beheer', 'kas', 'raad']), { maxLength: 2 }),
        fc.constantFrom('confirmed' as const, 'grace' as const, 'lost' as const),
        (holds, wanted, age, closed, groups, asked, standing) => {
          const wish = demand(wanted, age, asked);
          const { outcome } = decide({ ...facts, session: holds, closed, standing, groups, demand: wish });
          const heard = standing === 'confirmed' || (standing === 'grace' && wanted <= 2 && age === undefined);
          const enough =
            !closed &&
            heard &&
            holds !== undefined &&
            holds.level >= wanted &&
            holds.idleEnd > now &&
            holds.absoluteEnd > now &&
            asked.every(allowed => groups.some(group => allowed.includes(group))) &&
            (age === undefined || now - holds.factorAt <= age);
          expect(outcome === 'allow').toBe(enough);
        },
      ),
    );
  });
});
