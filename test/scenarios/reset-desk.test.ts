import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { operatorOf, type TestOperator } from '../support/operator.ts';
import { until } from '../support/redis.ts';
import { type ResetSluis, startResetSluis, withAddress } from '../support/reset-sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import { enrol, postForm as form, inApp, keepCodes, onPortal, person, setUp, signIn } from './steps.ts';

describe.skipIf(missing('chromium'))('R33 to R36: the reset desk, from a lost phone to a new one', () => {
  let bench: ResetSluis;
  let browser: Browser;
  let dirk: TestOperator;
  let bea: TestOperator;

  beforeAll(async () => {
    [bench, browser] = await Promise.all([startResetSluis(), launchBrowser()]);
    dirk = (await operatorOf(bench.sluis, 'helpdesk', 'dirk@gemeente.test')).operator;
    bea = (await operatorOf(bench.sluis, 'admin', 'bea@gemeente.test')).operator;
    await withAddress(bench.sluis, 'anna', 'anna@post.example');
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  it('two clerks and one user', async () => {
    const { sluis, mail } = bench;
    const anna = await person(browser);
    await enrol(anna.page, sluis, 'demo', form, 'anna');

    const [first, second] = [await person(browser), await person(browser)];
    const [desk, office] = [first.page, second.page];
    await atConsole(desk, dirk);
    await desk.click('text=Herstel');
    await desk.click('text=Nieuw verzoek');
    await press(desk, 'Dien het verzoek in');
    expect(await desk.innerText('[role=alert]')).toContain('Dit ontbreekt: E-mailadres van het account.');
    await desk.fill('#account', 'Anna@post.example');
    await desk.selectOption('#identity-method', 'document');
    await desk.selectOption('#document-type', 'passport');
    await desk.fill('#document-last-four', '12ab');
    await desk.fill('#staff', 'Dirk Jansen, Carla de Wit');
    await desk.selectOption('#lost-because', 'stolen');
    await desk.fill('#file-number', 'Z-2026/0042');
    await desk.check('#identity-confirmed');
    await desk.check('#ordered');
    await press(desk, 'Dien het verzoek in');
    await desk.waitForURL(/\/cases\/gemeente\/[0-9A-Z-]+\?done=/);
    const id = /([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(desk.url())?.[1] ?? '';

    await atConsole(office, bea);
    await office.click('text=Herstel');
    await office.click(`text=${id}`);
    for (const text of ['Controleer dit verzoek', 'Voer het herstel uit']) {
      await office.click(`text=${text}`);
      await press(office, text);
      await office.waitForURL(/\?done=/);
    }
    expect(await office.innerText('main')).toContain('Het herstel is uitgevoerd');
    expect(await office.innerText('main')).not.toContain('Toon de activeringscode');

    // She is out at once, and her password alone leads to the page that asks for the code.
    await anna.page.goto(`${sluis.origin('demo')}/postvak`);
    await signIn(anna.page, form, 'anna');
    await anna.page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
    const toBoth = () =>
      mail.taken.filter(({ mail: { subject } }) => /is uitgevoerd|is weggehaald/.test(subject ?? ''));
    await until(async () => toBoth().length === 2);
    expect(
      toBoth()
        .flatMap(({ to }) => to)
        .toSorted(),
    ).toEqual(['anna@post.example', 'dirk@gemeente.test']);

    await desk.reload();
    await desk.click('text=Toon de activeringscode');
    await press(desk, 'Toon de activeringscode');
    const code = await desk.innerText('.sluis-secret');
    await setUp(anna.page, sluis, 'anna', code);
    await keepCodes(anna.page, sluis, 'demo');
    await inApp(anna.page, sluis, 'demo');

    await office.click('text=Rond het verzoek af');
    await office.selectOption('#how', 'mail');
    await press(office, 'Rond het verzoek af');
    await office.waitForURL(/\?done=/);
    expect(await office.innerText('dl')).toContain('afgerond');
    await office.click('text=Open verzoeken');
    expect(await office.innerText('main')).not.toContain(id);
    const trail = await sluis.core.audit.tail(200);
    const types = trail.filter(({ event }) => 'case' in event && event.case === id).map(({ event }) => event.type);
    expect(types).toEqual([
      ...['reset.filed', 'reset.checked', 'reset.executed', 'reset.stolen', 'reset.handed-over', 'reset.confirmed'],
    ]);
    expect(await sluis.core.audit.verify()).toMatchObject({ ok: true });
    await Promise.all([anna.context.close(), first.context.close(), second.context.close()]);
  });

  it('a contact who was typed in says yes by the link in the mail, without script', async () => {
    const { sluis, mail } = bench;
    const filing = {
      ...{ account: 'anna@post.example', requesterName: 'Carla', requesterAddress: 'carla@gemeente.test' },
      ...{ identityMethod: 'data', documentType: '', documentLastFour: '', staff: [], fileNumber: '' },
      ...{ identityConfirmed: true, ordered: true, lostBecause: 'lost' },
    };
    const made = await sluis.core.resetDesk.intake.fileFor('gemeente', filing, { via: 'api', client: 'test' });
    if (made.outcome !== 'done') throw new Error(made.refusal.reason);
    const { context, page } = await person(browser, { javaScriptEnabled: false });
    const sent = () => mail.taken.find(({ to }) => to.includes('carla@gemeente.test'))?.mail.text ?? '';
    await until(async () => sent() !== '');
    await page.goto(/https?:\S+\/reset\/\S+/.exec(sent())?.[0] ?? '');
    expect(await page.innerText('main')).toContain('anna@post.example');
    await press(page, 'Ja, dat heb ik gevraagd');
    expect(await page.innerText('h1')).toBe('Dank u wel');
    await page.goto(/https?:\S+\/reset\/\S+/.exec(sent())?.[0] ?? '');
    expect(await page.innerText('h1')).toBe('Deze link werkt niet meer');
    await context.close();
  });

  async function atConsole(page: Page, { email, password, secret }: TestOperator): Promise<void> {
    const { sluis } = bench;
    await page.goto(`${sluis.core.settings.console?.origin}/`);
    await page.fill('#email', email);
    await page.fill('#password', password);
    await press(page, 'Inloggen');
    sluis.clock.advance(30_000);
    await page.fill('#code', codeAt(secret, sluis.clock.now()));
    await page.waitForSelector('nav >> text=Herstel');
  }
});

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}
