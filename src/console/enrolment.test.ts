import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { multipart } from '../../test/support/multipart.ts';
import { type ConsoleBrowser, formOf, operatorOf, secretOf } from '../../test/support/operator.ts';
import { header } from '../../test/support/raw-http.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';

const code = /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/;

async function start(demo: DemoApp, firstFactor?: string): Promise<TestSluis> {
  const given = firstFactor === undefined ? {} : { firstFactor };
  return startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { console: 'own', ...given });
}

async function invite(browser: ConsoleBrowser, name: string, fields: Readonly<Record<string, string>>) {
  const asked = await browser.get('/invite');
  return browser.submit(asked, '/invite', { realm: 'gemeente', name, ...fields });
}

describe('R38 codes at the console, level by level', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await start(demo);
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  it('from level 3 on, whoever gives a code says how it was seen who gets it; admins too', async () => {
    for (const role of ['helpdesk', 'admin'] as const) {
      const { browser } = await operatorOf(sluis, role);
      expect((await browser.get('/invite')).text).toContain('Nodig vanaf niveau 3.');
      for (const level of ['3', '4'])
        for (const method of [{}, { method: '' }, { method: 'gebeld' }]) {
          const refused = await invite(browser, 'anna', { level, ...method });
          expect([refused.status, secretOf(refused.text)]).toEqual([422, '']);
          expect(refused.text).toContain('Kies hoe u hebt vastgesteld wie het is.');
        }
      expect((await sluis.core.people.byName('gemeente', 'anna'))?.activation).toBeUndefined();
      const given = await invite(browser, `van.${role}`, { level: '4', method: 'document' });
      expect(secretOf(given.text)).toMatch(code);
      const told = { type: 'person.invited', name: `van.${role}`, by: `${role}@gemeente.test` };
      expect(sluis.log.map(line => JSON.parse(line).audit?.event)).toContainEqual(
        expect.objectContaining({ ...told, upTo: 4, method: 'document' }),
      );
    }
  });

  it('for level 2 it need not be said, and the code reaches no further', async () => {
    const { browser } = await operatorOf(sluis, 'helpdesk', 'balie@gemeente.test');
    expect(secretOf((await invite(browser, 'bram', { level: '2' })).text)).toMatch(code);
    expect((await sluis.core.people.byName('gemeente', 'bram'))?.activation?.upTo).toBe(2);
  });

  it('R34: what the desk hands over nobody gives himself, and only an admin to a colleague of the console', async () => {
    const { browser: eva } = await operatorOf(sluis, 'helpdesk', 'eva@gemeente.test');
    const { browser: admin } = await operatorOf(sluis, 'admin', 'fatma@gemeente.test');
    const seed = '3132333435363738393031323334353637383930';
    const form = formOf((await admin.get('/import-tokens')).text, '/import-tokens');
    const list = `serial,seed,type\nEV01,${seed},hotp\n`;
    await admin.client.post('/import-tokens', ...multipart({ ...form?.hidden }, { list }));
    const [own, staff] = ['Dit is uw eigen account.', 'Alleen een beheerder mag dit doen.'] as const;
    for (const [browser, name, why] of [
      [eva, 'eva', own],
      [eva, 'fatma', staff],
      [admin, 'fatma', own],
    ] as const) {
      for (const level of ['3', '4']) {
        const refused = await invite(browser, name, { level, method: 'document' });
        expect([refused.status, refused.text.includes(why), secretOf(refused.text)]).toEqual([422, true, '']);
      }
      const { id } = await sluis.core.people.create('gemeente', name);
      const place = `/people/gemeente/${name}/hand-out`;
      const token = await browser.submit(await browser.get(place), place, { serial: 'EV01' });
      expect([token.status, token.text.includes(why)]).toEqual([422, true]);
      const person = await sluis.core.people.byId(id);
      expect([person?.activation, person?.factors]).toEqual([undefined, []]);
    }
    expect(secretOf((await invite(admin, 'eva', { level: '4', method: 'document' })).text)).toMatch(code);
    // What a letter may bring has no desk in it.
    expect(secretOf((await invite(eva, 'fatma', { level: '2' })).text)).toMatch(code);
  });

  it('a list makes letters of level 2; where the desk hands those over too it makes none', async () => {
    const other = await start(demo, 'desk');
    try {
      for (const [one, refused] of [
        [sluis, false],
        [other, true],
      ] as const) {
        const { browser } = await operatorOf(one, 'admin', 'lijst@gemeente.test');
        const form = formOf((await browser.get('/invite-many')).text, '/invite-many');
        const fields = { ...form?.hidden, realm: 'gemeente', level: '4' };
        const sent = await browser.client.post('/invite-many', ...multipart(fields, { list: 'naam\ncarla\n' }));
        expect([sent.status, header(sent, 'content-type')]).toEqual(
          refused ? [422, 'text/html; charset=utf-8'] : [200, 'text/plain; charset=utf-8'],
        );
        expect(sent.text.includes('Hier geeft de balie de codes.')).toBe(refused);
        const carla = await one.core.people.byName('gemeente', 'carla');
        expect(carla?.activation?.upTo).toBe(refused ? undefined : 2);
      }
      const { browser } = await operatorOf(other, 'helpdesk');
      expect((await invite(browser, 'dirk', { level: '2' })).status).toBe(422);
      expect(secretOf((await invite(browser, 'dirk', { level: '2', method: 'colleague' })).text)).toMatch(code);
    } finally {
      await other.close();
    }
  });
});
