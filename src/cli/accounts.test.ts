import { beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench, realm, source, withTotp } from '../../test/vectors/factor-bench.ts';
import { SluisError } from '../kernel/errors.ts';
import { type AccountsDeps, usersClose, usersOpen, usersRename } from './accounts.ts';

let bench: Bench;
let deps: AccountsDeps;
let out = '';
const say = (text: string) => {
  out += text;
};
const reason = 'trouwt';

beforeEach(async () => {
  out = '';
  bench = await openBench();
  deps = {
    ...bench.deps,
    by: 'root',
    endSessions: async () => 2,
    normalise: typed => (/^[a-z.]+$/.test(typed) ? typed : undefined),
  };
});

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof SluisError ? error.code : String(error)),
  );
}

describe('R39: a person renamed keeps the account', () => {
  test('her second step goes with her, and her name of before is nobody', async () => {
    const { person, factor } = await withTotp(bench, 'anna');
    await bench.people.setEmail(person.id, 'anna@post.example');
    await usersRename(deps, { realm, name: 'anna', to: 'anna.bos', reason }, say);
    const renamed = await bench.people.byName(realm, 'anna.bos');
    expect(renamed).toMatchObject({ id: person.id, name: 'anna.bos', factors: [{ id: factor.id }] });
    expect(await bench.people.byName(realm, 'anna')).toBeUndefined();
    expect((await bench.people.list(realm)).map(({ name }) => name)).toEqual(['anna.bos']);
    expect(await bench.people.byEmail(realm, 'anna@post.example')).toMatchObject([{ name: 'anna.bos' }]);
    expect(bench.events.at(-1)).toMatchObject({ type: 'person.renamed', before: 'anna', name: 'anna.bos', by: 'root' });
    expect(out).toContain('sessions ended: 2');
  });

  test('whoever is called so next begins with nothing, invited or not', async () => {
    const { person } = await withTotp(bench, 'anna');
    await usersRename(deps, { realm, name: 'anna', to: 'anna.bos', reason }, say);
    const fresh = await bench.people.create(realm, 'anna');
    expect(fresh.id).not.toBe(person.id);
    expect(fresh).toMatchObject({ name: 'anna', factors: [] });
    expect((await bench.people.byName(realm, 'anna'))?.id).toBe(fresh.id);
    expect((await bench.people.byName(realm, 'anna.bos'))?.id).toBe(person.id);
    const { code } = await bench.activation.invite(realm, 'anna', { by: 'x', replaces: false, validity: 60_000 });
    expect((await bench.activation.accept({ realm, name: 'anna.bos', code, source })).outcome).not.toBe('accepted');
  });

  test('nobody takes the name of somebody else, and two who want one name do not share it', async () => {
    await withTotp(bench, 'anna');
    await withTotp(bench, 'bea');
    const refused = usersRename(deps, { realm, name: 'anna', to: 'bea', reason }, say);
    expect(await codeOf(refused)).toBe('enrolment.refused');
    const both = await Promise.all(
      ['anna', 'bea'].map(name => codeOf(usersRename(deps, { realm, name, to: 'carla', reason }, say))),
    );
    expect(both.filter(code => code === undefined)).toHaveLength(1);
    const names = (await bench.people.list(realm)).map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(names).toContain('carla');
  });

  test('back to her old name, and again', async () => {
    const { person } = await withTotp(bench, 'anna');
    for (const [name, to] of [
      ['anna', 'bea'],
      ['bea', 'anna'],
      ['anna', 'bea'],
    ] as const)
      await usersRename(deps, { realm, name, to, reason }, say);
    expect((await bench.people.byName(realm, 'bea'))?.id).toBe(person.id);
  });

  test('a name that no app has, and one that nobody has, are refused', async () => {
    await withTotp(bench, 'anna');
    expect(await codeOf(usersRename(deps, { realm, name: 'anna', to: 'An Na', reason }, say))).toBe(
      'account.name-refused',
    );
    expect(await codeOf(usersRename(deps, { realm, name: 'niemand', to: 'bea', reason }, say))).toBe('account.unknown');
  });
});

describe('R39: a leaver is closed, and a name given to somebody new never inherits a factor', () => {
  test('closed: no factor, no code; open again: as it was', async () => {
    const { factor } = await withTotp(bench, 'anna');
    await usersClose(deps, { realm, name: 'anna', reason: 'weg', freeName: false }, say);
    expect((await bench.people.byName(realm, 'anna'))?.factors).toEqual([]);
    const invited = bench.activation.invite(realm, 'anna', { by: 'x', replaces: true, reason: 'x', validity: 60_000 });
    expect(await codeOf(invited)).toBe('enrolment.refused');
    await usersOpen(deps, { realm, name: 'anna', reason: 'terug' }, say);
    expect((await bench.people.byName(realm, 'anna'))?.factors).toMatchObject([{ id: factor.id }]);
  });

  test('the name free: somebody new has it, and opening the old account gives her nothing', async () => {
    const { person } = await withTotp(bench, 'anna');
    await usersClose(deps, { realm, name: 'anna', reason: 'weg', freeName: true }, say);
    const fresh = await bench.people.create(realm, 'anna');
    expect(fresh).toMatchObject({ factors: [] });
    expect(fresh.id).not.toBe(person.id);
    const leaver = /called (\S+)\.\n/.exec(out)?.[1] ?? '';
    await usersOpen(deps, { realm, name: leaver, reason: 'terug' }, say);
    expect((await bench.people.byId(person.id))?.factors).toHaveLength(1);
    expect((await bench.people.byName(realm, 'anna'))?.factors).toEqual([]);
  });
});
