import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { entryOf, makeMaker } from '../../test/support/key-models.ts';
import { type ConsoleBrowser, operatorOf } from '../../test/support/operator.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import type { Factor } from '../factor/person.ts';
import { explain } from '../policy/explain.ts';
import { placeOf } from '../policy/explain-place.ts';

const routes = `    routes:
      - { path: /open, level: 2 }
      - { path: "/kantine/*", level: 2, groups: [kantine] }
      - { path: "/beheer/*", level: 3, groups: [beheer] }
      - { path: /beide, level: 2, groups: [beheer], levelFor: { kas: 4 } }
      - { path: /verslag, level: 2, levelFor: { beheer: 3, kas: 4 } }
      - { path: "/*", methods: [DELETE], level: 4 }
      - { path: "/*", parameters: { _task: settings }, level: 3, maxAge: 10m }
      - { path: "/*", parameters: { _task: mail, _action: send }, level: 2, maxAge: 90s }`;

/** A request that each of them is about, in their order; the last one that none is about. */
const requests = [
  ...['GET /open', 'GET /kantine/x', 'GET /beheer/x', 'GET /beide', 'GET /verslag', 'DELETE /iets'],
  ...['GET /?_task=settings', 'GET /?_task=mail&_action=send', 'GET /postvak'],
];
const ids = ['0', '1', '2', '3', '4', '5', '6', '7', 'other'];

const bound = { id: 'f', label: 'x', boundAt: 1, boundBy: 'desk', lastUsedAt: undefined } as const;
const totp: Factor = { ...bound, kind: 'totp', level: 2, credential: { secret: 'JBSWY3DPEHPK3PXP' } };
const token: Factor = {
  ...{ ...bound, kind: 'hardware-token', level: 3 },
  credential: { serial: 'SN1', secret: 'x', algorithm: 'sha1', digits: 6, period: 30, counter: 0 },
};
const key: Factor = {
  ...{ ...bound, kind: 'webauthn', level: 4 },
  credential: { id: 'k', publicKey: '', transports: [], backupEligible: false, counter: 0, aaguid: '' },
} as Factor;

/** Of beheer: anna and bram; of kas: bram, carla and dirk; of kantine: eva, and zoe, whom Sluis has not met. */
const groups = '    groups: { beheer: [anna, bram], kas: [bram, carla, dirk], kantine: [eva, zoe] }';
const people: Readonly<Record<string, readonly Factor[]>> = {
  ...{ anna: [totp, token], bram: [totp], carla: [key], dirk: [token], eva: [totp] },
  ...{ fien: [key], gerda: [totp], hugo: [], ivo: [token, totp], joke: [] },
};
const names = Object.keys(people);

type Line = Readonly<Record<string, string>>;

describe('R50: who reaches which route with what', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let auditor: ConsoleBrowser;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', title: 'Post', upstream: demo.url, preset: 'demo', extra: routes }], {
      ...{ console: 'own', realm: groups, extra: 'webauthn: { metadata: ./metadata.json }' },
      // Level 4 is only for keys that somebody vouches for.
      files: { 'metadata.json': JSON.stringify([entryOf(makeMaker('01020304-0506-0708-0102-030405060708'))]) },
    });
    for (const [name, factors] of Object.entries(people)) await known(name, factors);
    auditor = (await operatorOf(sluis, 'auditor')).browser;
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  async function known(name: string, factors: readonly Factor[]): Promise<void> {
    const { id } = await sluis.core.people.create('gemeente', name);
    await sluis.core.people.update(id, person => ({ ...person, factors }));
  }

  /** What the gate itself says of her and this rule, with the best that she has or at this level, used just now. */
  async function verdict(index: number, name: string, level?: number): Promise<string | undefined> {
    const [method = '', target = ''] = (requests[index] ?? '').split(' ');
    const place = placeOf(`${sluis.origin('demo')}${target}`, sluis.core.settings);
    if (place?.kind !== 'app') throw new Error(target);
    const user = { name, person: await sluis.core.people.byName('gemeente', name) };
    const asked = { method, user, level, factorAge: 0, now: sluis.clock.now(), offers: sluis.core.settings };
    return explain(place, asked).outcome;
  }

  async function file(place: string): Promise<Line[]> {
    const { text } = await auditor.get(place);
    const [head = [], ...lines] = text
      .replace('\uFEFF', '')
      .trimEnd()
      .split('\r\n')
      .map(line => line.split(','));
    return lines.map(cells => Object.fromEntries(head.map((name, at) => [name, cells[at] ?? ''])));
  }

  /** All names of one page and those behind it. */
  async function listed(place: string): Promise<string[]> {
    const found: string[] = [];
    for (let next: string | undefined = place; next !== undefined; ) {
      const { text } = await auditor.get(next);
      found.push(...[...text.matchAll(/<th scope="row">(?:<a[^>]*>)?([^<]*)</g)].map(([, name = '']) => name));
      next = /href="(\/access[^"]*from=[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    return found;
  }

  it.each(ids.map((id, index) => [requests[index] ?? '', id, index] as const))(
    'of %s the file, the pages and the numbers say what decide() says of each person',
    async (_request, id, index) => {
      const allOf = async (outcome: string, level?: number) => {
        const outcomes = await Promise.all(names.map(name => verdict(index, name, level)));
        return names.filter((_, at) => outcomes[at] === outcome);
      };
      const through = await allOf('allow');
      const refused = await allOf('deny', 4);
      const lines = await file(`/access/demo/${id}/people.csv`);
      const short = [...names, 'zoe'].filter(name => !through.includes(name) && !refused.includes(name));
      // Of nobody in particular Sluis knows only who was met.
      const rest = id === '1' ? short : short.filter(name => name !== 'zoe');
      const said = (answer: string) =>
        lines.filter(({ reaches }) => reaches === answer).map(({ person = '' }) => person);
      expect(said('yes').toSorted()).toEqual(through);
      expect(said('no').toSorted()).toEqual(rest);
      expect((await listed(`/access/demo/${id}?view=reach`)).toSorted()).toEqual(through);
      expect((await listed(`/access/demo/${id}?view=short`)).toSorted()).toEqual(rest);
      const page = (await auditor.get('/access')).text;
      const number = (view: string) => new RegExp(`/access/demo/${id}\\?view=${view}"[^>]*>(\\d+)<`).exec(page)?.[1];
      expect([number('reach'), number('short')]).toEqual([String(through.length), String(rest.length)]);
    },
  );

  it('of each person her page says of all rules what decide() says', async () => {
    const order = [3, 5, 4, 2, 6, 1, 0, 7, 8];
    for (const name of names) {
      const { text } = await auditor.get(`/people/gemeente/${name}/access`);
      const said = [...text.matchAll(/<td>([^<]*)<\/td><\/tr>/g)].map(([, answer = '']) => answer.split(':')[0]);
      const outcomes = await Promise.all(order.map(index => verdict(index, name)));
      expect([name, said]).toEqual([name, outcomes.map(outcome => (outcome === 'allow' ? 'Ja' : 'Nee'))]);
    }
    const { text } = await auditor.get('/people/gemeente/gerda');
    expect(text).toContain('href="/people/gemeente/gerda/access"');
    expect((await auditor.get('/people/gemeente/niemand/access')).status).toBe(404);
  });

  it('who needs more as one of a group is judged by that, and what she reaches it with is named', async () => {
    const of = async (id: string) =>
      Object.fromEntries(
        (await file(`/access/demo/${id}/people.csv`)).map(line => [
          line['person'],
          [line['level'], line['factors'], line['reaches-with'], line['reaches']],
        ]),
      );
    expect(await of('4')).toMatchObject({
      anna: ['3', 'totp hardware-token', 'hardware-token', 'yes'],
      bram: ['4', 'totp', '', 'no'],
      carla: ['4', 'webauthn', 'webauthn', 'yes'],
      dirk: ['4', 'hardware-token', '', 'no'],
      gerda: ['2', 'totp', 'totp', 'yes'],
    });
    // Of beheer, which it is for, and of kas, of which more is asked there.
    expect(await of('3')).toMatchObject({
      anna: ['2', expect.anything(), expect.anything(), 'yes'],
      bram: ['4', 'totp', '', 'no'],
    });
  });

  it('most demanded first, of those what is for groups; rules of one path are told apart', async () => {
    const { text } = await auditor.get('/access');
    const rows = [...text.matchAll(/<th scope="row">([^<]*)<\/th><td>[^<]*<\/td><td>([^<]*)</g)].map(
      ([, path, level]) => [path, level],
    );
    expect(rows).toEqual([
      ['/beide', '2; 4 voor kas'],
      ['DELETE /*', '4'],
      ['/verslag', '2; 3 voor beheer; 4 voor kas'],
      ['/beheer/*', '3'],
      ['/*?_task=settings', '3; tweede stap hooguit 10 min. oud'],
      ['/kantine/*', '2'],
      ['/open', '2'],
      ['/*?_task=mail&amp;_action=send', '2; tweede stap hooguit 90 s oud'],
      ['al het andere', '2'],
    ]);
    const lines = await file('/access.csv');
    const about = lines.filter(({ person }) => person === '*' || person === 'anna');
    expect(
      about.map(line => [line['path'], line['parameters'], line['max-age-seconds'], line['level'], line['reaches']]),
    ).toEqual([
      ['/beide', '', '', '2', 'yes'],
      ['/*', '', '', '4', '2 of 10'],
      ['/verslag', '', '', '2', '6 of 10'],
      ['/verslag', '', '', '3', 'yes'],
      ['/beheer/*', '', '', '3', 'yes'],
      ['/*', '_task=settings', '600', '3', '5 of 10'],
      ['/open', '', '', '2', '8 of 10'],
      ['/*', '_task=mail&_action=send', '90', '2', '8 of 10'],
      ['*', '', '', '2', '8 of 10'],
    ]);
    expect(lines.find(({ path, person }) => path === '/verslag' && person === '*')?.['reaches-with']).toBe(
      'level-2:2 level-3:2 level-4:2',
    );
    expect(text).toContain('Codekastje: 1');
    expect(text).toContain('niveau 2: 2, niveau 3: 2, niveau 4: 2');
  });

  it('goes on behind fifty names, and shows nobody twice and nobody too few', async () => {
    const many = Array.from({ length: 60 }, (_, number) => `p${String(number).padStart(2, '0')}`);
    for (const name of many) await known(name, [totp]);
    const { people: store } = sluis.core;
    try {
      expect(await listed('/access/demo/0?view=reach')).toEqual([
        ...['carla', 'fien', 'anna', 'dirk', 'ivo', 'bram', 'eva', 'gerda'],
        ...many,
      ]);
      expect((await listed('/access/demo/5?view=short')).toSorted()).toEqual(
        [...names.filter(name => name !== 'carla' && name !== 'fien'), ...many].toSorted(),
      );
      for (const odd of ['9 x', '0', '', '-1 a', '0 \u{10ffff}'])
        expect((await auditor.get(`/access/demo/0?${new URLSearchParams({ view: odd, from: odd })}`)).status).toBe(200);
      expect((await auditor.get('/access/demo/9')).status).toBe(404);
    } finally {
      for (const name of many) await store.remove((await store.byName('gemeente', name))?.id ?? '');
    }
  });

  it('a list of names that leaves is audited, with what it is about; the helpdesk gets none', async () => {
    await file('/access/demo/2/people.csv');
    const [last] = await sluis.core.audit.tail(1);
    expect(last?.event).toMatchObject({ type: 'operator.acted', act: 'export-people', about: 'access demo 2' });
    const { browser } = await operatorOf(sluis, 'helpdesk');
    for (const place of ['/access', '/access/demo/2', '/access/demo/2/people.csv'])
      expect((await browser.get(place)).status).toBe(403);
  });
});

describe('R20 R50: who reaches with codes that are sent', () => {
  it('whoever needs more there as one of a group stands once among those who fall short', async () => {
    const demo = await startDemoApp();
    const sms = 'factors: { sms: { url: "http://127.0.0.1:9/", json: { to: "{to}", text: "{text}" } } }';
    const sluis = await startSluis(
      [
        {
          ...{ id: 'demo', upstream: demo.url, preset: 'demo' },
          extra: '    level: 1\n    routes: [{ path: /verslag, level: 1, levelFor: { beheer: 2 } }]',
        },
      ],
      {
        ...{ console: 'own', realm: '    groups: { beheer: [anna, carla] }' },
        extra: `levels: { acceptLevel1: { reason: Alleen openbare stukken } }\n${sms}`,
      },
    );
    try {
      const sent: Factor = { ...bound, kind: 'sms', level: 1, credential: { number: '+31612345678' } };
      for (const [name, factors] of [
        ['anna', [sent]],
        ['bram', [sent]],
        ['carla', []],
        ['dirk', []],
      ] as const) {
        const { id } = await sluis.core.people.create('gemeente', name);
        await sluis.core.people.update(id, person => ({ ...person, factors }));
      }
      const { browser } = await operatorOf(sluis, 'auditor');
      const namesOf = async (view: string) =>
        [...(await browser.get(`/access/demo/0?view=${view}`)).text.matchAll(/<th scope="row"><a[^>]*>([^<]*)</g)].map(
          ([, name]) => name,
        );
      expect([await namesOf('reach'), (await namesOf('short')).toSorted()]).toEqual([
        ['bram'],
        ['anna', 'carla', 'dirk'],
      ]);
      expect((await browser.get('/access.csv')).text).toMatch(/\/verslag,.*,1 of 4\r\n/);
    } finally {
      await sluis.close();
      await demo.close();
    }
  });
});
