import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import { hiddenFields, type SignedIn, signInFully, titleOf } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const home = '/_sluis/portal/my-security';
let demo: DemoApp;
let sluis: TestSluis;
let anna: SignedIn;

beforeAll(async () => {
  demo = await startDemoApp();
  const clock = new TestClock();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { clock, singleHost: true });
  anna = await signInFully(sluis, 'demo', 'demo', { name: 'anna', password: passwords.anna });
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});

it('D10 R31: on the one name, a script of the app neither reads her page nor begins a change', async () => {
  const { portal } = anna;
  expect(titleOf(await portal.get(home))).toBe('Mijn beveiliging');
  const { csrf = '', attempt = '' } = hiddenFields((await portal.get(home)).text);
  const scripts: Record<string, string | undefined>[] = [
    { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    { 'Sec-Fetch-Mode': 'same-origin', 'Sec-Fetch-Dest': 'empty' },
    { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
    { 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined, 'Sec-Fetch-Site': undefined },
  ];
  for (const headers of scripts) {
    const read = await portal.get(home, headers);
    const begun = await portal.post(home, { csrf, attempt, act: 'codes' }, headers);
    for (const { status, text } of [read, begun]) {
      expect(status).toBe(403);
      expect(text).not.toMatch(/csrf|anna/);
    }
  }
  expect(
    (await portal.get(home)).headers.find(([name]) => name.toLowerCase() === 'content-security-policy')?.[1],
  ).toContain("frame-ancestors 'none'");
});
