import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { bestOf, second } from '../support/best-of.ts';
import type { ClientAnswer } from '../support/client.ts';
import { bound, until } from '../support/redis.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { alarmsIn } from '../support/trusting.ts';
import { type Cell, cellsOf, isTryAgain, routes } from './cells.ts';
import { type Fault, faults } from './faults.ts';
import { type Intruder, intrudersOf, letsIn } from './intruders.ts';

/** What the operator's guide promises: by fault, by what is asked, `as ever` or `503`. */
const promised = tableOf(readFileSync(new URL('../../docs/operators-guide.md', import.meta.url), 'utf8'));

let fault: Fault;
let sluis: TestSluis;
let intruders: Readonly<Record<string, Intruder>>;
/** In the order in which they were begun. */
let opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  // Stopped while the store is away, an instance cannot write that it was.
  for (const one of opened.toReversed()) await one.close().catch(() => undefined);
  opened = [];
});

function open<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}

async function begin(name: string): Promise<Readonly<Record<string, Cell>>> {
  const start = faults[name];
  if (start === undefined) throw new Error(`no fault "${name}"`);
  fault = open(await start());
  const demo = open(await startDemoApp());
  const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo', extra: routes }];
  const options = { extra: `trust: {}\nlimits: { pendings: 50 }\nstore: { redis: ${fault.redis} }`, highestLevel: 3 };
  sluis = open(await startSluis(apps, options));
  const other = open(await startSluis(apps, { ...options, beside: sluis }));
  const cells = await cellsOf(sluis, other);
  intruders = await intrudersOf(sluis, other);
  return cells;
}

/** Whatever is broken, what is not right stays so; with nothing broken, it is refused for what it is. */
async function expectNobodyIn(name: string): Promise<void> {
  const asked = Object.entries(intruders).map(async ([who, { ask, refused }]) => {
    const answer = await ask();
    expect([who, letsIn(answer)]).toEqual([who, false]);
    if (name !== 'is there') return;
    expect([who, answer.status, answer.text]).toEqual([who, refused.status, expect.stringMatching(refused.text)]);
  });
  await Promise.all(asked);
}

/** What one request comes to, and that it comes to anything at all. */
async function outcomeOf(cell: Cell, limit: number): Promise<string> {
  return (await timedOutcomeOf(cell, limit)).outcome;
}

async function timedOutcomeOf(cell: Cell, limit: number): Promise<{ outcome: string; took: number }> {
  const begun = performance.now();
  const answer = await cell.ask();
  const took = performance.now() - begun;
  expect(took).toBeLessThan(limit);
  return { outcome: outcomeIn(cell, answer), took };
}

/** Whoever is refused is so within a second. A request that was refused may be sent again: nothing came of it. */
async function quick(cell: Cell): Promise<string> {
  const outcomes = new Set<string>();
  const best = await bestOf(async () => {
    const { outcome, took } = await timedOutcomeOf(cell, bound);
    outcomes.add(outcome);
    return outcome === '503' ? took : 0;
  });
  expect(best).toBeLessThan(second);
  return [...outcomes].join(', then ');
}

function outcomeIn({ isAsEver }: Cell, answer: ClientAnswer): string {
  if (isTryAgain(answer)) return '503';
  return isAsEver(answer) ? 'as ever' : `${answer.status} ${answer.location ?? answer.text.slice(0, 400)}`;
}

/**
 * A slow store is waited for: by ten steps at most, of which none takes longer than half a second. Where this machine is
 * slow too, one does: then it is 503, and she tries again.
 */
async function patient(cell: Cell): Promise<string> {
  let outcome = await outcomeOf(cell, 2 * bound);
  for (let turn = 0; turn < 8 && outcome === '503'; turn += 1) {
    outcome = await cell.again().then(
      answer => outcomeIn(cell, answer),
      () => '503',
    );
  }
  return outcome;
}

async function outcomesOf(
  cells: Readonly<Record<string, Cell>>,
  outcome: (cell: Cell, column: string) => Promise<string>,
): Promise<Record<string, string>> {
  const found = Object.entries(cells).map(async ([name, cell]) => [name, await outcome(cell, name)] as const);
  return Object.fromEntries(await Promise.all(found));
}

describe.skipIf(missing('redis'))('R24 rule 2: while the store', () => {
  it('is lost, everything that may be asked has its outcome', () => {
    expect([...promised.keys()]).toEqual(Object.keys(faults));
    // Somebody comes through in every column where all is well, and is kept out of nearly all where it is not.
    expect([...(promised.get('is there')?.values() ?? [])].every(one => one === 'as ever')).toBe(true);
  });

  it.each([...promised.keys()])('%s', { timeout: 150_000 }, async name => {
    const cells = await begin(name);
    const { 'a sign-in': signIn, ...others } = cells;
    // Where something is to go on, a busy machine may answer too late for once: asked again, it must.
    const ask = (cell: Cell, column: string) =>
      promised.get(name)?.get(column) === '503' ? quick(cell) : patient(cell);
    await fault.begin();
    // Before anybody knows.
    const first = await outcomesOf({ 'a sign-in': signIn as Cell }, ask);
    if (fault.lost) await until(async () => sluis.core.sessions.storeStanding === 'grace');
    const found = { ...first, ...(await outcomesOf(others, ask)) };
    expect(found).toEqual(Object.fromEntries(promised.get(name) ?? []));
    await expectNobodyIn(name);
    await fault.end();
    await expectWell(cells);
  });
});

/** By itself, without a restart, and with nothing that was counted or known gone. */
async function expectWell(cells: Readonly<Record<string, Cell>>): Promise<void> {
  // A sentinel that stood still for two seconds does nothing for the next thirty: its own guard against a jump of time.
  await until(async () => sluis.core.sessions.storeStanding === 'confirmed' && (await writes()), 100_000);
  for (const [name, cell] of Object.entries(cells)) {
    let outcome = '503';
    // A busy machine may still answer too late for once: asked again, it must be as ever.
    await until(async () => {
      outcome = outcomeIn(cell, await cell.again());
      return outcome !== '503';
    });
    expect([name, outcome]).toEqual([name, 'as ever']);
  }
  expect(await alarmsIn(sluis.core)).toEqual([]);
}

async function writes(): Promise<boolean> {
  return sluis.core.store.consume(`well:${performance.now()}`, 1_000);
}

/** The table whose first column is "the store". */
function tableOf(guide: string): Map<string, Map<string, string>> {
  const lines = guide.slice(guide.indexOf('| the store |')).split('\n');
  const table = lines.slice(
    0,
    lines.findIndex(line => !line.startsWith('|')),
  );
  const [head = [], , ...rows] = table.map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
  return new Map(
    rows.map(([fault = '', ...cells]) => [fault, new Map(cells.map((cell, at) => [head[at + 1] ?? '', cell]))]),
  );
}
