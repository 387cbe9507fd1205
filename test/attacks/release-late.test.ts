import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { giveDeskCode } from '../../src/enrolment/desk-code.ts';
import type { Person } from '../../src/factor/person.ts';
import { SluisError } from '../../src/kernel/errors.ts';
import { passwords } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { holdNext } from '../support/held-step.ts';
import { type ConsoleBrowser, operatorOf } from '../support/operator.ts';
import {
  browserOf,
  freshCode,
  kinds,
  openPortal,
  passChallenge,
  passFirstGate,
  releaseOn,
  secretOn,
  signInFully,
  submit,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

/** What is taken away at one instance in the very moment in which another lets somebody in by it. */
const minute = 60_000;
const anna = { name: 'anna', password: passwords.anna } as const;

let demo: DemoApp;
let one: TestSluis;
let two: TestSluis;
let secret: string;
let recoveryCodes: string[];
let clerk: ConsoleBrowser;

beforeAll(async () => {
  demo = await startDemoApp();
  const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo' }];
  const options = { console: 'own', extra: 'limits: { pendings: 100 }' } as const;
  one = await startSluis(apps, { ...options, clock: new TestClock() });
  two = await startSluis(apps, { ...options, beside: one });
  const done = await signInFully(one, 'demo', 'demo', anna);
  secret = done.secret;
  recoveryCodes = [...done.recoveryCodes];
});
afterAll(async () => {
  await two?.close();
  await one?.close();
  await demo?.close();
});
beforeEach(async () => {
  one.clock.advance(minute);
  clerk = (await operatorOf(two, 'admin', `chef-${one.clock.now()}@gemeente.test`)).browser;
  await one.core.ends.ofPerson((await person()).id, 'by-operator');
});

async function person(): Promise<Person> {
  const found = await one.core.people.byName('gemeente', 'anna');
  if (found === undefined) throw new Error('no anna');
  return found;
}

/** Before the second gate, at the first instance. */
async function arrive(): Promise<{ app: Client; portal: Client; page: ClientAnswer }> {
  const browser = browserOf(one, 'demo');
  await passFirstGate(browser.app, 'demo', anna);
  return { ...browser, page: await openPortal(browser.app, browser.portal) };
}

async function isIn(app: Client): Promise<boolean> {
  return kinds.demo.signedIn.test((await app.get('/wie')).text);
}

async function act(place: string): Promise<void> {
  const at = `/people/gemeente/anna/${place}`;
  const done = await clerk.submit(await clerk.get(at), at, { reason: 'telefoon gestolen' });
  expect(done.status).toBe(200);
}

/** The act is done from begin to end after the release has looked, and before its session stands. */
async function releasedDuring(hop: ClientAnswer, app: Client, place: string): Promise<void> {
  const address = releaseOn(hop) ?? '';
  expect(address).not.toBe('');
  const held = holdNext(one.core.store, 'create', 'session:');
  const answer = app.get(address);
  await held.reached;
  await act(place);
  held.go();
  expect((await answer).setCookies.filter(line => line.startsWith('__Host-sluis='))).toEqual([]);
}

async function expectNobody(app: Client): Promise<void> {
  expect(await isIn(app)).toBe(false);
  expect(await one.core.sessions.ofPerson((await person()).id)).toEqual([]);
}

describe('R31, R32: recovery by a code', () => {
  /** At the page where the new second step is shown; gives what confirms it. */
  async function recovering(): Promise<{ app: Client; confirm: () => Promise<ClientAnswer> }> {
    const { app, portal, page } = await arrive();
    const id = /\/challenge\/([\w-]+)\//.exec(page.text)?.[1] ?? '';
    const shown = await submit(portal, await portal.get(`/recovery/${id}`), { code: recoveryCodes.shift() ?? '' });
    const fresh = secretOn(shown) ?? '';
    expect(fresh).not.toBe('');
    return {
      app,
      confirm: async () => {
        const codes = await submit(portal, shown, { code: freshCode(one, fresh) });
        const hop = await submit(portal, codes, {});
        recoveryCodes = codesOn(codes);
        secret = fresh;
        return hop;
      },
    };
  }

  async function inside(): Promise<Client> {
    const { app, portal, page } = await arrive();
    await app.get(releaseOn(await passChallenge(one, portal, page, secret)) ?? '');
    expect(await isIn(app)).toBe(true);
    return app;
  }

  it('ends what was there before, also what began while it was bound, and the one that it lets in goes on', async () => {
    const before = await inside();
    const late = await arrive();
    const hop = await passChallenge(one, late.portal, late.page, secret);
    const { app, confirm } = await recovering();
    const held = holdNext(one.core.store, 'replace', `person:{${(await person()).id}}`);
    const bound = confirm();
    await held.reached;
    // By the old second step, which is not gone yet.
    expect(await isIn(before)).toBe(false);
    await late.app.get(releaseOn(hop) ?? '');
    expect(await isIn(late.app)).toBe(true);
    held.go();
    await app.get(releaseOn(await bound) ?? '');
    expect([await isIn(before), await isIn(late.app), await isIn(app)]).toEqual([false, false, true]);
  });

  it('has ended them where the store is lost before it is bound: nobody stays in by what she called lost', async () => {
    const before = await inside();
    const { confirm } = await recovering();
    const old = (await person()).factors;
    const { store } = one.core;
    const real = store.replace;
    store.replace = (key, ...rest) =>
      key.startsWith('person:')
        ? Promise.reject(new SluisError('store.unavailable', 'lost'))
        : real.call(store, key, ...rest);
    await expect(confirm()).rejects.toThrow('no form on this page: 503');
    store.replace = real;
    expect((await person()).factors).toEqual(old);
    expect(await isIn(before)).toBe(false);
  });
});

describe('R39, R31: in the very moment of a release, at another instance', () => {
  it('a code of the desk is taken back: what was begun by it ends before anybody holds it', async () => {
    const { code } = await giveDeskCode(one.core, {
      person: await person(),
      by: 'test',
      reason: 'telefoon thuis',
      method: 'document',
    });
    const { app, portal, page } = await arrive();
    await releasedDuring(await submit(portal, page, { code }), app, 'end-desk-code');
    await expectNobody(app);
  });

  it.each(['close', 'enrol-again'])(
    'she is taken off it (%s): who was on the way in by her stolen phone is not in',
    async place => {
      const { app, portal, page } = await arrive();
      await releasedDuring(await passChallenge(one, portal, page, secret), app, place);
      await expectNobody(app);
      if (place === 'close') await act('open');
    },
  );
});

function codesOn({ text }: ClientAnswer): string[] {
  return [...text.matchAll(/<code class="utrecht-code">([^<]+)<\/code>/g)].map(([, code = '']) => code);
}
