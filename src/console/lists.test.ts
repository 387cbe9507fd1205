import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { type ConsoleBrowser, operatorOf } from '../../test/support/operator.ts';
import { until } from '../../test/support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../../test/support/sluis.ts';
import { readThread } from '../audit/threads.ts';

const day = 24 * 60 * 60_000;
const extra = `
mail: { host: 127.0.0.1, port: 9, tls: none, from: sluis@gemeente.test }
reset:
  officialDomains: [gemeente.test]
  methods: { document: { title: Legitimatiebewijs, document: true, visit: true } }
`;

describe('lists of the console', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let admin: ConsoleBrowser;
  beforeAll(async () => {
    demo = await startDemoApp();
    const clock = new TestClock();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { console: 'own', extra, clock });
    const { browser, operator } = await operatorOf(sluis, 'admin');
    admin = browser;
    // That she set up a second step after an invitation is a signal itself, of a day.
    const { store, audit: trail } = sluis.core;
    await until(async () => (await readThread({ store, trail }, 'signals', { limit: 1 })).entries.length > 0);
    clock.advance(day);
    await admin.signIn(operator);
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  const href = (text: string, of: RegExp) =>
    [...text.matchAll(/href="([^"]+)"/g)].map(([, to = '']) => to.replaceAll('&amp;', '&')).find(to => of.test(to));

  it('the first page says in words that all is well, and no more of it once something needs her', async () => {
    const well = 'Alles werkt zoals het moet.';
    const quiet = (await admin.get('/')).text;
    expect(quiet).toContain(well);
    expect(quiet).not.toContain('Dit vraagt uw aandacht');
    const signal = { type: 'signal.raised', signal: 'password-guessing', count: 9, source: '192.0.2.1' } as const;
    await sluis.core.audit.record({ realm: 'gemeente', ...signal });
    const noisy = (await admin.get('/')).text;
    expect(noisy).not.toContain(well);
    expect(noisy).toMatch(/Dit vraagt uw aandacht[\s\S]*href="\/signals"/);
    expect((await admin.get('/signals')).text).toContain('password-guessing');
  });

  it('R33: the first page tells of requests that are overdue, and of no others', async () => {
    await fileCase('NIEUW', sluis.clock.now());
    expect((await admin.get('/')).text).not.toContain('te laat zijn');
    await fileCase('OUD', sluis.clock.now() - 12 * day);
    expect((await admin.get('/')).text).toMatch(/href="\/cases">Verzoeken om herstel die te laat zijn: 1</);
  });

  it('what was searched stands in the address: for the next page, the file, and the other language', async () => {
    for (let number = 0; number < 60; number += 1) await sluis.core.people.create('gemeente', `zoek.p${number}`);
    const asked = '/people?search=zoek&state=none';
    const { text } = await admin.get(asked);
    const next = href(text, /from=/) ?? '';
    expect(next).toMatch(/^\/people\?.*state=none.*search=zoek/);
    expect((await admin.get(next)).text).toContain('zoek.p9<');
    expect(href(text, /people\.csv/)).toContain('search=zoek');
    // A click on a column would give another list than the one that was searched.
    expect(href(text, /sort=/)).toBeUndefined();
    const other = href(text, /lang=en/) ?? '';
    expect(new URLSearchParams(other).get('search')).toBe('zoek');
    const switched = await admin.get(`/people${other}`);
    expect(new URL(switched.location ?? '').search).toBe('?search=zoek&state=none');
    const back = await admin.follow(await admin.get(`/people?search=zoek&lang=nl`));
    expect(back.text).toContain('<html lang="nl"');
  });

  it('the other language leads nowhere else, whatever the address asks for', async () => {
    for (const odd of [
      '?to=%2F%2Fevil.test&lang=en',
      '?lang=en&next=https:%2F%2Fevil.test',
      '?x=%22%3E%3Cb%3E&lang=en',
    ]) {
      const { location, setCookies } = await admin.get(`/people${odd}`);
      expect(location).toMatch(/^http:\/\/beheer\.localhost:\d+\/people\?/);
      expect(setCookies.map(line => line.split('=', 1)[0])).toEqual(['__Host-sluis-lang']);
    }
    await admin.get('/people?lang=nl');
  });

  it('sorted columns keep the state that was chosen', async () => {
    const { text } = await admin.get('/people?state=none');
    expect(href(text, /sort=since/)).toContain('state=none');
    expect(text).toContain('aria-sort="ascending"');
  });

  it('an empty list says what to do, and leads to all of it where it is a part', async () => {
    const empty = async (place: string) => {
      const { text } = await admin.get(place);
      return [/Er (?:is|zijn)[^<]+/.exec(text)?.[0], /href="([^"]+)">Toon alles/.exec(text)?.[1]];
    };
    expect(await empty('/people?search=niemand')).toEqual([
      expect.stringContaining('goed is geschreven'),
      '/people?realm=gemeente',
    ]);
    expect(await empty('/tokens')).toEqual([expect.stringContaining('Lees het bestand'), undefined]);
    expect(await empty('/tokens?search=SN')).toEqual([expect.stringContaining('achterkant'), '/tokens']);
    expect(await empty('/audit?text=nergens')).toEqual([expect.stringContaining('ruimere periode'), '/audit']);
  });

  it('whatever is searched for, however long, from right to left or in lines: an answer, with it as text', async () => {
    const odd = [
      'x'.repeat(10_000),
      '\u202eanna',
      'אברהם',
      'a\r\nb',
      '\0',
      '%',
      '"><b>',
      '\ud800',
      '\u{10ffff}',
      "' OR 1",
    ];
    const places = [
      '/people?search=',
      '/people?from=',
      '/tokens?search=',
      '/tokens?from=',
      '/audit?text=',
      '/audit?type=',
    ];
    for (const place of [...places, '/audit?from=', '/audit?before=', '/signals?before=', '/cases?after='])
      for (const text of odd) {
        const answer = await admin.get(`${place}${encodeURIComponent(text.toWellFormed())}`);
        // What no head may hold is read no further; a browser takes lines out of such a field itself.
        const status = text.length > 8_000 ? 414 : /[\0\r\n]/.test(text) ? 400 : 200;
        expect([place, text.slice(0, 9), answer.status]).toEqual([place, text.slice(0, 9), status]);
        expect(answer.text).not.toContain('"><b>');
      }
  });

  it('names of 10,000 characters, from right to left, or with lines in them are listed, found and taken along', async () => {
    const names = ['lang'.repeat(2_500), 'אברהם.בן-דוד', 'mal\u202eenna', 'regel\neen'];
    for (const name of names) await sluis.core.people.create('gemeente', name);
    const list = await admin.get('/people?order=down');
    expect(list.status).toBe(200);
    expect((await admin.get('/people?search=langlang')).text).toContain(names[0]);
    expect((await admin.get(`/people?search=${encodeURIComponent('אברהם')}`)).text).toContain('אברהם.בן-דוד');
    const file = await admin.get('/people.csv');
    for (const name of names.slice(0, 2)) expect(file.text).toContain(name);
    // One line a person, and none that shows otherwise than it is.
    expect(file.text).toMatch(/\r\nmal.?enna,/);
    expect(file.text).toMatch(/\r\nregel.een,/);
    expect(file.text).not.toContain('\u202e');
  });

  async function fileCase(id: string, filedAt: number): Promise<void> {
    const clerk = { id: 'c', name: 'De balie', address: 'balie@gemeente.test' };
    await sluis.core.resetDesk.records.create({
      ...{ id, realm: 'gemeente', state: 'requested', filedAt, via: 'console' },
      account: { address: 'anna@gemeente.test', person: undefined, name: undefined },
      requester: { name: 'Carla', address: 'carla@gemeente.test' },
      request: { by: 'credential', clerk, at: filedAt },
      identity: { method: 'document', documentType: 'passport', documentLastFour: '1234', staff: ['Eva'] },
      ...{ lostBecause: 'lost', fileNumber: undefined, handedOver: [] },
      ...{ checked: undefined, executed: undefined, confirmed: undefined, refused: undefined },
    });
  }
});
