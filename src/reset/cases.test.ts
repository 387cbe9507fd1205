import { beforeEach, describe, expect, test } from 'vitest';
import {
  clerk,
  doneOf,
  filedByAnna,
  filing,
  minute,
  openResetBench,
  type ResetBench,
  realm,
  refusalOf,
  resident,
} from '../../test/support/reset-bench.ts';
import { source } from '../../test/vectors/factor-bench.ts';
import type { Filing } from './filing.ts';
import { linkValidity } from './intake.ts';

let bench: ResetBench;
beforeEach(async () => {
  bench = await openResetBench();
});

/** Filed by Anna, checked by Bram. */
async function checkedCase(given: Partial<Filing> = {}) {
  const { id } = await filedByAnna(bench, given);
  return doneOf(await bench.cases.check(realm, id, clerk(bench, 'bram')));
}

async function executedCase(given: Partial<Filing> = {}) {
  const { id } = await checkedCase(given);
  return doneOf(await bench.cases.execute(realm, id, clerk(bench, 'bram')));
}

describe('R33 R35: from request to confirmation', () => {
  test('everything of the account ends, both are told, and only a code opens it again', async () => {
    const person = await resident(bench);
    await bench.recovery.make(person, { factor: person.factors[0]?.id ?? '', source });
    const executed = await executedCase();
    expect(executed).toMatchObject({ state: 'executed', executed: { factors: 1, sessions: 1, upTo: 2 } });
    expect(bench.ended).toEqual([person.id]);
    expect(await bench.people.byId(person.id)).toMatchObject({ factors: [], setUps: [] });
    expect((await bench.people.byId(person.id))?.recovery).toBeUndefined();
    expect(bench.told.map(({ what }) => what)).toEqual(['executed']);

    const handed = await bench.cases.handOver(realm, executed.id, clerk(bench, 'anna'));
    if (handed.outcome !== 'code') throw new Error(handed.outcome);
    const accept = (code: string) => bench.activation.accept({ realm, name: 'resident', code, source });
    expect((await accept(handed.code)).outcome).toBe('accepted');

    const confirmed = doneOf(await bench.cases.confirm(realm, executed.id, clerk(bench, 'bram'), 'mail'));
    expect(confirmed.state).toBe('confirmed');
    const types = bench.events.map(({ type }) => type).filter(type => type.startsWith('reset.'));
    expect(types).toEqual([
      ...['reset.filed', 'reset.checked', 'reset.executed', 'reset.handed-over', 'reset.confirmed'],
    ]);
  });

  test('a device that was stolen raises a signal', async () => {
    await resident(bench);
    await executedCase({ lostBecause: 'stolen' });
    expect(bench.events.map(({ type }) => type)).toContain('reset.stolen');
  });

  test('open ones first to last; a closed one leaves that list and stays in the other', async () => {
    await resident(bench);
    const first = await filedByAnna(bench);
    bench.clock.time += minute;
    const second = await filedByAnna(bench);
    expect((await bench.records.list(realm, 'open')).map(({ id }) => id)).toEqual([first.id, second.id]);
    doneOf(await bench.cases.refuse(realm, first.id, clerk(bench, 'bram'), 'dubbel'));
    expect((await bench.records.list(realm, 'open')).map(({ id }) => id)).toEqual([second.id]);
    expect((await bench.records.list(realm, 'all')).map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(await bench.records.list(realm, 'all', { after: first, limit: 1 })).toMatchObject([{ id: second.id }]);
    expect(await bench.records.find('elders', second.id)).toBeUndefined();
  });

  test('an account of an unknown address is refused when it is checked, by name', async () => {
    const { id } = doneOf(await bench.intake.fileFor(realm, filing, { via: 'api', client: 'topdesk' }));
    const token = bench.told[0]?.token ?? '';
    doneOf(await bench.intake.answerLink(realm, id, token, true));
    const refusal = refusalOf(await bench.cases.check(realm, id, clerk(bench, 'bram')));
    expect(refusal).toEqual({ reason: 'unknown-account', field: 'account' });
  });
});

describe('R35: the activation code', () => {
  test('is never for the executor, nor for anybody but who saw the person', async () => {
    await resident(bench);
    const { id } = await executedCase();
    for (const who of ['bram', 'carla']) {
      const outcome = await bench.cases.handOver(realm, id, clerk(bench, who, { role: 'admin' }));
      expect(refusalOf(outcome)).toEqual({ reason: 'not-holder' });
    }
    const alias = clerk(bench, 'anna@voorbeeld.nl', { address: 'anna@gemeente.nl' });
    expect(refusalOf(await bench.cases.handOver(realm, id, alias))).toEqual({ reason: 'not-holder' });
  });

  test('a second one makes the first void, and none comes after it was used', async () => {
    await resident(bench);
    const { id } = await executedCase();
    const codes: string[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const handed = await bench.cases.handOver(realm, id, clerk(bench, 'anna'));
      if (handed.outcome === 'code') codes.push(handed.code);
    }
    const accept = (code: string | undefined) =>
      bench.activation.accept({ realm, name: 'resident', code: code ?? '', source });
    expect((await accept(codes[0])).outcome).toBe('wrong');
    bench.clock.time += minute;
    expect((await accept(codes[1])).outcome).toBe('accepted');
    await bench.people.update((await bench.people.byName(realm, 'resident'))?.id ?? '', person => ({
      ...person,
      activation: undefined,
    }));
    expect(refusalOf(await bench.cases.handOver(realm, id, clerk(bench, 'anna')))).toEqual({ reason: 'enrolled' });
  });

  test('needs a fresh second step, and an execution that came to its end', async () => {
    await resident(bench);
    const { id } = await executedCase();
    const stale = clerk(bench, 'anna', { provedAt: bench.clock.time - 6 * minute });
    expect(refusalOf(await bench.cases.handOver(realm, id, stale))).toEqual({ reason: 'stale' });
    await bench.records.update(id, current => ({
      ...current,
      executed: current.executed && { ...current.executed, doneAt: undefined },
    }));
    const early = await bench.cases.handOver(realm, id, clerk(bench, 'anna'));
    expect(refusalOf(early)).toEqual({ reason: 'unfinished' });
  });
});

describe('two at once', () => {
  test('of 20 who execute one case one wins, and the others read who did', async () => {
    await resident(bench);
    const { id } = await checkedCase();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => bench.cases.execute(realm, id, clerk(bench, `bram${index}`))),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
    const refusals = outcomes.map(refusalOf).filter(refusal => refusal !== undefined);
    const winner = (await bench.records.find(realm, id))?.executed?.by.name;
    for (const refusal of refusals) expect(refusal).toEqual({ reason: 'state', state: 'executed', by: winner });
    expect(bench.told).toHaveLength(1);
  });

  test('one who refuses and one who executes: never both', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const person = await resident(bench, `resident${turn}`);
      const { id } = await checkedCase({ account: `resident${turn}@post.example` });
      const both = await Promise.all([
        bench.cases.refuse(realm, id, clerk(bench, 'dirk'), 'niet akkoord'),
        bench.cases.execute(realm, id, clerk(bench, 'bram')),
      ]);
      expect(both.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
      const gone = (await bench.people.byId(person.id))?.factors.length === 0;
      expect((await bench.records.find(realm, id))?.state).toBe(gone ? 'executed' : 'refused');
    }
  });
});

test('an execution that a crash broke off can be done again after a minute, by another clerk, and not before', async () => {
  const person = await resident(bench);
  const { id } = await checkedCase();
  const { post } = bench.resetDeps;
  const works = post.tellExecuted;
  Object.assign(post, { tellExecuted: () => Promise.reject(new Error('no power')) });
  await expect(bench.cases.execute(realm, id, clerk(bench, 'bram'))).rejects.toThrow('no power');
  Object.assign(post, { tellExecuted: works });
  expect(refusalOf(await bench.cases.confirm(realm, id, clerk(bench, 'bram'), 'mail'))).toEqual({
    reason: 'unfinished',
  });
  expect(refusalOf(await bench.cases.execute(realm, id, clerk(bench, 'dirk')))).toMatchObject({ reason: 'state' });
  bench.clock.time += 2 * minute;
  const again = doneOf(await bench.cases.execute(realm, id, clerk(bench, 'dirk')));
  expect(again.executed).toMatchObject({ by: { id: 'dirk' }, upTo: 2 });
  expect(again.executed?.doneAt).toBe(bench.clock.time);
  expect((await bench.people.byId(person.id))?.factors).toEqual([]);
  expect(bench.told).toHaveLength(1);
});

describe('R34: asked for in writing', () => {
  test('the link works once, in its time, and says no as well as yes', async () => {
    const file = async () => doneOf(await bench.intake.fileFor(realm, filing, { via: 'api', client: 'topdesk' })).id;
    const token = () => bench.told.findLast(({ what }) => what === 'ask')?.token ?? '';
    const yes = await file();
    expect(refusalOf(await bench.intake.answerLink(realm, yes, `${token()}x`, true))).toEqual({ reason: 'not-found' });
    doneOf(await bench.intake.answerLink(realm, yes, token(), true));
    for (const mine of [true, false])
      expect(refusalOf(await bench.intake.answerLink(realm, yes, token(), mine))).toEqual({ reason: 'not-found' });
    const no = await file();
    expect(doneOf(await bench.intake.answerLink(realm, no, token(), false)).state).toBe('refused');
    const late = await file();
    bench.clock.time += linkValidity;
    expect(refusalOf(await bench.intake.answerLink(realm, late, token(), true))).toEqual({ reason: 'not-found' });
  });

  test('of two answers at once one counts', async () => {
    const { id } = doneOf(await bench.intake.fileFor(realm, filing, { via: 'api', client: 'topdesk' }));
    const token = bench.told[0]?.token ?? '';
    const both = await Promise.all([true, false].map(mine => bench.intake.answerLink(realm, id, token, mine)));
    expect(both.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
  });

  test('a case from outside: who checked it saw the person, takes the code, and executes nothing', async () => {
    await resident(bench);
    const { id } = doneOf(await bench.intake.fileFor(realm, filing, { via: 'api', client: 'topdesk' }));
    doneOf(await bench.intake.answerLink(realm, id, bench.told[0]?.token ?? '', true));
    doneOf(await bench.cases.check(realm, id, clerk(bench, 'bram')));
    const own = await bench.cases.execute(realm, id, clerk(bench, 'bram'));
    expect(refusalOf(own)).toEqual({ reason: 'same-person', as: 'code-holder' });
    doneOf(await bench.cases.execute(realm, id, clerk(bench, 'dirk')));
    expect((await bench.cases.handOver(realm, id, clerk(bench, 'bram'))).outcome).toBe('code');
  });
});

test('R39: an address that went to somebody else between check and execution resets nobody', async () => {
  const person = await resident(bench);
  const other = await resident(bench, 'other');
  const { id } = await checkedCase();
  await bench.people.setEmail(person.id, undefined);
  await bench.people.setEmail(other.id, 'resident@post.example');
  const outcome = await bench.cases.execute(realm, id, clerk(bench, 'bram'));
  expect(refusalOf(outcome)).toEqual({ reason: 'unknown-account', field: 'account' });
  expect((await bench.people.byId(other.id))?.factors).toHaveLength(1);
});

describe('R34: nobody resets an account of her own that has a private address', () => {
  const anna = (given: object = {}) =>
    clerk(bench, 'Zk3vQpW8', { name: 'Anna', address: 'anna@gemeente.nl', ...given });
  const mine = { account: 'thuis@post.example' };
  beforeEach(async () => {
    const person = await resident(bench, 'anna');
    await bench.people.setEmail(person.id, mine.account);
  });

  test('as a clerk: she neither files, nor checks, nor executes', async () => {
    const own = { reason: 'same-person', as: 'account' };
    expect(refusalOf(await bench.intake.file(realm, { ...filing, ...mine }, anna()))).toEqual(own);
    const { id } = doneOf(await bench.intake.file(realm, { ...filing, ...mine }, clerk(bench, 'dirk')));
    expect(refusalOf(await bench.cases.check(realm, id, anna()))).toEqual(own);
    doneOf(await bench.cases.check(realm, id, clerk(bench, 'bram')));
    expect(refusalOf(await bench.cases.execute(realm, id, anna()))).toEqual(own);
  });

  test('as a contact who asks from outside', async () => {
    const asked = { ...filing, ...mine, requesterName: 'Anna', requesterAddress: 'anna@gemeente.nl' };
    const { id } = doneOf(await bench.intake.fileFor(realm, asked, { via: 'api', client: 'tickets' }));
    doneOf(await bench.intake.answerLink(realm, id, bench.told[0]?.token ?? '', true));
    const denied = await bench.cases.check(realm, id, clerk(bench, 'bram'));
    expect(refusalOf(denied)).toEqual({ reason: 'same-person', as: 'account' });
  });
});

test('R61: cases that are no longer kept hide none behind them, and those about a person are found', async () => {
  const person = await resident(bench);
  for (let count = 0; count < 3; count += 1) {
    const { id } = await filedByAnna(bench);
    doneOf(await bench.cases.refuse(realm, id, clerk(bench, 'bram'), 'niet nodig'));
  }
  bench.clock.time += 3 * 365 * 24 * 60 * minute;
  const { id } = await filedByAnna(bench);
  await resident(bench, 'other');
  await filedByAnna(bench, { account: 'other@post.example' });
  const first = await bench.records.list(realm, 'all', { limit: 1 });
  expect(first.map(one => one.id)).toEqual([id]);
  expect(await bench.records.list(realm, 'all', { limit: 2 })).toHaveLength(2);
  const email = 'resident@post.example';
  expect((await bench.records.ofPerson({ id: person.id, realm, email })).map(one => one.id)).toEqual([id]);
});

test('R61: what is kept long enough goes, the oldest first; a case that is worked on or ended lately stays', async () => {
  await resident(bench);
  const day = 24 * 60 * minute;
  const { id: ended } = await filedByAnna(bench);
  doneOf(await bench.cases.refuse(realm, ended, clerk(bench, 'bram'), 'niet nodig'));
  const { id: late } = await filedByAnna(bench);
  const { id: forgotten } = await filedByAnna(bench);
  bench.clock.time += 100 * day;
  doneOf(await bench.cases.refuse(realm, late, clerk(bench, 'bram'), 'niet nodig'));
  const { id: fresh } = await filedByAnna(bench);
  expect(await bench.records.forget(realm, bench.clock.time - 50 * day)).toBe(false);
  const kept = (await bench.records.list(realm, 'all')).map(({ id }) => id);
  expect(kept.toSorted()).toEqual([late, fresh].toSorted());
  expect(await bench.records.find(realm, ended)).toBeUndefined();
  expect(await bench.records.find(realm, forgotten)).toBeUndefined();
  expect((await bench.records.list(realm, 'open')).map(({ id }) => id)).toEqual([fresh]);
});

test('R61: cases that ended late keep none that is behind them', async () => {
  await resident(bench);
  const day = 24 * 60 * minute;
  const late: string[] = [];
  for (let count = 0; count < 3; count += 1) late.push((await filedByAnna(bench)).id);
  bench.clock.time += 1;
  const { id: forgotten } = await filedByAnna(bench);
  bench.clock.time += 100 * day;
  for (const id of late) doneOf(await bench.cases.refuse(realm, id, clerk(bench, 'bram'), 'niet nodig'));
  expect(await bench.records.forget(realm, bench.clock.time - 50 * day, 2)).toBe(false);
  expect((await bench.records.list(realm, 'all')).map(({ id }) => id).toSorted()).toEqual(late.toSorted());
  expect(await bench.records.find(realm, forgotten)).toBeUndefined();
});

test('R61: of a person who is erased a case that ended keeps who did what, and no name, address or document', async () => {
  const person = await resident(bench);
  const executed = await executedCase();
  await bench.cases.handOver(realm, executed.id, clerk(bench, 'anna'));
  doneOf(await bench.cases.confirm(realm, executed.id, clerk(bench, 'bram'), 'mail'));
  await bench.records.anonymise({ id: person.id, realm, email: 'resident@post.example' });
  const kept = await bench.records.find(realm, executed.id);
  expect(kept).toMatchObject({ state: 'confirmed', account: { person: person.id, address: '' } });
  expect(kept?.executed?.by).toEqual(executed.executed?.by);
  expect(kept?.requester).toEqual({ name: '', address: '' });
  expect(JSON.stringify(executed)).toContain('12AB');
  for (const gone of ['resident', '12AB', 'passport']) expect(JSON.stringify(kept)).not.toContain(gone);
});

test('two who share one address: the desk does not guess which one was meant', async () => {
  await resident(bench);
  const other = await resident(bench, 'other');
  const { id } = await checkedCase();
  await bench.people.setEmail(other.id, 'Resident@post.example');
  const refusal = refusalOf(await bench.intake.file(realm, filing, clerk(bench, 'anna')));
  expect(refusal).toEqual({ reason: 'shared-address', field: 'account' });
  expect(refusalOf(await bench.cases.execute(realm, id, clerk(bench, 'bram')))).toMatchObject({ field: 'account' });
  expect((await bench.people.byId(other.id))?.factors).toHaveLength(1);
});

test('cases are sealed in the store: no address and no document in clear', async () => {
  await resident(bench);
  const { id } = await filedByAnna(bench);
  const stored = (await bench.store.get(`reset-case:{${id}}`))?.value ?? '';
  for (const secret of ['resident', '12AB', 'Bakker', 'gemeente.nl']) {
    expect(stored).not.toContain(secret);
    expect(Buffer.from(stored.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain(secret);
  }
});
