import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { entryOf, makeMaker } from '../support/key-models.ts';
import { password } from '../support/operator.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { attestBy, plugIn, unplug, virtualAaguid } from '../support/virtual-key.ts';
import { findings } from './axe.ts';
import { person } from './steps.ts';

const maker = makeMaker(virtualAaguid);
const email = 'eva@gemeente.test';

/** A console that lets nobody in below level 4, in a real browser with a key in it. */
describe.skipIf(missing('chromium'))('R23 R52: an operator with a security key', () => {
  let folder: string;
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;
  let origin = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluis-console-key-'));
    const file = join(folder, 'metadata.json');
    await writeFile(file, JSON.stringify([entryOf(maker)]));
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo' }], {
      ...{ console: 'own', consoleMore: 'level: 4', extra: `webauthn: { metadata: ${file} }` },
    });
    origin = sluis.core.settings.console?.origin ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const title = (page: Page) => page.locator('h1').innerText();
  const submit = (page: Page) => page.click('main button[type=submit]');

  it('sets her key up, signs in with it, and shows it again before an act; a key that proves nothing is too weak', async () => {
    const until = sluis.clock.now() + 30 * 24 * 60 * 60_000;
    const asked = { email, name: 'Eva', role: 'admin', until, reason: 'test', source: 'test' } as const;
    const { code } = await sluis.core.operators.invite(asked, { command: 'test' });
    await sluis.core.people.create('gemeente', 'anna');
    const { context, page } = await person(browser);
    await attestBy(page, maker);
    await page.goto(`${origin}/invitation`);
    await page.fill('#email', email);
    await page.fill('#code', code);
    await submit(page);
    await page.waitForURL('**/new-password');
    await page.fill('#password', password);
    await page.fill('#again', password);
    await submit(page);
    await page.waitForURL('**/set-up');
    await page.check('#kind-webauthn');
    await submit(page);
    await page.waitForURL('**/set-up/webauthn');
    expect(await findings(page)).toEqual([]);

    // A passkey that is synced, and so no level 4: told, and nothing is bound.
    const passkey = await plugIn(page, 'passkey');
    await page.fill('#label', 'Laptop');
    await page.check('#personal');
    await submit(page);
    expect(await (await page.waitForSelector('[role=alert]')).innerText()).toContain('niet sterk genoeg');
    expect((await sluis.core.people.byName('@console', email))?.factors).toEqual([]);
    await unplug(passkey);

    const key = await plugIn(page, 'security-key');
    await page.fill('#label', 'Sleutelbos');
    await page.check('#personal');
    await submit(page);
    await page.waitForURL(`${origin}/`);
    expect(await title(page)).toBe('Vandaag');
    expect((await sluis.core.people.byName('@console', email))?.factors).toMatchObject([
      { kind: 'webauthn', level: 4 },
    ]);

    await page.click('header form button');
    await page.waitForURL('**/sign-in');
    await page.fill('#email', email);
    await page.fill('#password', password);
    await submit(page);
    await page.waitForURL('**/challenge/webauthn');
    expect(await findings(page)).toEqual([]);
    await submit(page);
    await page.waitForURL(`${origin}/`);

    // Older than five minutes: the key is asked again, and the act follows.
    sluis.clock.advance(6 * 60_000);
    await page.goto(`${origin}/people/gemeente/anna/close`);
    await page.waitForURL('**/challenge/webauthn');
    await submit(page);
    await page.waitForURL('**/people/gemeente/anna/close');
    await page.fill('#reason', 'uit dienst, melding 77');
    await submit(page);
    expect(await page.locator('[role=status]').innerText()).toBe('Het account is gesloten.');

    // Without the key there is no way on.
    await unplug(key);
    sluis.clock.advance(6 * 60_000);
    await page.goto(`${origin}/people/gemeente/anna/open`);
    await page.waitForURL('**/challenge/webauthn');
    const other = await plugIn(page, 'security-key');
    await submit(page);
    expect(await (await page.waitForSelector('[role=alert]')).innerText()).toContain('Probeer het opnieuw');
    await unplug(other);
    expect((await sluis.core.people.byName('gemeente', 'anna'))?.closed).toBeDefined();
    await context.close();
  });
});
