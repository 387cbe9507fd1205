import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import { SoftKey } from '../support/authenticator.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { optionsOn } from '../support/model-people.ts';
import { bindAt } from '../support/model-world.ts';
import {
  browserOf,
  follow,
  openLogin,
  openPortal,
  passFirstGate,
  postPassword,
  release,
  releaseOn,
  submit,
  titleOf,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { sessionsOf } from '../support/thief.ts';

const carla = { name: 'carla', password: passwords.carla } as const;

type Browser = ReturnType<typeof browserOf>;

let demo: DemoApp;
let sluis: TestSluis;

beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis(
    [{ id: 'post', upstream: demo.url, preset: 'demo', extra: '    routes: [{ path: /wie, level: 3 }]' }],
    { clock: new TestClock(), highestLevel: 3, extra: 'webauthn: {}\nlimits: { pendings: 100 }' },
  );
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});

/** UV=0: only that somebody touched it. UV=1: that it also knew her PIN or finger, by its own word. */
describe.each([
  ['UV=0', 'anna', false],
  ['UV=1', 'bram', true],
] as const)('R23: a key is one factor, never both: one that says %s', (_, name, uv) => {
  const her = { name, password: passwords[name] } as const;
  let key: SoftKey;

  beforeAll(async () => {
    key = await keyFor(her.name, uv);
  });

  it('a.62: opens the page of its level beside the password, and no page above', async () => {
    const browser = browserOf(sluis, 'post');
    const page = await password(browser, her);
    const hop = await submit(browser.portal, page, { code: key.get(asked(page)) });
    expect((await release(browser.app, hop)).status).toBe(303);
    expect((await browser.app.get('/postvak')).text).toContain(`Aangemeld: `);
    expect((await browser.app.get('/wie')).location).toBe('/_sluis/next');
    await sluis.core.ends.ofPerson((await personOf(name)).id, 'by-operator');
  });

  /** Each signs with her key whatever it can get hold of, and sends it. */
  const ways: readonly (readonly [string, (thief: Browser) => Promise<readonly ClientAnswer[]>])[] = [
    [
      'without a sign-in at all',
      async ({ portal }) => {
        await portal.get('/');
        const made = { challenge: 'A'.repeat(43), rpId: rpId() };
        return [await send(portal, 'A'.repeat(22), key.get(made)), await send(portal, '', key.get(made))];
      },
    ],
    [
      'with a wrong password',
      async ({ app, portal }) => {
        await postPassword(app, 'demo', await openLogin(app, 'demo'), { name, password: 'fout' });
        expect(app.jar.has('__Host-sluis-pending')).toBe(false);
        return [await app.get('/_sluis/next'), await send(portal, 'A'.repeat(22), key.get(made()))];
      },
    ],
    [
      'in her own sign-in, from a browser that has not passed it',
      async ({ portal }) => {
        const page = await password(browserOf(sluis, 'post'), her);
        return [
          await portal.get(pathOf(page)),
          await send(portal, idOf(page), key.get(asked(page))),
          await portal.get(`/go/${idOf(page)}`),
        ];
      },
    ],
    [
      'with the password of a colleague, in the sign-in of that colleague',
      async browser => {
        const page = await password(browser, carla);
        const answer = await send(browser.portal, idOf(page), key.get({ ...asked(page), allowCredentials: [] }));
        expect([answer.status, titleOf(answer)]).toEqual([422, 'Gebruik uw passkey of sleutel']);
        return [answer, await browser.portal.get(`/go/${idOf(page)}`)];
      },
    ],
    [
      'with the password of a colleague, in her own sign-in',
      async browser => {
        await password(browser, carla);
        const hers = await password(browserOf(sluis, 'post'), her);
        return [
          await send(browser.portal, idOf(hers), key.get(asked(hers))),
          await browser.portal.get(`/go/${idOf(hers)}`),
        ];
      },
    ],
  ];

  it.each(ways)('a.62: opens nothing %s', async (_way, attack) => {
    await keyFor(carla.name, false);
    const [thief, before] = [browserOf(sluis, 'post'), passed()];
    for (const answer of await attack(thief)) {
      expect(releaseOn(await follow(thief.portal, answer))).toBeUndefined();
      expect(answer.location ?? '').not.toMatch(/\/go\/|\/_sluis\/release/);
    }
    expect(passed()).toBe(before);
    expect([await sessionsOf(sluis, name), await sessionsOf(sluis, carla.name)]).toEqual([0, 0]);
    expect(thief.app.jar.has('__Host-sluis')).toBe(false);
    expect((await thief.app.get('/postvak')).text).not.toContain('Aangemeld: ');
  });

  const made = () => ({ challenge: 'A'.repeat(43), rpId: rpId() });
});

/** The key of this person, bound once, at level 2: it proves no model. */
const keys = new Map<string, SoftKey>();
async function keyFor(name: string, uv: boolean): Promise<SoftKey> {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = new SoftKey(sluis.portalOrigin, { uv });
  const credential = {
    ...{ id: key.id.toString('base64url'), publicKey: key.publicKey, transports: [], backupEligible: false },
    ...{ counter: 0, aaguid: '00000000-0000-0000-0000-000000000000' },
  };
  await bindAt(sluis, name, 2, { kind: 'webauthn', level: 2, label: '', credential });
  keys.set(name, key);
  return key;
}

async function password(browser: Browser, who: { name: string; password: string }): Promise<ClientAnswer> {
  await passFirstGate(browser.app, 'demo', who);
  const page = await openPortal(browser.app, browser.portal);
  expect(titleOf(page)).toBe('Gebruik uw passkey of sleutel');
  return page;
}

/** A form of ours, made for this very browser: whatever is refused is not refused for the lack of one. */
async function send(portal: Client, id: string, code: string): Promise<ClientAnswer> {
  const portalCookie = portal.jar.get('__Host-sluis-portal') ?? '';
  const csrf = sluis.core.ring.mac('portal-form', JSON.stringify([portalCookie, id]));
  return portal.post(`/challenge/${id}/webauthn`, { csrf, attempt: 'A'.repeat(22), code });
}

async function personOf(name: string) {
  const person = await sluis.core.people.byName('gemeente', name);
  if (person === undefined) throw new Error(`${name} is not there`);
  return person;
}

function asked(page: ClientAnswer): PublicKeyCredentialRequestOptionsJSON {
  const options = optionsOn(page.text);
  if (options === undefined) throw new Error(`no options on ${titleOf(page)}`);
  return options;
}

const pathOf = ({ text }: ClientAnswer) => /<form method="post" action="([^"]+)"/.exec(text)?.[1] ?? '';
const idOf = (page: ClientAnswer) => /\/challenge\/([^/]+)/.exec(pathOf(page))?.[1] ?? '';
const rpId = () => new URL(sluis.portalOrigin).hostname;
const passed = () => sluis.log.filter(line => line.includes('"challenge.passed"')).length;
