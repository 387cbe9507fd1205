import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import { signInFully } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

/** Two instances of one fleet, each with its own memory, as a balancer or the workers of one machine put them. */
const anna = { name: 'anna', password: passwords.anna } as const;
let demo: DemoApp;
let one: TestSluis;
let two: TestSluis;

beforeAll(async () => {
  demo = await startDemoApp();
  const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo' }];
  const options = { extra: 'limits: { pendings: 100 }' };
  one = await startSluis(apps, { ...options, clock: new TestClock() });
  two = await startSluis(apps, { ...options, beside: one });
});
afterAll(async () => {
  await two?.close();
  await one?.close();
  await demo?.close();
});

async function signOut(app: Client): Promise<void> {
  const page = await app.get('/_sluis/sign-out');
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  expect((await app.post('/_sluis/sign-out', { csrf })).location).toBe('/_sluis/signed-out');
}

it('R09: a session begun at one instance opens the app at the other, and its end there ends it here', async () => {
  const { app } = await signInFully(one, 'demo', 'demo', anna);
  const elsewhere = app.at(two.port);
  expect((await elsewhere.get('/wie')).text).toContain('id="wie"');
  expect((await app.get('/wie')).text).toContain('id="wie"');
  const thief = app.copy();
  await signOut(elsewhere);
  await one.core.sessions.confirm();
  expect((await thief.get('/wie')).text).not.toContain('id="wie"');
});
