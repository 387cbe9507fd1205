import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { ConsoleBrowser, operatorOf, titleOf } from '../../test/support/operator.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';

let demo: DemoApp;
let sluis: TestSluis;
beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { console: 'own' });
});
afterAll(async () => {
  await sluis?.close().catch(() => undefined);
  await demo?.close();
});

it('rule 2: there is no grace at the console: where the store is lost, nobody is in', async () => {
  const { browser } = await operatorOf(sluis, 'admin');
  expect(titleOf(await browser.open('/'))).toBe('Vandaag');
  await sluis.core.store.close();
  for (const place of ['/', '/people', '/operators', '/sign-in']) {
    const answer = await browser.get(place);
    expect([place, answer.status]).toEqual([place, 503]);
    expect(answer.text).not.toMatch(/De admin|Mensen \(/);
  }
  const posted = await browser.client.post('/people/gemeente/anna/close', { reason: 'een reden' });
  expect(posted.status).toBe(503);
  // Of who has no cookie nothing is asked.
  expect((await new ConsoleBrowser(sluis).get('/sign-in')).status).toBe(200);
});
