import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { adminLocalPassword } from '../../src/cli/admin.ts';
import { hashPassword } from '../../src/operator/password.ts';
import { missing } from '../support/apps.ts';
import { type Directory, directoryBase, reader, startDirectory } from '../support/directory.ts';
import { acceptOutside, ConsoleBrowser, titleOf } from '../support/operator.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const day = 24 * 60 * 60_000;
const signInTitle = 'Inloggen bij het beheer';
const anna = { email: 'anna@gemeente.test', password: 'Anna-Test-2026' } as const;

describe.skipIf(missing('openldap'))('D11 R52: operators whose passwords a directory knows', () => {
  let demo: DemoApp;
  let directory: Directory;
  let sluis: TestSluis;
  let secret = '';
  beforeAll(async () => {
    [demo, directory] = await Promise.all([startDemoApp(), startDirectory()]);
    const ldap = [
      `url: "ldap://localhost:${directory.port}", ca: ca.pem, user: "${reader.dn}", passwordFile: reader`,
      `base: "${directoryBase}", timeout: 5`,
    ].join(', ');
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
      ...{ console: 'own', clock: new TestClock(), consoleMore: `firstFactor: { ldap: { ${ldap} } }` },
      files: { 'ca.pem': directory.caText, reader: `${reader.password}\n` },
    });
    const browser = new ConsoleBrowser(sluis);
    const { code } = await invite(anna.email);
    const come = await acceptOutside(sluis, browser, {
      ...{ email: anna.email, code },
      prove: page => browser.submit(page, '/own-password', { password: anna.password }),
    });
    expect(titleOf(come.page)).toBe('Vandaag');
    secret = come.secret;
  }, 240_000);
  afterAll(async () => {
    await sluis?.close();
    await directory?.close();
    await demo?.close();
  });

  const invite = (email: string) => {
    const until = sluis.clock.now() + 30 * day;
    const asked = { email, name: 'Iemand', role: 'admin', until, reason: 'test', source: 'test' } as const;
    return sluis.core.operators.invite(asked, { command: 'test' });
  };
  const typed = async (email: string, password: string, browser = new ConsoleBrowser(sluis)) => {
    // Each from the beginning: what went before delays nobody here.
    sluis.clock.advance(60 * 60_000);
    return { browser, page: await browser.submit(await browser.open('/sign-in'), '/sign-in', { email, password }) };
  };

  it('comes in by her password of the directory, and always by her second step after it', async () => {
    const { browser, page } = await typed(anna.email, anna.password);
    expect(titleOf(page)).toBe('Vul de code in');
    expect(titleOf(await browser.open('/people'))).toBe(signInTitle);
    const again = await typed(anna.email, anna.password);
    expect(titleOf(await again.browser.showFactor(again.page, { ...anna, secret }))).toBe('Vandaag');
  });

  it('lets nobody in whom the directory knows and no mandate names, nor whom a mandate names and no directory knows', async () => {
    await invite('vreemd@gemeente.test');
    const answers = [
      await typed('bram@gemeente.test', 'Bram-Test-2026'),
      await typed('vreemd@gemeente.test', 'Vreemd-Test-2026'),
      await typed(anna.email, 'fout'),
    ].map(({ page }) => `${page.status} ${page.text.replace(/value="[^"]*"/g, '')}`);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^422 /);
    const log = await directory.log();
    // What was typed for a name that is no operator's is tried on nobody: it could close her account there.
    expect(log).not.toMatch(/BIND dn="uid=bram/i);
  });

  it('a local password from before opens nothing, whatever it is', async () => {
    const { id } = (await sluis.core.operators.byEmail(anna.email)) ?? { id: '' };
    await sluis.core.operators.settle(id, {
      password: await hashPassword(sluis.core.random, 'een oude zin over fietsen'),
    });
    expect((await typed(anna.email, 'een oude zin over fietsen')).page.status).toBe(422);
    expect(titleOf((await typed(anna.email, anna.password)).page)).toBe('Vul de code in');
  });

  it('R38: the code of an invitation alone sets nothing up: the directory must know who holds it', async () => {
    const { code } = await invite('bram@gemeente.test');
    const thief = new ConsoleBrowser(sluis);
    const asked = await thief.submit(await thief.open('/invitation'), '/invitation', {
      ...{ email: 'bram@gemeente.test', code },
    });
    expect(titleOf(asked)).toBe('Vul uw wachtwoord in');
    for (const place of ['/set-up', '/set-up/totp', '/new-password', '/second-step'])
      expect([place, titleOf(await thief.open(place))]).not.toEqual([place, expect.stringMatching(/Kies|QR|code/)]);
    const wrong = await thief.submit(asked, '/own-password', { password: 'Anna-Test-2026' });
    expect([wrong.status, titleOf(wrong)]).toEqual([422, 'Vul uw wachtwoord in']);
  });

  it('R09: guesses are counted as those of any password, and the directory hears of few', async () => {
    const browser = new ConsoleBrowser(sluis);
    sluis.clock.advance(60 * 60_000);
    const page = await browser.open('/sign-in');
    const before = (await directory.log()).split('BIND dn="uid=anna').length;
    const tried = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        browser.submit(page, '/sign-in', { email: anna.email, password: `fout ${index}` }),
      ),
    );
    expect(tried.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(8);
    expect((await directory.log()).split('BIND dn="uid=anna').length - before).toBeLessThanOrEqual(8);
  });

  it('a directory that is away lets nobody in, costs nobody an attempt, and is told of', async () => {
    await directory.stop();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const browser = new ConsoleBrowser(sluis);
      const { email, password } = anna;
      if (attempt === 0) sluis.clock.advance(60 * 60_000);
      const page = await browser.submit(await browser.open('/sign-in'), '/sign-in', { email, password });
      expect([page.status, page.text]).toEqual([503, expect.stringContaining('geeft nu geen antwoord')]);
    }
    expect(sluis.log.join()).toContain('the directory of operators did not answer');
    const reasons = (await sluis.core.audit.tail(20)).map(
      ({ event }) => event.type === 'operator.refused' && event.reason,
    );
    expect(reasons).toContain('unavailable');
    await directory.start();
  });

  it('break glass: a password that the machine gave opens her way to the second step, until its time is over', async () => {
    await directory.stop();
    let shown = '';
    const deps = { ...sluis.core, by: 'root', kept: 'ldap' };
    const request = { email: anna.email, duration: 4 * 60 * 60_000, reason: 'adresboek is weg' };
    await adminLocalPassword(deps, request, text => {
      shown += text;
    });
    const password = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}/.exec(shown)?.[0] ?? '';
    const { browser, page } = await typed(anna.email, password);
    expect(titleOf(page)).toBe('Vul de code in');
    expect(titleOf(await browser.open('/people'))).toBe(signInTitle);
    expect((await typed('bram@gemeente.test', password)).page.status).toBe(503);
    const trail = JSON.stringify(await sluis.core.audit.tail(50));
    expect(trail).toContain('"operator.local-password"');
    expect(trail).not.toContain(password);
    await directory.start();
    sluis.clock.advance(4 * 60 * 60_000);
    expect((await typed(anna.email, password)).page.status).toBe(422);
    await expect(adminLocalPassword({ ...deps, kept: 'local' }, request, () => undefined)).rejects.toThrow('here');
    await expect(
      adminLocalPassword(deps, { ...request, email: 'niemand@gemeente.test' }, () => undefined),
    ).rejects.toThrow('no such operator');
  });

  it('who is deleted in the directory comes in no more', async () => {
    await directory.asAdmin(client => client.del(`uid=anna,ou=people,${directoryBase}`));
    expect((await typed(anna.email, anna.password)).page.status).toBe(422);
  });
});
