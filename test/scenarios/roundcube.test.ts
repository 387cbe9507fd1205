import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, roundcube } from '../support/apps.ts';
import { desktop, launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import { findings } from './axe.ts';
import {
  arrive,
  composeMail,
  couple,
  enrol,
  enter,
  enterCode,
  roundcubeForm as form,
  type Holder,
  inApp,
  keepCodes,
  onPortal,
  person,
  setUp,
  signIn,
  typePassword,
} from './steps.ts';

describe.skipIf(missing('chromium', 'roundcube'))('Roundcube behind Sluis', () => {
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    const upstream = await roundcube({ patient: true });
    [sluis, browser] = await Promise.all([
      // As this Roundcube is set: of three mistakes a minute, as delivered, strangers get one.
      startSluis([
        { id: 'webmail', upstream, preset: 'roundcube', extra: '    limiter: { failures: 10, window: 1m }' },
      ]),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
  });

  it('R25 R30 R32: password, activation, code, mail with an attachment, out, in by code, in by recovery code', async () => {
    const { context, page } = await person(browser);
    const activation = await sluis.invite('anna');
    await page.goto(`${sluis.origin('webmail')}/?_task=settings`);
    await page.waitForSelector(form.password);
    expect(await findings(page, '.sluis-help')).toEqual([]);
    // Roundcube fills the window: our line must not be below its edge.
    const line = await page.locator('.sluis-help').boundingBox();
    expect((line?.y ?? 9999) + (line?.height ?? 0)).toBeLessThanOrEqual(desktop.height);
    await signIn(page, form, 'anna');
    const holder = await setUp(page, sluis, 'anna', activation);
    expect(holder.codes).toHaveLength(10);
    await keepCodes(page, sluis, 'webmail');
    // The page first asked for.
    expect(page.url()).toBe(`${sluis.origin('webmail')}/?_task=settings`);
    await page.waitForSelector('#settings-menu');

    const subject = `Sluis ${randomUUID()}`;
    await readMail(page, 'Agenda raadsvergadering 12 maart', 'Bestemmingsplan Kerkstraat');
    await sendMail(page, { to: 'anna@gemeente.test', subject, file: 'besluit.txt', text: `tekst ${subject}` });
    await readMail(page, subject, `tekst ${subject}`);
    const attachment = page.locator('#attachment-list a.filename, #attachment-list a').first();
    expect(await attachment.innerText()).toContain('besluit.txt');

    await signOut(page);
    await enter(page, sluis, 'webmail', form, holder);
    await page.waitForSelector('#messagelist');
    await signOut(page);

    const renewed = await recover(page, holder);
    expect(renewed.secret).not.toBe(holder.secret);
    await page.waitForSelector('#messagelist');
    await signOut(page);
    await signIn(page, form, 'anna');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    sluis.clock.advance(30_000);
    // The old key, and its recovery codes, are dead.
    await enterCode(page, codeAt(holder.secret, sluis.clock.now()));
    await page.waitForSelector('[role=alert]');
    expect(new URL(page.url()).pathname).toMatch(/^\/challenge\//);
    await enterCode(page, codeAt(renewed.secret, sluis.clock.now()));
    await inApp(page, sluis, 'webmail');
    await context.close();
  });

  it('R25: Roundcube ends its session inside ours: the password once, no second challenge, back at that mail', async () => {
    const { context, page } = await person(browser);
    const holder = await enrol(page, sluis, 'webmail', form, 'beheer', '/?_task=mail&_mbox=INBOX');
    const mail = await addressOf(page, 'Agenda raadsvergadering 12 maart');
    const asked = passed('beheer');
    // A request that is still under way would write the session back at its end.
    await page.waitForLoadState('networkidle');
    endRoundcubeSessions('beheer');
    // Its own scripts are told by itself.
    const poll = page.waitForResponse(response => response.url().includes('_action=refresh'));
    await page.evaluate(`void rcmail.http_request('refresh', {}, false)`);
    expect(await (await poll).text()).toContain('session_error');
    await page.goto(mail);
    await page.waitForURL('**/?_task=login');
    await signIn(page, form, 'beheer');
    await page.waitForURL(mail);
    await page.waitForSelector('#messagebody:has-text("Bestemmingsplan Kerkstraat")');
    expect(passed('beheer')).toBe(asked);
    expect(holder.codes).toHaveLength(10);
    await context.close();
  });

  it('R30: the form on the failure page works at once; that of an older tab, and the one behind "back", too', async () => {
    const { context, page } = await person(browser);
    const activation = await sluis.invite('carla');
    await page.goto(`${sluis.origin('webmail')}/?_task=mail&_mbox=Sent`);
    const older = await context.newPage();
    await older.goto(`${sluis.origin('webmail')}/?_task=login`);
    await signIn(page, form, 'carla', 'verkeerd');
    await page.waitForSelector('.ui.alert, #messagestack');
    await page.goBack();
    await signIn(page, form, 'carla', 'weer verkeerd');
    await page.waitForSelector('#messagestack .error, #messagestack .warning, #messagestack [role=alert]');
    await typePassword(page, form, 'carla');
    await page.dblclick(form.button);
    await arrive(page, onPortal(sluis, /^\/set-up\//));
    // An older tab has a form of a visit that is over: shown where the sign-in stands, nothing lost.
    await signIn(older, form, 'carla');
    await older.waitForURL(onPortal(sluis, /^\/set-up\//));
    const holder = await setUp(older, sluis, 'carla', activation);
    await keepCodes(older, sluis, 'webmail');
    expect([holder.codes.length, older.url()]).toEqual([10, `${sluis.origin('webmail')}/?_task=mail&_mbox=Sent`]);
    await page.reload();
    await page.getByRole('link', { name: 'Naar webmail' }).click();
    await inApp(page, sluis, 'webmail');
    await page.waitForSelector('#taskmenu');
    await context.close();
  });

  it('R25: at the end of our session what she is writing is kept, and frames and polls lead out', async () => {
    const { context, page } = await person(browser);
    const holder = await enrol(page, sluis, 'webmail', form, 'bram', '/?_task=mail&_mbox=INBOX');
    const reader = await context.newPage();
    await reader.goto(`${sluis.origin('webmail')}/?_task=mail&_mbox=INBOX`);
    await reader.waitForSelector('#messagelist td.subject');
    await composeMail(page, sluis);
    await page.fill('#compose-subject', 'Half geschreven');
    await page.fill('#composebody', 'Geachte heer');
    sluis.clock.advance(13 * 60 * 60_000);

    await reader.locator('#messagelist tr.message').first().click();
    const frame = reader.frameLocator('#messagecontframe');
    expect(await frame.locator('h1').innerText()).toBe('Log opnieuw in');
    await frame.getByRole('link', { name: 'Open de pagina' }).click();
    await reader.waitForSelector(form.password);

    await page.evaluate(`void rcmail.http_request('refresh', {}, false)`);
    // Roundcube's own script keeps the text and stays where it is; elsewhere it goes to the login page.
    await page.waitForSelector('#messagestack:has-text("U bent niet meer aangemeld")');
    await page.goto(`${sluis.origin('webmail')}/?_task=mail&_action=compose`);
    await enter(page, sluis, 'webmail', form, holder);
    // Roundcube's own question: restore what was being written?
    await page.locator('.ui-dialog button.mainaction, .ui-dialog-buttonset button').first().click();
    await page.waitForFunction(`document.querySelector('#compose-subject').value === 'Half geschreven'`);
    await context.close();
  });

  async function addressOf(page: Page, subject: string): Promise<string> {
    const link = page.locator('#messagelist a', { hasText: subject }).first();
    return new URL((await link.getAttribute('href')) ?? '', page.url()).href;
  }

  function passed(name: string): number {
    return sluis.log.filter(line => line.includes('"challenge.passed"') && line.includes(`"${name}"`)).length;
  }

  async function recover(page: Page, holder: Holder): Promise<Holder> {
    await signIn(page, form, holder.name);
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await page.getByRole('link', { name: 'Ik heb geen code' }).click();
    await page.getByRole('link', { name: 'Ik heb een herstelcode' }).click();
    await page.fill('#code', holder.codes[3] ?? '');
    await page.click('main button[type=submit]');
    sluis.clock.advance(30_000);
    const renewed = await couple(page, sluis, holder.name);
    await keepCodes(page, sluis, 'webmail');
    return renewed;
  }

  async function readMail(page: Page, subject: string, text: string): Promise<void> {
    await page.goto(`${sluis.origin('webmail')}/?_task=mail&_mbox=INBOX`);
    await page.goto(await addressOf(page, subject));
    await page.waitForSelector(`#messagebody:has-text("${text}")`);
  }

  async function sendMail(
    page: Page,
    mail: { to: string; subject: string; file: string; text: string },
  ): Promise<void> {
    await composeMail(page, sluis);
    await page.locator('.recipient-input input').first().fill(mail.to);
    await page.fill('#compose-subject', mail.subject);
    await page.fill('#composebody', mail.text);
    await page
      .locator('input[type=file][name="_attachments[]"]')
      .first()
      .setInputFiles({ name: mail.file, mimeType: 'text/plain', buffer: Buffer.from('Besluit van het college.\n') });
    await page.waitForSelector(`#attachment-list li:not(.uploading):has-text("${mail.file}")`);
    await page.locator('a.send, button.send').first().click();
    await page.waitForURL(url => url.searchParams.get('_action') !== 'compose');
  }

  async function signOut(page: Page): Promise<void> {
    await page.locator('#taskmenu a.logout').first().click();
    await page.waitForSelector(form.password);
  }
});

/** Takes the person's rows out of Roundcube's own session table, as its clean-up does. */
function endRoundcubeSessions(name: string): void {
  const database = new DatabaseSync(join(tmpdir(), 'sluis-apps', 'webmail-patient', 'db', 'roundcube.sqlite'));
  database.exec('PRAGMA busy_timeout = 5000');
  const rows = database.prepare('SELECT sess_id, vars FROM session').all();
  const hers = rows.filter(row => Buffer.from(String(row['vars']), 'base64').includes(`${name}@gemeente.test`));
  const remove = database.prepare('DELETE FROM session WHERE sess_id = ?');
  for (const row of hers) remove.run(String(row['sess_id']));
  database.close();
  if (hers.length === 0) throw new Error(`Roundcube has no session of ${name}`);
}
