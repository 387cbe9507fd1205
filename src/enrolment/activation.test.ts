import { beforeEach, describe, expect, test } from 'vitest';
import { type Bench, minute, openBench, realm, source, withTotp } from '../../test/vectors/factor-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});

const invitation = { by: 'operator', replaces: false, validity: 60 * minute };
const accept = (code: string, from: { name?: string; source?: string; browser?: string } = {}) =>
  bench.activation.accept({ realm, name: 'anna', source, code, ...from });

describe('R38 activation codes', () => {
  test('the right code, however it is spelled, allows set-up', async () => {
    const { code, until } = await bench.activation.invite(realm, 'anna', invitation);
    expect(until).toBe(bench.clock.time + 60 * minute);
    expect(await accept(code.toLowerCase().replaceAll('-', ' '))).toEqual({
      outcome: 'accepted',
      replaces: false,
      permission: { by: 'activation-code', at: bench.clock.time, upTo: 2 },
    });
    expect(bench.events.map(({ type }) => type)).toEqual(['person.invited', 'activation.accepted']);
    expect(JSON.stringify(bench.events)).not.toContain(code);
  });

  test('a wrong code, somebody else’s, an older one, and a person whom nobody invited', async () => {
    const { code: older } = await bench.activation.invite(realm, 'anna', invitation);
    await bench.activation.invite(realm, 'anna', invitation);
    const { code: brams } = await bench.activation.invite(realm, 'bram', invitation);
    expect(await accept('0000-0000-0000-0000')).toEqual({ outcome: 'wrong' });
    expect(await accept(brams)).toEqual({ outcome: 'wrong' });
    expect(await accept(older)).toEqual({ outcome: 'wrong' });
    expect(await accept(older, { name: 'carla' })).toEqual({ outcome: 'none' });
    const reasons = bench.events.flatMap(event => (event.type === 'activation.refused' ? [event.reason] : []));
    expect(reasons).toEqual(['wrong', 'wrong', 'wrong', 'none']);
  });

  test('after its end it is said to be expired, to who has it only', async () => {
    const { code, until } = await bench.activation.invite(realm, 'anna', invitation);
    bench.clock.time = until - 1;
    expect(await accept(code)).toMatchObject({ outcome: 'accepted' });
    bench.clock.time = until;
    expect(await accept(code)).toEqual({ outcome: 'expired' });
    expect(await accept('0000-0000-0000-0000')).toEqual({ outcome: 'wrong' });
  });

  test('R09 strangers who guess delay strangers; the code lives on', async () => {
    const { code } = await bench.activation.invite(realm, 'anna', invitation);
    for (let index = 0; index < 200; index += 1) await accept('0000-0000-0000-0000', { source: `198.51.100.${index}` });
    expect(await accept(code)).toMatchObject({ outcome: 'delayed' });
    expect(await accept(code, { browser: 'known' })).toMatchObject({ outcome: 'accepted' });
    bench.clock.time += 15 * minute;
    expect(await accept(code)).toMatchObject({ outcome: 'accepted' });
  });

  test('R09: a thousand guesses while they wait leave one entry in the audit', async () => {
    for (let index = 0; index < 1_000; index += 1) await accept('0000-0000-0000-0000');
    const reasons = bench.events.flatMap(event => (event.type === 'activation.refused' ? [event.reason] : []));
    expect(reasons.filter(reason => reason === 'delayed')).toHaveLength(1);
  });

  test('who has a factor is invited to replace it only, for a reason that is audited', async () => {
    await withTotp(bench, 'anna');
    const written = bench.events.length;
    const replace = { ...invitation, replaces: true };
    for (const wrong of [invitation, { ...invitation, reason: 'please' }, replace, { ...replace, reason: '  ' }]) {
      await expect(bench.activation.invite(realm, 'anna', wrong)).rejects.toMatchObject({ code: 'enrolment.refused' });
    }
    expect(bench.events).toHaveLength(written);
    expect((await bench.people.byName(realm, 'anna'))?.activation).toBeUndefined();
    const { code } = await bench.activation.invite(realm, 'anna', { ...replace, reason: 'phone lost, call 12' });
    expect(bench.events.at(-1)).toMatchObject({
      type: 'person.invited',
      replaces: true,
      reason: 'phone lost, call 12',
    });
    expect(await accept(code)).toMatchObject({ outcome: 'accepted', replaces: true });
  });
});
