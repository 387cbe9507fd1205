import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { dokuwiki, missing, passwords, roundcube } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import {
  appClient,
  formFields,
  type KindName,
  kinds,
  openLogin,
  passFirstGate,
  postPassword,
} from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { encode, expectNothing } from '../support/thief.ts';

/** The right password through the form itself, and every cookie of before and after, at each of the apps. */
const anna = { name: 'anna', password: passwords.anna } as const;
const wrong = { name: 'anna', password: 'geraden' } as const;
const places: { app: string; kind: KindName }[] = [
  { app: 'demo', kind: 'demo' },
  ...(missing('roundcube') ? [] : [{ app: 'post', kind: 'roundcube' } as const]),
  ...(missing('dokuwiki') ? [] : [{ app: 'wiki', kind: 'dokuwiki' } as const]),
];

let demo: DemoApp;
let sluis: TestSluis;
beforeAll(async () => {
  demo = await startDemoApp();
  const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo' }];
  if (!missing('roundcube'))
    apps.push({ id: 'post', upstream: await roundcube({ patient: true }), preset: 'roundcube' });
  if (!missing('dokuwiki')) apps.push({ id: 'wiki', upstream: await dokuwiki(), preset: 'dokuwiki' });
  const limiter = '    limiter: { failures: 10, window: 60s }';
  sluis = await startSluis(
    apps.map(app => ({ ...app, extra: limiter })),
    { clock: new TestClock(), extra: 'limits: { pendings: 100 }' },
  );
  await sluis.invite('anna');
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});
beforeEach(() => sluis.clock.advance(20 * 60_000));

describe.each(places)('R01 R08 rule 10: at $app', place => {
  const { kind } = place;
  const open = async () => {
    const thief = appClient(sluis, place.app);
    return { thief, form: await openLogin(thief, kind), before: thief.copy() };
  };

  /** Each gives the browsers that the thief goes on with, and what he was answered. */
  const ways: { name: string; way(): Promise<{ browsers: Client[]; answers: (ClientAnswer | undefined)[] }> }[] = [
    {
      name: 'the cookies of before the sign-in',
      way: async () => {
        const { thief, form, before } = await open();
        return { answers: [await postPassword(thief, kind, form, anna)], browsers: [before, thief] };
      },
    },
    {
      name: 'the form twice at once, then both browsers',
      way: async () => {
        const { thief, form, before } = await open();
        const answers = await Promise.all([thief, before].map(browser => postPassword(browser, kind, form, anna)));
        return { answers, browsers: [thief, before] };
      },
    },
    {
      name: 'the form again after it was used',
      way: async () => {
        const { thief, form, before } = await open();
        const answers = [await postPassword(thief, kind, form, anna)];
        answers.push(await postPassword(before, kind, form, anna));
        return { answers, browsers: [thief, before] };
      },
    },
    {
      name: 'a mistake twice, the right password in one of both',
      way: async () => {
        const { form, before } = await open();
        const [one, two] = [before.copy(), before.copy()];
        const failures = await Promise.all([one, two].map(browser => postPassword(browser, kind, form, wrong)));
        expect(failures.map(({ status }) => status < 300 || status >= 400)).toEqual([true, true]);
        const answer = await postPassword(one, kind, formFields(failures[0] as ClientAnswer), anna);
        expect(answer.location).toBe('/_sluis/next');
        return { answers: [...failures, answer], browsers: [two, one, before] };
      },
    },
    {
      name: 'pages asked for beside the sign-in',
      way: async () => {
        const { thief, form, before } = await open();
        const targets = [kinds[kind].loginPage, ...kinds[kind].pages];
        const beside = () =>
          targets.map(target =>
            before
              .copy()
              .get(target)
              .catch(() => undefined),
          );
        const early = beside();
        const posted = postPassword(thief, kind, form, anna);
        return { answers: await Promise.all([...early, posted, ...beside()]), browsers: [thief, before] };
      },
    },
    {
      name: 'a browser that hangs up once the form is sent',
      way: async () => {
        const { thief, form, before } = await open();
        const proved = provedCount();
        const fields = { ...form, [kinds[kind].user]: anna.name, [kinds[kind].password]: anna.password };
        const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: sluis.origin(place.app) };
        const connection = await RawConnection.open(sluis.port);
        const bytes = thief.bytes('POST', kinds[kind].action, encode(fields), headers);
        await new Promise(resolve => connection.socket.write(bytes, resolve));
        connection.socket.destroySoon();
        while (provedCount() === proved) await tick();
        return { answers: [], browsers: [thief, before] };
      },
    },
    {
      name: 'the visit of one with the cookies of another',
      way: async () => {
        const [first, second] = [await open(), await open()];
        const answer = await postPassword(first.thief, kind, first.form, anna);
        const mixed = second.thief.copy();
        for (const [name, value] of first.before.jar) if (name.startsWith('__Host-s.')) mixed.jar.set(name, value);
        const other = first.before.copy();
        other.jar.set('__Host-sluis-visit', second.thief.jar.get('__Host-sluis-visit') ?? '');
        return { answers: [answer], browsers: [mixed, other] };
      },
    },
    {
      name: 'a pending that ran out',
      way: async () => {
        const { thief, form } = await open();
        const answer = await postPassword(thief, kind, form, anna);
        sluis.clock.advance(10 * 60_000);
        expect((await thief.get('/_sluis/next')).status).toBe(303);
        return { answers: [answer], browsers: [thief] };
      },
    },
    {
      name: 'a pending that was given up',
      way: async () => {
        const { thief, form } = await open();
        const answers = [await postPassword(thief, kind, form, anna)];
        const copy = thief.copy();
        answers.push(await thief.get('/_sluis/restart'));
        return { answers, browsers: [thief, copy] };
      },
    },
    {
      name: 'two pendings in one browser',
      way: async () => {
        const { thief } = await open();
        await passFirstGate(thief, kind, anna);
        const first = thief.copy();
        await thief.get('/_sluis/restart');
        await passFirstGate(thief, kind, anna);
        for (const [name, value] of first.jar) if (!thief.jar.has(name)) thief.jar.set(name, value);
        return { answers: [], browsers: [thief, first] };
      },
    },
  ];

  it.each(ways)('$name: nothing', async ({ way }) => {
    const { browsers, answers } = await way();
    const came = answers.filter(answer => answer !== undefined);
    for (const browser of browsers) await expectNothing(sluis, place, browser, came);
  });
});

function provedCount(): number {
  return sluis.log.filter(line => line.includes('"sign-in.proved"')).length;
}

function tick(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
