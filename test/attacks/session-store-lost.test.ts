import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { Sessions } from '../../src/session/sessions.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import {
  appClient,
  handoffOf,
  openLogin,
  openPortal,
  passFirstGate,
  portalClient,
  postPassword,
  releaseOn,
  setUp,
  signInFully,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const anna = { name: 'anna', password: 'Anna-Test-2026' };
let demo: DemoApp;
let bare: MaliciousApp;
let sluis: TestSluis;

beforeEach(async () => {
  demo = await startDemoApp();
  bare = await startMaliciousApp();
  const apps = [
    { id: 'demo', upstream: demo.url, preset: 'demo' },
    { id: 'kaal', upstream: bare.url, preset: 'demo' },
  ];
  sluis = await startSluis(apps, { clock: new TestClock() });
});

afterEach(async () => {
  // The last event cannot be kept: the store was taken away.
  await sluis.close().catch(() => undefined);
  await demo.close();
  await bare.close();
});

/** 503, when to come again, nothing of the app, no cookie that opens anything. */
function expectLost(answer: ClientAnswer): void {
  expect([answer.status, answer.location]).toEqual([503, undefined]);
  expect(answer.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]).toMatch(/^\d+$/);
  expect(answer.text).not.toMatch(/Aangemeld: |id="wie"|"gebruiker":|gebruiker|wachtwoord/);
  expect(answer.text).not.toMatch(/sqlite|SluisError|node:|\.ts:\d|127\.0\.0\.1|geheim/i);
  // The portal's cookie is random and says nothing.
  const opens = answer.setCookies.filter(
    line => !line.includes('Max-Age=0') && !line.startsWith('__Host-sluis-portal='),
  );
  expect(opens).toEqual([]);
}

type Ask = () => Promise<ClientAnswer>;

async function visitor(): Promise<{ client: Client; form: Record<string, string> }> {
  const client = appClient(sluis, 'demo');
  return { client, form: await openLogin(client, 'demo') };
}

async function released(): Promise<{ app: Client; address: string }> {
  const app = appClient(sluis, 'demo');
  const portal = portalClient(sluis);
  const code = await sluis.invite('anna');
  await passFirstGate(app, 'demo', anna);
  const { hop } = await setUp(sluis, portal, await openPortal(app, portal), code);
  return { app, address: releaseOn(hop) ?? '' };
}

/** What needs the store, from a browser as far as it got while there was one. */
const ways: Readonly<Record<string, () => Promise<Ask>>> = {
  'a page, with a visit': async () => {
    const { client } = await visitor();
    return () => client.get('/postvak');
  },
  'the login page, with a visit': async () => {
    const { client } = await visitor();
    return () => client.get('/login');
  },
  'the right password': async () => {
    const { client, form } = await visitor();
    return () => postPassword(client, 'demo', form, anna);
  },
  'the step to the portal': async () => {
    const { client } = await visitor();
    await passFirstGate(client, 'demo', anna);
    return () => client.get('/_sluis/next');
  },
  'giving a pending sign-in up': async () => {
    const { client } = await visitor();
    await passFirstGate(client, 'demo', anna);
    return () => client.get('/_sluis/restart');
  },
  'a page, with a pending sign-in': async () => {
    const { client } = await visitor();
    await passFirstGate(client, 'demo', anna);
    return () => client.get('/postvak');
  },
  'the first page of the portal': async () => {
    const { client } = await visitor();
    await passFirstGate(client, 'demo', anna);
    const handoff = await handoffOf(client);
    return () => portalClient(sluis).get(handoff);
  },
  'the release': async () => {
    const { app, address } = await released();
    return () => app.get(address);
  },
  "the app's own sign-out": async () => {
    const { app } = await signInFully(sluis, 'demo', 'demo', anna);
    return () => app.get('/uit');
  },
  "Sluis's sign-out": async () => {
    const { app } = await signInFully(sluis, 'demo', 'demo', anna);
    const page = await app.get('/_sluis/sign-out');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    return () => app.post('/_sluis/sign-out', { csrf });
  },
  'a session of another instance': async () => {
    const { core } = sluis;
    const other = new Sessions({ ...core, settings: core.settings.session });
    const { cookie } = await other.begin({
      realm: 'gemeente',
      app: 'demo',
      person: 'p',
      name: 'anna',
      level: 2,
      factor: 'totp',
      factorAt: sluis.clock.now(),
      portal: undefined,
    });
    const client = appClient(sluis, 'demo');
    client.jar.set('__Host-sluis', cookie);
    return () => client.get('/postvak');
  },
};

describe('rule 2: the store is lost', () => {
  it.each(Object.keys(ways))('%s: 503 and nothing of the app', async name => {
    const ask = await (ways[name] as () => Promise<Ask>)();
    await sluis.core.store.close();
    expectLost(await ask());
  });

  it('between the password and the answer of the app: 503 and nothing of it', async () => {
    const { client, form } = await visitor();
    demo.control.signIn = 'hold';
    const judged = demo.control.nextSignIn();
    const answer = postPassword(client, 'demo', form, anna);
    await judged;
    await sluis.core.store.close();
    demo.control.letGo();
    expectLost(await answer);
  });

  it('while the app makes its login page: 503 and nothing of it', async () => {
    const asked = Promise.withResolvers<(text: string) => void>();
    bare.answers.set('/login', socket => asked.resolve(text => void socket.write(text)));
    const answer = appClient(sluis, 'kaal').get('/login');
    const write = await asked.promise;
    await sluis.core.store.close();
    write(html('geheim', ['Set-Cookie: GPSESSIE=geheim']));
    expectLost(await answer);
  });

  it('while the app makes a page that signs in on the side: 503 and nothing of it', async () => {
    const inside = await signInFully(sluis, 'kaal', 'demo', anna);
    bare.answers.set('/postvak', html('geheim', ['Set-Cookie: GPAUTH=een-ander; Path=/']));
    await sluis.core.store.close();
    expectLost(await inside.app.get('/postvak'));
  });

  it('a known session goes on for 60 s after the store was last heard of, and no longer', async () => {
    const { app } = await signInFully(sluis, 'demo', 'demo', anna);
    expect((await app.get('/wie')).text).toContain('anna');
    await sluis.core.store.close();
    (sluis.clock as TestClock).advance(61_000);
    expectLost(await app.get('/wie'));
  });

  it('a known session goes on, and keeps its cookies', async () => {
    const { app } = await signInFully(sluis, 'demo', 'demo', anna);
    expect((await app.get('/wie')).text).toContain('anna');
    await sluis.core.store.close();
    const page = await app.get('/wie');
    expect([page.status, page.setCookies]).toEqual([200, []]);
    expect(page.text).toContain('<strong id="wie">anna</strong>');
  });
});
