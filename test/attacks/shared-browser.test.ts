import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../src/kernel/hash.ts';
import { passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import {
  appClient,
  browserOf,
  openPortal,
  passChallenge,
  passFirstGate,
  portalClient,
  release,
  releaseOn,
  signInFully,
  signOut,
} from '../support/person.ts';
import type { TestSluis } from '../support/sluis.ts';
import { inboxOf, startTwoApps, type TwoApps } from '../support/two-apps.ts';

const anna = { name: 'anna', password: passwords.anna } as const;
const bram = { name: 'bram', password: passwords.bram } as const;
const minute = 60_000;

let sluis: TestSluis;
let both: TwoApps;
beforeAll(async () => {
  both = await startTwoApps({ pendings: 5 });
  sluis = both.sluis;
});
afterAll(() => both?.close());

async function stepUp(person: Awaited<ReturnType<typeof signInFully>>): Promise<string> {
  sluis.clock.advance(2 * minute);
  expect((await person.app.get('/beheer')).location).toBe('/_sluis/next');
  const page = await openPortal(person.app, person.portal);
  return releaseOn(await passChallenge(sluis, person.portal, page, person.secret)) ?? '';
}

it('R08 R25: a portal cookie noted on the tablet before she signed in there proves nothing with her password', async () => {
  const tablet = browserOf(sluis, 'een');
  const b = await signInFully(sluis, 'een', 'demo', bram, tablet);
  const noted = new Map(b.portal.jar);
  await signOut(b.app);
  sluis.clock.advance(minute);
  await signInFully(sluis, 'een', 'demo', anna, tablet);
  const thief = { app: appClient(sluis, 'een'), portal: portalClient(sluis) };
  for (const [name, value] of noted) thief.portal.jar.set(name, value);
  await passFirstGate(thief.app, 'demo', anna);
  const page = await openPortal(thief.app, thief.portal);
  expect(releaseOn(page)).toBeUndefined();
  expect(await inboxOf(thief.app)).toBe('/_sluis/next');
});

it('R01: the same browser with its realm cookie goes on at another app; without it a factor is asked', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const two = appClient(sluis, 'twee');
  await passFirstGate(two, 'demo', anna);
  const copy = { app: two.copy(), portal: her.portal.copy() };
  copy.portal.jar.delete('__Host-sluis-realm');
  expect(releaseOn(await openPortal(copy.app, copy.portal))).toBeUndefined();
  expect((await release(two, await openPortal(two, her.portal))).status).toBe(303);
  expect(await inboxOf(two)).toBe('anna');
});

it('rule 10: who signs out leaves no sign-in behind that passed and waits for its release', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const two = appClient(sluis, 'twee');
  await passFirstGate(two, 'demo', anna);
  expect(releaseOn(await openPortal(two, her.portal))).toBeDefined();
  await signOut(her.app);
  sluis.clock.advance(minute);
  // The next person at this tablet opens the other app.
  expect(await inboxOf(two)).toBe('/login');
});

it('R40: a step-up that passed before the sign-out begins no session after it', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const address = await stepUp(her);
  const thief = her.app.copy();
  const person = await sluis.core.people.byName('gemeente', 'anna');
  const living = async () => (await sluis.core.sessions.ofPerson(person?.id ?? '')).length;
  const before = await living();
  await signOut(her.app);
  const answer = await thief.get(address);
  expect([answer.location, thief.jar.has('__Host-sluis') ? await inboxOf(thief) : '/login']).toEqual([
    '/postvak',
    '/login',
  ]);
  expect(await living()).toBe(before - 1);
});

it('R31: passed with a factor that the desk took away since: no release, and no session goes on', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const old = browserOf(sluis, 'twee');
  await passFirstGate(old.app, 'demo', anna);
  const hop = await passChallenge(sluis, old.portal, await openPortal(old.app, old.portal), her.secret);
  const person = await sluis.core.people.byName('gemeente', 'anna');
  await sluis.core.people.update(person?.id ?? '', current => ({ ...current, factors: [] }));
  expect((await old.app.get(releaseOn(hop) ?? '')).status).toBe(403);
  expect(await inboxOf(old.app)).toBe('/_sluis/next');
  await sluis.core.people.update(person?.id ?? '', current => ({ ...current, factors: person?.factors ?? [] }));
});

it('R25: two releases at once inside a living session leave her in, at the new level', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const address = await stepUp(her);
  const copies = [her.app.copy(), her.app.copy()];
  const answers = await Promise.all(copies.map(copy => copy.get(address)));
  expect(answers.filter(answer => answer.location === '/beheer').length).toBeGreaterThan(0);
  for (const [index, copy] of copies.entries()) {
    // Whoever was second is asked to come again, and gets the same answer.
    if (answers[index]?.location !== '/beheer') expect((await copy.get(address)).location).toBe('/beheer');
    sluis.clock.advance(15_000);
    expect(await inboxOf(copy)).toBe('anna');
  }
});

it('R08: another person who passes in her browser ends all that was hers there', async () => {
  const browser = browserOf(sluis, 'een');
  const her = await signInFully(sluis, 'een', 'demo', anna, browser);
  const two = appClient(sluis, 'twee');
  await passFirstGate(two, 'demo', anna);
  await release(two, await openPortal(two, her.portal));
  expect(await inboxOf(two)).toBe('anna');
  // Her session at the app has ended: its login page comes, while ours waits.
  both.apps[0].control.endSessions('anna');
  expect((await browser.app.get('/postvak')).location).toBe('/login');
  await signInFully(sluis, 'een', 'demo', bram, browser);
  expect([await inboxOf(browser.app), await inboxOf(two)]).toEqual(['bram', '/login']);
});

it('R09: opening a page that asks for a fresh factor again and again locks nobody out', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  sluis.clock.advance(2 * minute);
  for (let turn = 0; turn < 12; turn += 1) expect((await her.app.get('/beheer')).location).toBe('/_sluis/next');
});

it('a step-up that ends after its session leads to a sign-in, not into a session that is over', async () => {
  const her = await signInFully(sluis, 'een', 'demo', anna);
  const address = await stepUp(her);
  const session = (await sluis.core.sessions.ofPortal(browserHash(her.portal)))[0];
  expect(session).toBeDefined();
  sluis.clock.advance(20_000);
  await sluis.core.sessions.end(session?.id ?? '');
  expect((await her.app.get(address)).location).toBe('/postvak');
  expect(await inboxOf(her.app)).toBe('/login');
});

function browserHash(portal: Client): string {
  return sha256(portal.jar.get('__Host-sluis-realm') ?? '');
}
