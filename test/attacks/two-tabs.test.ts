import { afterAll, beforeAll, expect, it } from 'vitest';
import { passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import {
  appClient,
  hiddenFields,
  openLogin,
  openPortal,
  passChallenge,
  passFirstGate,
  postPassword,
  release,
  releaseOn,
  signInFully,
  signOut,
} from '../support/person.ts';
import type { TestSluis } from '../support/sluis.ts';
import { inboxOf, startTwoApps, type TwoApps } from '../support/two-apps.ts';

const anna = { name: 'anna', password: passwords.anna } as const;
const minute = 60_000;
let sluis: TestSluis;
let both: TwoApps;
beforeAll(async () => {
  both = await startTwoApps({ pendings: 50 });
  sluis = both.sluis;
});
afterAll(() => both?.close());

async function portalSignOut(portal: Client): Promise<void> {
  const page = await portal.get('/');
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const a = await portal.post(action, hiddenFields(page.text));
  expect(a.location).toContain('signed-out');
}
it('R40: two tabs pass one after the other and are released then: a sign-out at the portal closes both', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna); // learn secret
  await signOut(her.app);
  const { portal } = her;
  const een = appClient(sluis, 'een');
  const twee = appClient(sluis, 'twee');
  await passFirstGate(een, 'demo', anna);
  await passFirstGate(twee, 'demo', anna);
  const p1 = await openPortal(een, portal);
  const p2 = await openPortal(twee, portal);
  const h1 = await passChallenge(sluis, portal, p1, her.secret);
  const h2 = await passChallenge(sluis, portal, p2, her.secret);
  const go1 = releaseOn(h1) ?? '';
  await een.get(go1);
  await release(twee, h2);
  expect([await inboxOf(een), await inboxOf(twee)]).toEqual(['anna', 'anna']);
  await portalSignOut(portal);
  expect([await inboxOf(een), await inboxOf(twee)]).toEqual(['/login', '/login']);
});

it('R40: a step-up between a proof and its release: a sign-out at one app closes the other', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const twee = appClient(sluis, 'twee');
  sluis.clock.advance(2 * minute);
  expect((await her.app.get('/beheer')).location).toBe('/_sluis/next');
  const page = await openPortal(her.app, her.portal);
  await passFirstGate(twee, 'demo', anna);
  const h2 = await openPortal(twee, her.portal);
  expect(releaseOn(h2)).toBeDefined();
  const h1 = await passChallenge(sluis, her.portal, page, her.secret);
  await release(her.app, h1);
  expect((await release(twee, h2)).status).toBe(303);
  expect([await inboxOf(her.app), await inboxOf(twee)]).toEqual(['anna', 'anna']);
  await signOut(her.app);
  expect([await inboxOf(her.app), await inboxOf(twee)]).toEqual(['/login', '/login']);
});

it('R08: a realm cookie of before a step-up proves nothing after it', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const old = her.portal.copy();
  sluis.clock.advance(2 * minute);
  await her.app.get('/beheer');
  await release(her.app, await passChallenge(sluis, her.portal, await openPortal(her.app, her.portal), her.secret));
  expect(old.jar.get('__Host-sluis-realm')).not.toBe(her.portal.jar.get('__Host-sluis-realm'));
  const thief = appClient(sluis, 'een');
  await passFirstGate(thief, 'demo', anna);
  expect(releaseOn(await openPortal(thief, old))).toBeUndefined();
});

it('rule 10: passed by her own session, then signed out: the release opens nothing', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  both.apps[0].control.endSessions('anna');
  expect((await her.app.get('/postvak')).location).toBe('/login');
  const answer = await postPassword(her.app, 'demo', await openLogin(her.app, 'demo'), anna);
  expect(answer.location).toContain('/_sluis/release?code=');
  const thief = her.app.copy();
  await signOut(her.app);
  await thief.get(answer.location ?? '');
  expect(await inboxOf(thief)).not.toBe('anna');
});

it('R31: all her sessions are ended by the desk: a sign-in that one of them proved opens nothing', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const twee = appClient(sluis, 'twee');
  await passFirstGate(twee, 'demo', anna);
  const h2 = await openPortal(twee, her.portal);
  const go = releaseOn(h2);
  expect(go).toBeDefined();
  const person = await sluis.core.people.byName('gemeente', 'anna');
  await sluis.core.ends.ofPerson(person?.id ?? '', 'by-operator');
  await twee.get(go ?? '');
  expect(await inboxOf(twee)).not.toBe('anna');
});

it('rule 2: a release that broke can be tried again', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const twee = appClient(sluis, 'twee');
  await passFirstGate(twee, 'demo', anna);
  const hop = await openPortal(twee, her.portal);
  const { sessions } = sluis.core;
  const begin = sessions.begin.bind(sessions);
  sessions.begin = () => {
    sessions.begin = begin;
    return Promise.reject(new Error('the store was lost for a moment'));
  };
  expect((await release(twee, hop)).status).toBe(500);
  expect((await release(twee, hop)).status).toBe(303);
  expect(await inboxOf(twee)).toBe('anna');
});
