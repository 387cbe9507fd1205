import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBench, realm } from '../../test/vectors/factor-bench.ts';
import { type AuditEntry, AuditTrail } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { type AuditQuery, searchAudit } from './search.ts';

const second = 1_000;

async function trailOf(events: readonly AuditEvent[]) {
  const { deps, clock } = await openBench();
  const trail = new AuditTrail({ ...deps, log: () => undefined });
  for (const event of events) {
    await trail.record(event);
    clock.time += second;
  }
  const every = async () => (await trail.before(undefined, 10_000)).entries;
  /** All pages, as one. */
  const all = async (query: Omit<AuditQuery, 'limit'>, limit = 3) => {
    const numbers: number[] = [];
    for (let before: number | undefined; ; ) {
      const { entries, next } = await searchAudit(trail, { ...query, before, limit });
      numbers.push(...entries.map(({ number }) => number));
      if (next === undefined) return numbers;
      before = next;
    }
  };
  return { trail, every, all };
}

/** What a search means, said without any haste. */
function fits(
  { at, event }: AuditEntry,
  { type = '', text = '', from = 0, until = Number.MAX_VALUE }: Partial<AuditQuery>,
) {
  const time = Date.parse(at);
  const has = Object.values(event).some(value => String(value).toLowerCase().includes(text.toLowerCase()));
  return event.type.startsWith(type) && (text === '' || has) && time >= from && time < until;
}

const odd = [
  'anna',
  'Ánna',
  'ΟΔΥΣΣΕΥΣ',
  'a"b',
  'c:\\d',
  'regel\neen',
  'İzmir',
  'אברהם',
  '😀',
  '{"name"',
  'type',
  '<b>',
  '5',
];
const words = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ maxLength: 4 }),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
);
const events = fc.array(
  fc.oneof(
    words.map((name): AuditEvent => ({ type: 'sign-in.proved', realm, app: 'post', name, source: '192.0.2.1' })),
    words.map((reason): AuditEvent => {
      return { type: 'operator.ended', realm: '@console', person: 'p', name: 'eva', by: 'root', reason, source: 'x' };
    }),
    fc.nat(20).map((count): AuditEvent => ({ type: 'tokens.imported', realm: '', count, by: 'eva' })),
  ),
  { minLength: 1, maxLength: 12 },
);

describe('R37: looking back through the audit', () => {
  it('finds what reading every entry would find, in that order, whatever signs are in it (property)', async () => {
    const query = fc.record({
      type: fc.constantFrom('', 'sign', 'operator.', 'operator.ended', 'tokens', '"', 'realm'),
      text: fc.oneof(words, fc.constant('')),
      from: fc.option(fc.nat(14), { nil: undefined }),
      until: fc.option(fc.nat(14), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(events, fc.array(query, { minLength: 1, maxLength: 6 }), async (made, queries) => {
        const { every, all } = await trailOf(made);
        const entries = await every();
        const began = Date.parse(entries.at(-1)?.at ?? '');
        const timeOf = (turn: number | undefined) => (turn === undefined ? undefined : began + turn * second);
        for (const { from, until, ...asked } of queries) {
          // A word that was cut in the middle of a sign is none.
          const wanted = { ...asked, text: asked.text.toWellFormed(), from: timeOf(from), until: timeOf(until) };
          const expected = entries.filter(entry => fits(entry, wanted)).map(({ number }) => number);
          expect(await all(wanted)).toEqual(expected);
        }
      }),
      { numRuns: 80 },
    );
  });

  it.each(odd)('finds %j by all of it, and by its end, in small letters', async name => {
    const { all } = await trailOf([{ type: 'sign-in.proved', realm, app: 'post', name, source: '192.0.2.1' }]);
    for (const text of [name, name.toLowerCase(), [...name].slice(-2).join('')])
      expect([text, await all({ text })]).toEqual([text, [1]]);
  });

  it('ends at the first day that was asked for, and says where to go on where it looked at enough', async () => {
    const made = Array.from(
      { length: 1_200 },
      (_, count): AuditEvent => ({ type: 'tokens.imported', realm: '', count, by: 'eva' }),
    );
    const { trail, every } = await trailOf(made);
    const middle = Date.parse((await every()).find(({ number }) => number === 900)?.at ?? '');
    expect(await searchAudit(trail, { type: 'sign-in.', from: middle, limit: 50 })).toEqual({
      entries: [],
      next: undefined,
    });
    expect(await searchAudit(trail, { type: 'sign-in.', limit: 50, most: 500 })).toEqual({ entries: [], next: 701 });
    expect(await searchAudit(trail, { type: 'sign-in.', limit: 50 })).toEqual({ entries: [], next: undefined });
  });
});
