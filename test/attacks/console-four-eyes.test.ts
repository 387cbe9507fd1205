import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { askedTime } from '../../src/operator/four-eyes.ts';
import type { Operator } from '../../src/operator/operator.ts';
import { ConsoleBrowser, operatorOf, titleOf } from '../support/operator.ts';
import { until } from '../support/redis.ts';
import { type ResetSluis, startResetSluis } from '../support/reset-sluis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const day = 24 * 60 * 60_000;
const reason = 'telefoon kwijt';
type Someone = Awaited<ReturnType<typeof operatorOf>>;

const dayFrom = (sluis: TestSluis, days = 30) => new Date(sluis.clock.now() + days * day).toISOString().slice(0, 10);
const recordOf = async (sluis: TestSluis, id: string) => (await sluis.core.operators.byId(id)) as Operator;
const codeIn = (text: string) => /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/.exec(text)?.[0];

/** One admin asks for somebody to be invited again; resolves to the page after it. */
async function askAgain(sluis: TestSluis, asker: Someone, about: string, role = 'helpdesk') {
  const place = `/operators/${about}/invite`;
  return asker.browser.submit(await asker.browser.get(place), place, { reason, role, until: dayFrom(sluis) });
}

async function confirm(sluis: TestSluis, admin: Someone, about: string, what = 'confirm') {
  const place = `/operators/${about}/${what}/${(await recordOf(sluis, about)).asked?.id}`;
  return admin.browser.submit(await admin.browser.get(place), place, { reason: 'gebeld met haar' });
}

describe('R34 R52: what an admin of the console would try alone', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let anna: Someone;
  let bram: Someone;
  let hans: Someone;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
      console: 'own',
      clock: new TestClock(),
    });
  });
  beforeEach(async () => {
    anna = await operatorOf(sluis, 'admin', 'anna@gemeente.test');
    bram = await operatorOf(sluis, 'admin', 'bram@gemeente.test');
    hans = await operatorOf(sluis, 'helpdesk', 'hans@gemeente.test');
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  it('takes no colleague over by inviting him again: she sees no code, and he goes on until another admin says yes', async () => {
    const asked = await askAgain(sluis, anna, hans.id);
    expect([asked.status, codeIn(asked.text)]).toEqual([200, undefined]);
    expect(titleOf(await hans.browser.open('/'))).toBe('Vandaag');
    const own = await anna.browser.get(`/operators/${hans.id}/confirm/${(await recordOf(sluis, hans.id)).asked?.id}`);
    const place = `/operators/${hans.id}/confirm/${(await recordOf(sluis, hans.id)).asked?.id}`;
    const refused = await anna.browser.submit(own, place, { reason });
    expect([refused.status, codeIn(refused.text)]).toEqual([422, undefined]);
    const shown = await confirm(sluis, bram, hans.id);
    const code = codeIn(shown.text) ?? '';
    expect(code).not.toBe('');
    expect((await recordOf(sluis, hans.id)).mandate.by).toBe('anna@gemeente.test, bram@gemeente.test');
    expect(titleOf(await hans.browser.open('/'))).toBe('Inloggen bij het beheer');
    await new ConsoleBrowser(sluis).accept('hans@gemeente.test', code);
    const trail = (await sluis.core.audit.tail(200)).map(({ event }) => event);
    expect(trail).toContainEqual(expect.objectContaining({ type: 'operator.asked', by: 'anna@gemeente.test', reason }));
    expect(JSON.stringify(trail)).not.toContain(code);
  });

  it('nor by the domain: the step that writes refuses one admin for every way', async () => {
    const admin = await recordOf(sluis, anna.id);
    const given = { until: sluis.clock.now() + day, reason, source: 'test', name: 'Hans' };
    const alone = (email: string, role: 'admin' | 'helpdesk' | 'auditor') =>
      sluis.core.operators.invite({ ...given, email, role }, admin);
    await expect(alone('hans@gemeente.test', 'auditor')).rejects.toThrow('two admins');
    await expect(alone('nieuw-a@gemeente.test', 'admin')).rejects.toThrow('two admins');
    await expect(alone('nieuw-h@gemeente.test', 'helpdesk')).rejects.toThrow('two admins');
    await expect(sluis.core.operators.renew(hans.id, { ...given, role: 'admin' }, admin)).rejects.toThrow('two admins');
    expect((await recordOf(sluis, hans.id)).role).toBe('helpdesk');
    // Nor is a mandate changed that has ended, or that was never given.
    await sluis.core.operators.end(hans.id, { reason, source: 'test' }, { command: 'test' });
    for (const email of ['hans@gemeente.test', 'nooit@gemeente.test'])
      await expect(sluis.core.operators.ask('renew', { ...given, email, role: 'admin' }, admin)).rejects.toThrow(
        'no such',
      );
  });

  it('makes herself no helper: who hands out codes is let in by two, an auditor is not raised by one', async () => {
    const fields = { email: 'pop@gemeente.test', name: 'Pop', until: dayFrom(sluis), reason };
    const place = '/invite-operator';
    const asked = await anna.browser.submit(await anna.browser.get(place), place, { ...fields, role: 'helpdesk' });
    expect(codeIn(asked.text)).toBeUndefined();
    const pop = await sluis.core.operators.byEmail('pop@gemeente.test');
    expect(pop).toMatchObject({ neverIn: true, asked: { only: true } });
    const auditor = { ...fields, email: 'ziet@gemeente.test', role: 'auditor' };
    const shown = await anna.browser.submit(await anna.browser.get(place), place, auditor);
    const seen = await new ConsoleBrowser(sluis).accept('ziet@gemeente.test', codeIn(shown.text) ?? '');
    const id = (await sluis.core.operators.byEmail(seen.email))?.id ?? '';
    const renew = `/operators/${id}/renew`;
    for (const role of ['helpdesk', 'admin'])
      await anna.browser.submit(await anna.browser.get(renew), renew, { role, until: dayFrom(sluis), reason });
    expect((await recordOf(sluis, id)).role).toBe('auditor');
    await confirm(sluis, bram, id);
    expect((await recordOf(sluis, id)).role).toBe('admin');
  });

  it('a code that ran out does not make an account nobody’s: the next one takes two again', async () => {
    await askAgain(sluis, anna, hans.id, 'auditor');
    await confirm(sluis, bram, hans.id);
    const again = await askAgain(sluis, anna, hans.id, 'auditor');
    expect(codeIn(again.text)).toBeUndefined();
    expect((await recordOf(sluis, hans.id)).asked?.by.email).toBe('anna@gemeente.test');
  });

  it('one person under two addresses is one admin; whose account it is confirms nothing', async () => {
    const tagged = await operatorOf(sluis, 'admin', 'anna+twee@gemeente.test');
    await askAgain(sluis, anna, hans.id);
    const refused = await confirm(sluis, tagged, hans.id);
    expect([refused.status, codeIn(refused.text)]).toEqual([422, undefined]);
    await sluis.core.operators.end(tagged.id, { reason, source: 'test' }, { command: 'test' });
    await askAgain(sluis, anna, bram.id, 'admin');
    const ask = (await recordOf(sluis, bram.id)).asked?.id ?? '';
    const why = { reason, source: 'test' };
    await expect(sluis.core.operators.confirm(bram.id, ask, why, await recordOf(sluis, bram.id))).rejects.toThrow(
      'nobody changes her own',
    );
  });

  it('what is confirmed is what was read: another request, an old one, one of who is no admin any more is not', async () => {
    await askAgain(sluis, anna, hans.id, 'helpdesk');
    const first = (await recordOf(sluis, hans.id)).asked?.id;
    const place = `/operators/${hans.id}/confirm/${first}`;
    const read = await bram.browser.get(place);
    await askAgain(sluis, anna, hans.id, 'admin');
    const swapped = await bram.browser.submit(read, place, { reason });
    expect([swapped.status, (await recordOf(sluis, hans.id)).role]).toEqual([404, 'helpdesk']);
    const ask = (await recordOf(sluis, hans.id)).asked?.id ?? '';
    const why = { reason, source: 'test' };
    const asConfirmer = await recordOf(sluis, bram.id);
    await sluis.core.operators.end(anna.id, why, { command: 'test' });
    await expect(sluis.core.operators.confirm(hans.id, ask, why, asConfirmer)).rejects.toThrow('no admin any more');
    anna = await operatorOf(sluis, 'admin', 'anna@gemeente.test');
    sluis.clock.advance(askedTime + 1);
    await expect(sluis.core.operators.confirm(hans.id, ask, why, asConfirmer)).rejects.toThrow('not any more');
  });

  it('who must confirm finds it on the first page, and reads there whose name will stand on the account', async () => {
    const place = '/invite-operator';
    const fields = {
      email: 'nieuw@gemeente.test',
      name: 'Piet Puk',
      role: 'helpdesk',
      until: dayFrom(sluis, 10),
      reason,
    };
    const waits = /Verzoeken over mandaten die op u wachten: 1/;
    expect((await bram.browser.open('/')).text).not.toMatch(/die op u wachten/);
    await anna.browser.submit(await anna.browser.get(place), place, fields);
    const today = await bram.browser.open('/');
    expect(today.text).toMatch(waits);
    // She has no mandate yet that could end.
    expect(today.text).not.toContain('nieuw@gemeente.test');
    for (const one of [anna, hans]) expect((await one.browser.open('/')).text).not.toMatch(waits);
    const id = (await sluis.core.operators.byEmail('nieuw@gemeente.test'))?.id ?? '';
    const ask = (await recordOf(sluis, id)).asked?.id;
    expect((await bram.browser.get(`/operators/${id}/confirm/${ask}`)).text).toContain('Piet Puk');
    await confirm(sluis, bram, id, 'refuse');
    expect((await bram.browser.open('/')).text).not.toMatch(/die op u wachten/);
  });

  it('of two who confirm at once one code is made, and a request is confirmed once', async () => {
    const carla = await operatorOf(sluis, 'admin', 'carla@gemeente.test');
    await askAgain(sluis, anna, hans.id);
    const ask = (await recordOf(sluis, hans.id)).asked?.id ?? '';
    const why = { reason, source: 'test' };
    const admins = await Promise.all([bram, carla].map(({ id }) => recordOf(sluis, id)));
    const both = await Promise.allSettled(admins.map(one => sluis.core.operators.confirm(hans.id, ask, why, one)));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await sluis.core.operators.end(carla.id, why, { command: 'test' });
  });

  it('whose account it is refuses it herself; who is asked for and refused is not there', async () => {
    const carla = await operatorOf(sluis, 'admin', 'carla@gemeente.test');
    await askAgain(sluis, anna, bram.id, 'admin');
    await confirm(sluis, bram, bram.id, 'refuse');
    expect((await recordOf(sluis, bram.id)).asked).toBeUndefined();
    const place = '/invite-operator';
    const fields = { email: 'weg@gemeente.test', name: 'Weg', role: 'admin', until: dayFrom(sluis), reason };
    await anna.browser.submit(await anna.browser.get(place), place, fields);
    const id = (await sluis.core.operators.byEmail('weg@gemeente.test'))?.id ?? '';
    await confirm(sluis, bram, id, 'refuse');
    expect(await sluis.core.operators.byEmail('weg@gemeente.test')).toBeUndefined();
    await sluis.core.operators.end(carla.id, { reason, source: 'test' }, { command: 'test' });
  });

  it('an admin who is alone is told to use the machine, and gets alone by ending the others nothing', async () => {
    for (const { id, email } of await sluis.core.operators.list())
      if (email !== 'anna@gemeente.test' && id !== hans.id)
        await sluis.core.operators.end(id, { reason, source: 'test' }, { command: 'test' }).catch(() => undefined);
    const place = `/operators/${hans.id}/invite`;
    const fields = { reason, role: 'helpdesk', until: dayFrom(sluis) };
    const alone = await anna.browser.submit(await anna.browser.get(place), place, fields);
    expect([alone.status, codeIn(alone.text)]).toEqual([422, undefined]);
    expect(alone.text).toContain('sluis admin invite');
    expect((await recordOf(sluis, hans.id)).asked).toBeUndefined();
  });
});

describe('R37: codes and tellings of the console by mail', () => {
  let desk: ResetSluis;
  beforeAll(async () => {
    desk = await startResetSluis();
  });
  afterAll(() => desk?.close());

  it('the code goes to whose account it is and to nobody else; she and every admin are told who did it', async () => {
    const { sluis, mail } = desk;
    const anna = await operatorOf(sluis, 'admin', 'anna@gemeente.test');
    const bram = await operatorOf(sluis, 'admin', 'bram@gemeente.test');
    const hans = await operatorOf(sluis, 'helpdesk', 'hans@elders.test');
    const to = (address: string, said: string) =>
      mail.taken.filter(one => one.to.includes(address) && (one.mail.text ?? '').includes(said));
    await askAgain(sluis, anna, hans.id);
    for (const { operator } of [anna, bram])
      await until(async () => to(operator.email, 'Een andere beheerder moet dit bevestigen.').length === 1);
    const shown = await confirm(sluis, bram, hans.id);
    expect(codeIn(shown.text)).toBeUndefined();
    await until(async () => to(hans.operator.email, 'Vul uw e-mailadres en deze code in.').length === 1);
    const [letter] = to(hans.operator.email, 'Vul uw e-mailadres en deze code in.');
    expect(letter?.mail.text).toContain('anna@gemeente.test, bram@gemeente.test');
    const code = codeIn(letter?.mail.text ?? '') ?? '';
    for (const { operator } of [anna, bram])
      await until(async () => to(operator.email, 'hans@elders.test krijgt toegang').length === 1);
    expect(mail.taken.filter(one => one.raw.includes(code)).flatMap(one => one.to)).toEqual([hans.operator.email]);
    expect(letter?.mail.text).not.toMatch(new RegExp(`https?://\\S*${code}`));
    expect(sluis.log.join()).not.toContain(code);
    await new ConsoleBrowser(sluis).accept(hans.operator.email, code);
  });
});
