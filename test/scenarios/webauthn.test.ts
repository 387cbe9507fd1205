import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Level } from '../../src/config/settings.ts';
import type { Factor } from '../../src/factor/person.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { entryOf, makeMaker } from '../support/key-models.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { attestBy, cloned, type Held, plugIn, rewriteOptions, unplug, virtualAaguid } from '../support/virtual-key.ts';
import { postForm as form, inApp, keepCodes, type Name, onPortal, person, signIn, titleOf } from './steps.ts';

const maker = makeMaker(virtualAaguid);

describe.skipIf(missing('chromium'))('R21 R23: passkeys and security keys in Chromium', () => {
  let folder: string;
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;
  // Of anna: what her passkey and her key hold once the first story is over.
  let ofPasskey: Held = [];
  let ofKey: Held = [];
  // Of bram: his only key.
  let ofBram: Held = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluis-keys-'));
    const file = join(folder, 'metadata.json');
    await writeFile(file, JSON.stringify([entryOf(maker)]));
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    const route = '    routes:\n      - { path: /wie, level: 4 }';
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo', extra: route }], {
      extra: `webauthn: { metadata: ${file} }`,
    });
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('a synced passkey is level 2; a second key, attested, is level 4, for the page that asks for it', async () => {
    const { context, page } = await person(browser);
    await attestBy(page, maker);
    const passkey = await plugIn(page, 'passkey');
    const code = await invite('anna', 2);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, 'anna');
    await toSetUp(page, code);
    // R07: not without her word that it is hers alone; and no key was asked.
    await page.click('main button[type=submit]');
    expect(await page.innerText('[role=alert]')).toContain('Zet een vinkje');
    await make(page, 'Laptop');
    await keepCodes(page, sluis, 'post');
    expect(await keysOf('anna')).toMatchObject([{ level: 2, label: 'Laptop', credential: { backupEligible: true } }]);

    // A page of level 4: the passkey is not enough, a code from the desk lets her add a key that is.
    await page.goto(`${sluis.origin('post')}/wie`);
    await page.waitForURL(onPortal(sluis, /^\/not-enough\//));
    const stronger = await invite('anna', 4);
    await page.reload();
    await page.click('main .utrecht-button--primary-action');
    await toSetUp(page, stronger);
    expect(await page.innerText('main')).toContain('niet sterk genoeg');
    await page.check('#personal');
    await page.click('main button[type=submit]');
    // The passkey again: told as what it is, and nothing is bound.
    expect(await mistake(page)).toContain('hebt u al ingesteld');
    ofPasskey = await unplug(passkey);
    const key = await plugIn(page, 'security-key');
    await make(page, 'Blauw');
    await keepCodes(page, sluis, 'post');
    expect(page.url()).toBe(`${sluis.origin('post')}/wie`);
    expect((await keysOf('anna')).map(({ level, label }) => [level, label])).toEqual([
      [2, 'Laptop'],
      [4, 'Blauw'],
    ]);

    ofKey = await unplug(key);
    await context.close();
  });

  it('R25: in by the passkey, at level 2; the page of level 4 asks for the key and comes back to itself', async () => {
    const { context, page } = await person(browser);
    const passkey = await plugIn(page, 'passkey', ofPasskey);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, 'anna');
    await useKey(page);
    await inApp(page, sluis, 'post');
    await page.goto(`${sluis.origin('post')}/wie?uit=postvak`);
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/webauthn$/));
    // The passkey is not even asked for.
    const asked = await page.getAttribute('[data-webauthn]', 'data-options');
    expect((JSON.parse(asked ?? '') as { allowCredentials: unknown[] }).allowCredentials).toHaveLength(1);
    await unplug(passkey);
    await plugIn(page, 'security-key', ofKey);
    await useKey(page);
    await page.waitForURL(`${sluis.origin('post')}/wie?uit=postvak`);
    await context.close();
  });

  it('SECURITY a.60: a copy of the key, from when it was new, is told and not refused', async () => {
    const { context, page } = await person(browser);
    expect(told('webauthn.counter')).toBe(0);
    await cloned(await plugIn(page, 'security-key', ofKey), 0);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, 'anna');
    await useKey(page);
    await inApp(page, sluis, 'post');
    expect(told('webauthn.counter')).toBe(1);
    await context.close();
  });

  it('a first key, attested, is level 4; no key at hand is told as such', async () => {
    const { context, page } = await person(browser);
    await attestBy(page, maker);
    const key = await plugIn(page, 'security-key');
    await page.goto(`${sluis.origin('post')}/wie`);
    const code = await invite('bram', 4);
    await signIn(page, form, 'bram');
    await toSetUp(page, code);
    await make(page, 'Sleutelbos');
    await keepCodes(page, sluis, 'post');
    expect(page.url()).toBe(`${sluis.origin('post')}/wie`);
    expect(await keysOf('bram')).toMatchObject([{ level: 4, credential: { backupEligible: false } }]);

    // Asked anew once the session is gone; she stops, and is told what to do.
    await page.click('text=Afmelden');
    await page.goto(`${sluis.origin('post')}/wie`);
    await signIn(page, form, 'bram');
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/webauthn$/));
    ofBram = await unplug(key);
    const other = await plugIn(page, 'security-key');
    await page.click('main button[type=submit]');
    expect(await mistake(page)).toContain('Probeer het opnieuw');
    await unplug(other);
    await context.close();
  });

  // The statement is ours: Chromium's virtual keys sign one by a certificate of their own making, which leads to no root
  // that a metadata file could name. All else of the registration is signed and sent by the browser.
  const slow = { timeout: 180_000 };
  it('R23, a.64: one key is level 2 with no statement or one by nobody, level 4 with its maker’s', slow, async () => {
    const { context, page } = await person(browser);
    await plugIn(page, 'security-key');
    const before = judged('carla').length;
    for (const statement of ['none', 'its own', 'of its maker'] as const) {
      if (statement === 'of its maker') await attestBy(page, maker);
      const code = await invite('carla', 4, statement !== 'none');
      await page.goto(`${sluis.origin('post')}/`);
      await signIn(page, form, 'carla');
      await toSetUp(page, code);
      // As a browser that keeps the model to itself: it then asks the key for nothing.
      if (statement === 'none') await rewriteOptions(page, () => ({ attestation: 'none' }));
      await make(page, 'Groen');
      await keepCodes(page, sluis, 'post');
      expect(await keysOf('carla')).toMatchObject([{ level: statement === 'of its maker' ? 4 : 2, label: 'Groen' }]);
      await page.click('text=Afmelden');
    }
    expect(judged('carla').slice(before)).toMatchObject([
      { level: 2, why: 'no-attestation', format: 'none' },
      { level: 2, why: 'model-unproved', format: 'packed', aaguid: maker.model },
      { level: 4, why: 'hardware', format: 'packed', aaguid: maker.model },
    ]);
    await context.close();
  });

  it('R07: the key of B, which her page was made to ask for, is refused in the challenge of A; hers opens it', async () => {
    const { context, page } = await person(browser);
    const his = await plugIn(page, 'security-key', ofBram);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, 'anna');
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/webauthn$/));
    const [credential] = await keysOf('bram');
    const id = credential?.kind === 'webauthn' ? credential.credential.id : '';
    await rewriteOptions(page, () => ({ allowCredentials: [{ id, type: 'public-key' }] }));
    const [refused, passed] = [told('challenge.failed'), told('challenge.passed')];
    await page.click('main button[type=submit]');
    // It was signed and sent, and is wrong: not a browser that knows no such key.
    expect(await mistake(page)).toContain('Kijk of u uw eigen sleutel gebruikt');
    expect([told('challenge.failed'), told('challenge.passed')]).toEqual([refused + 1, passed]);
    await unplug(his);
    await plugIn(page, 'security-key', ofKey);
    await useKey(page);
    await inApp(page, sluis, 'post');
    await context.close();
  });

  it('a key that proves no model, and one of U2F, are level 2, and the page says so', async () => {
    const name = 'carla';
    for (const kind of ['security-key', 'u2f'] as const) {
      const { context, page } = await person(browser, { language: 'en' });
      await plugIn(page, kind);
      const code = await invite(name, 4, true);
      await page.goto(`${sluis.origin('post')}/`);
      await signIn(page, form, name);
      await toSetUp(page, code);
      await make(page, '');
      expect(await page.innerText('main')).toContain('not strong enough');
      await keepCodes(page, sluis, 'post');
      expect(await keysOf(name)).toMatchObject([{ level: 2, label: '' }]);
      await page.click('text=Afmelden');
      await page.goto(`${sluis.origin('post')}/`);
      await signIn(page, form, name);
      await useKey(page);
      await inApp(page, sluis, 'post');
      await context.close();
    }
  });

  it('without JavaScript the page says what to do, and another kind can be chosen', async () => {
    const { context, page } = await person(browser, { javaScriptEnabled: false });
    const code = await invite('carla', 2, true);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, 'carla');
    await toSetUp(page, code);
    expect(await page.innerText('main')).toContain('Zet JavaScript aan');
    await page.check('#personal');
    await page.click('main button[type=submit]');
    expect(await page.innerText('[role=alert]')).toContain('Zet JavaScript aan');
    await page.click('text=Kies iets anders');
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    expect(await titleOf(page)).toBe('Kies uw tweede stap');
    await context.close();
  });

  async function invite(name: Name, level: Level, replaces = false): Promise<string> {
    const invitation = { by: 'test', replaces, reason: 'test', validity: 60 * 60_000, level };
    return (await sluis.core.activation.invite('gemeente', name, invitation)).code;
  }

  /** Types the activation code, and chooses a key. */
  async function toSetUp(page: Page, code: string): Promise<void> {
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
    await page.fill('#code', code);
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/(?:kinds|webauthn)$/));
    // For something stronger than she has, there may be but one kind to choose.
    if (page.url().endsWith('/kinds')) {
      await page.check('#kind-webauthn');
      await page.click('main button[type=submit]');
    }
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+\/webauthn$/));
  }

  async function make(page: Page, label: string): Promise<void> {
    // An empty name would be the form's to refuse: spaces are a name that says nothing.
    await page.fill('#label', label === '' ? ' ' : label);
    await page.check('#personal');
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
  }

  async function mistake(page: Page): Promise<string> {
    return (await page.waitForSelector('[role=alert]')).innerText();
  }

  async function useKey(page: Page): Promise<void> {
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/webauthn$/));
    await page.click('main button[type=submit]');
  }

  async function keysOf(name: Name): Promise<readonly Factor[]> {
    return (await sluis.core.people.byName('gemeente', name))?.factors ?? [];
  }

  function told(type: string): number {
    return sluis.log.filter(line => line.includes(`"${type}"`)).length;
  }

  /** What Sluis thought of the keys of this person, in turn. */
  function judged(name: Name): readonly unknown[] {
    const lines = sluis.log.filter(line => line.includes('"webauthn.judged"') && line.includes(`"${name}"`));
    return lines.map(line => (JSON.parse(line) as { audit: { event: unknown } }).audit.event);
  }
});
