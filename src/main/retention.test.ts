import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../test/support/redis.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { closePerson } from '../enrolment/closing.ts';
import type { Person } from '../factor/person.ts';
import { consoleRealm } from '../operator/operator.ts';
import { hashPassword } from '../operator/password.ts';

const day = 24 * 60 * 60_000;
const realm = 'gemeente';

describe('R61: what was kept long enough goes by itself', () => {
  let sluis: TestSluis;
  beforeAll(async () => {
    sluis = await startSluis([{ id: 'demo', upstream: 'http://127.0.0.1:9', preset: 'demo' }]);
  });
  afterAll(() => sluis?.close());

  const person = (name: string) => sluis.core.people.create(realm, name);
  const close = (who: Person) => closePerson(sluis.core, { person: who, by: 'test', reason: 'uit dienst' });

  test('accounts that were closed, operators who left, and their names in the audit, each in its time', async () => {
    const { people, operators, audit, settings } = sluis.core;
    expect(settings.retention).toEqual({
      ...{ audit: 730 * day, auditNames: 730 * day, auditAddresses: 180 * day },
      ...{ closedAccounts: 365 * day, resetCases: 730 * day, operators: 365 * day },
    });
    const [left, stays] = [await person('anna'), await person('bram')];
    const asked = { email: 'eva@gemeente.test', name: 'Eva', role: 'auditor', source: '192.0.2.7' } as const;
    const invited = { ...asked, until: sluis.clock.now() + 90 * day, reason: 'test' };
    const { operator } = await operators.invite(invited, { command: 'test' });
    await close(left);

    sluis.clock.advance(364 * day);
    const late = await person('carla');
    await close(late);
    sluis.clock.advance(2 * day);
    await until(async () => (await people.byId(left.id)) === undefined);
    expect((await people.byId(stays.id))?.name).toBe('bram');
    expect((await people.byId(late.id))?.closed).toBeDefined();
    const who = (name: string) =>
      audit.tail(500).then(all => all.filter(one => 'name' in one.event && one.event.name === name));
    // A time that was over is no erasure: what the audit proves it proves by name, for as long as it keeps names.
    expect((await who('anna')).map(({ event }) => event.type)).toContain('person.closed');
    const addresses = async () => (await audit.tail(500)).filter(({ gone }) => gone?.where?.because === 'retention');
    await until(async () => (await addresses()).some(({ event }) => event.type === 'operator.invited'));
    expect(await operators.byId(operator.id)).toBeDefined();

    sluis.clock.advance(90 * day);
    await until(async () => (await operators.byId(operator.id)) === undefined);
    expect(await people.byName(consoleRealm, 'eva@gemeente.test')).toBeUndefined();
    expect((await who('eva@gemeente.test')).length).toBeGreaterThan(0);

    sluis.clock.advance(731 * day);
    await until(async () => (await who('anna')).length === 0);
    await until(async () => (await who('eva@gemeente.test')).length === 0);
    expect(await audit.verify()).toMatchObject({ ok: true, removed: { entries: expect.any(Number) } });
  });

  test('who was only asked for as an operator, and a request that nobody answered, keep nobody in the store', async () => {
    const { people, operators, random } = sluis.core;
    const mandate = { until: sluis.clock.now() + 300 * day, name: 'Iemand' };
    const given = { ...mandate, role: 'helpdesk', reason: 'test', source: 'test' } as const;
    const made = async (email: string, role: 'admin' | 'helpdesk') => {
      const { operator } = await operators.invite({ ...given, email, role }, { command: 'test' });
      const password = await hashPassword(random, 'een heel gewone zin over fietsen');
      return (await operators.settle(operator.id, { password })) ?? operator;
    };
    const asker = await made('anna@gemeente.test', 'admin');
    // Alone, she is told so; of whom she named nothing stays.
    const email = 'te-vroeg@gemeente.test';
    await expect(operators.ask('invite', { ...given, email }, asker)).rejects.toThrow('two admins');
    expect(await people.byName(consoleRealm, email)).toBeUndefined();

    await made('bram@gemeente.test', 'admin');
    const clerk = await made('hans@gemeente.test', 'helpdesk');
    await operators.ask('invite', { ...given, email: clerk.email }, asker);
    const [refused, forgotten] = await Promise.all(
      ['weg@gemeente.test', 'vergeten@gemeente.test'].map(one =>
        operators.ask('invite', { ...given, email: one }, asker),
      ),
    );
    const ask = refused?.asked?.id ?? '';
    await operators.refuseAsk(refused?.id ?? '', ask, { reason: 'test', source: 'test' }, asker);
    expect(await people.byName(consoleRealm, 'weg@gemeente.test')).toBeUndefined();

    sluis.clock.advance(5 * day);
    await until(async () => (await people.byName(consoleRealm, 'vergeten@gemeente.test')) === undefined);
    expect(await operators.byId(forgotten?.id ?? '')).toBeUndefined();
    sluis.clock.advance((300 + 366) * day);
    await until(async () => (await operators.byId(clerk.id)) === undefined);
  });
});
