import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, passwords, roundcube } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { entryOf, makeMaker } from '../support/key-models.ts';
import { browserOf, freshCode, openPortal, passFirstGate, release, submit } from '../support/person.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { attestBy, type Held, plugIn, unplug, virtualAaguid } from '../support/virtual-key.ts';
import {
  composeMail,
  enrol,
  roundcubeForm as form,
  type Holder,
  inApp,
  keepCodes,
  onPortal,
  person,
  signIn,
} from './steps.ts';

const maker = makeMaker(virtualAaguid);
const story = { timeout: 120_000 };
/** Roundcube says on each of its pages which part of it that is. */
const settings = /"task":"settings"/;

describe.skipIf(missing('chromium', 'roundcube'))('R25, R44: Roundcube with settings and sending at level 4', () => {
  let folder: string;
  let sluis: TestSluis;
  let browser: Browser;
  let holder: Holder;
  let key: Held = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluis-levels-'));
    const metadata = join(folder, 'metadata.json');
    await writeFile(metadata, JSON.stringify([entryOf(maker)]));
    const upstream = await roundcube({ patient: true });
    const extra = `    limiter: { failures: 10, window: 1m }
    routes:
      - { path: /*, parameters: { _task: settings }, level: 4 }
      - { path: /*, methods: [POST], parameters: { _task: mail }, level: 4 }`;
    [sluis, browser] = await Promise.all([
      startSluis([{ id: 'webmail', title: 'Webmail', upstream, preset: 'roundcube', extra }], {
        extra: `webauthn: { metadata: ${metadata} }`,
      }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'settings ask somebody at level 2 for a key, and come once she has one that proves its hardware',
    story,
    async () => {
      const { context, page } = await person(browser);
      await attestBy(page, maker);
      holder = await enrol(page, sluis, 'webmail', form, 'anna', '/?_task=mail');
      const plugged = await plugIn(page, 'security-key');
      await page.goto(`${sluis.origin('webmail')}/?_task=settings`);
      await page.waitForURL(onPortal(sluis, /^\/not-enough\//));
      const invitation = { by: 'test', replaces: false, validity: 3_600_000, level: 4 } as const;
      const { code } = await sluis.core.activation.invite('gemeente', 'anna', invitation);
      await page.reload();
      await page.click('main .utrecht-button--primary-action');
      await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
      await page.fill('#code', code);
      await page.click('main button[type=submit]');
      await page.waitForURL(onPortal(sluis, /\/(?:kinds|webauthn)$/));
      if (page.url().endsWith('/kinds')) {
        await page.check('#kind-webauthn');
        await page.click('main button[type=submit]');
      }
      await page.waitForURL(onPortal(sluis, /\/webauthn$/));
      await page.fill('#label', 'Blauw');
      await page.check('#personal');
      await page.click('main button[type=submit]');
      await page.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
      await keepCodes(page, sluis, 'webmail');
      expect(page.url()).toBe(`${sluis.origin('webmail')}/?_task=settings`);
      expect(await page.content()).toMatch(settings);
      key = await unplug(plugged);
      await context.close();
    },
  );

  it(
    'a.37: from level 2 no spelling of _task reaches them: query, cookie, dot, space, body, multipart',
    story,
    async () => {
      const app = await atLevelTwo();
      expect((await app.get('/?_task=mail')).status).toBe(200);
      const boundary = 'grens';
      const part = (name: string) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nsettings\r\n`;
      const multipart = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
      const cookie = (name: string) => ({ Cookie: `${app.cookie()}; ${name}=settings` });
      const tries: (() => Promise<ClientAnswer>)[] = [
        () => app.get('/?_task=settings'),
        () => app.get('/?_task=mail&_task=settings'),
        () => app.get('/?_task=settings&_task=mail'),
        () => app.get('/?%5ftask=settings'),
        () => app.get('/?.task=settings'),
        () => app.get('/?+task=settings'),
        () => app.get('/?%20_task=settings'),
        () => app.get('/?_task=mail&_task%00x=settings'),
        () => app.get('/?_task[]=settings'),
        () => app.get('/?_TASK=settings&_task=settings'),
        () => app.get('/index.php?_task=settings'),
        () => app.get('//?_task=settings'),
        ...['_task', '.task', ' _task', '_task[]'].map(name => () => app.get('/?', cookie(name))),
        ...['_task', '.task', '_task[]'].flatMap(name => [
          () => app.post('/', `${encodeURIComponent(name)}=settings`),
          () => app.post('/?_task=mail', `${encodeURIComponent(name)}=settings`),
          () => app.post('/?_task=addressbook', `${encodeURIComponent(name)}=settings`),
          () => app.post('/?_task=addressbook', `${part(name)}--${boundary}--\r\n`, multipart),
        ]),
      ];
      for (const [at, attempt] of tries.entries()) {
        // Cut off in the middle is an answer too.
        const answer = await attempt().catch(() => undefined);
        expect(answer?.text ?? '', `try ${at}`).not.toMatch(settings);
      }
      // The session is none the worse for it, and none the better.
      expect((await app.get('/?_task=mail')).status).toBe(200);
      expect((await app.get('/?_task=settings')).location).toBe('/_sluis/next');
    },
  );

  it('a mail that is being sent from level 2 waits for the key, and arrives once', story, async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('webmail')}/?_task=mail`);
    await signIn(page, form, 'anna');
    // She has both; what was used last is asked for first.
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/totp$/));
    sluis.clock.advance(30_000);
    await page.fill('#code', freshCode(sluis, holder.secret));
    await inApp(page, sluis, 'webmail');
    const subject = `Sluis ${randomUUID()}`;
    await composeMail(page, sluis);
    await page.locator('.recipient-input input').first().fill('anna@gemeente.test');
    await page.fill('#compose-subject', subject);
    await page.fill('#composebody', 'Geachte heer,\n\nde notulen.');
    await plugIn(page, 'security-key', key);
    await page.locator('a.send, button.send').first().click();
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/webauthn$/));
    await page.click('main button[type=submit]');
    await page.waitForURL('**/_sluis/send');
    expect(await page.innerText('main')).toContain(subject);
    await page.getByRole('button', { name: 'Versturen' }).click();
    await page.waitForSelector('h1:has-text("Verstuurd")');
    await page.goto(`${sluis.origin('webmail')}/?_task=mail&_mbox=INBOX`);
    await page.waitForSelector(`#messagelist a:has-text("${subject}")`);
    expect(await countOf(page, subject)).toBe(1);
    await context.close();
  });

  function countOf(page: Page, subject: string): Promise<number> {
    return page.locator('#messagelist tr.message', { hasText: subject }).count();
  }

  /** In by password and code, though she has a key as well. */
  async function atLevelTwo(): Promise<Client> {
    const { app, portal } = browserOf(sluis, 'webmail');
    await passFirstGate(app, 'roundcube', { name: 'anna', password: passwords.anna });
    await openPortal(app, portal);
    const id = app.jar.get('__Host-sluis-pending')?.split('.')[0] ?? '';
    const page = await portal.get(`/challenge/${id}/totp`);
    // Her set-up may have used the code of this very step.
    sluis.clock.advance(30_000);
    await release(app, await submit(portal, page, { code: freshCode(sluis, holder.secret) }));
    return app;
  }
});
