import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { ConsoleBrowser, operatorOf, password, titleOf } from '../../test/support/operator.ts';
import { header } from '../../test/support/raw-http.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { adminInvite } from '../cli/admin.ts';

describe.each(['own', 'portal'] as const)('the console on its %s host', where => {
  let demo: DemoApp;
  let sluis: TestSluis;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { console: where });
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  it('D11 R52: the first admin comes in by the invitation that the terminal showed, and from then on with both factors', async () => {
    let shown = '';
    const deps = { ...sluis.core, console: sluis.core.settings.console, by: 'root', endSessionsOf: async () => 0 };
    const request = { email: 'Eva@Gemeente.Test', name: 'Eva', mandate: 90 * 24 * 3_600_000, reason: undefined };
    await adminInvite(deps, request, text => {
      shown += text;
    });
    const code = /code: +(\S+)/.exec(shown)?.[1] ?? '';
    expect(shown).toContain(`${sluis.core.settings.console?.origin}${sluis.core.settings.console?.path}/invitation`);
    const first = new ConsoleBrowser(sluis);
    const eva = await first.accept('eva@gemeente.test', code);
    const signOut = await first.submit(await first.open('/'), '/sign-out');
    expect(titleOf(signOut)).toBe('Inloggen bij het beheer');
    expect(titleOf(await first.open('/'))).toBe('Inloggen bij het beheer');
    const again = new ConsoleBrowser(sluis);
    expect(titleOf(await again.signIn(eva))).toBe('Vandaag');
    const trail = JSON.stringify(await sluis.core.audit.tail(100));
    expect(trail).toContain('"operator.invited"');
    expect(trail).toContain('"session.began"');
    expect(trail).not.toContain(code);
    expect(trail).not.toContain(password);
  });

  it('a sign-out takes its own cookies and what the browser kept of pages, and nothing else on that host', async () => {
    const { browser, operator } = await operatorOf(sluis, 'helpdesk', `uit-${where}@gemeente.test`);
    const elsewhere = new ConsoleBrowser(sluis);
    await elsewhere.signIn(operator);
    const hers = new Map([...browser.client.jar].filter(([name]) => !name.startsWith('__Host-sluis-console')));
    browser.client.jar.set('__Host-sluis-realm', 'of the portal');
    const answer = await browser.post(await browser.open('/'), '/sign-out');
    // "storage" would take the key of a phone that approves with it, "cookies" the portal's.
    expect(header(answer, 'clear-site-data')).toBe('"cache"');
    const dropped = answer.setCookies.filter(line => /max-age=0/i.test(line)).map(line => line.split('=', 1)[0]);
    expect(dropped).toEqual(['__Host-sluis-console', '__Host-sluis-console-in']);
    expect(answer.setCookies).toHaveLength(dropped.length);
    expect(browser.client.jar.get('__Host-sluis-realm')).toBe('of the portal');
    for (const [name, value] of hers) expect(browser.client.jar.get(name)).toBe(value);
    expect(titleOf(await elsewhere.open('/'))).toBe('Vandaag');
    expect(header(await elsewhere.get('/'), 'clear-site-data')).toBeUndefined();
  });

  it('answers with headers under which nothing inline runs and nothing is kept', async () => {
    const page = await new ConsoleBrowser(sluis).open('/sign-in');
    expect(header(page, 'content-security-policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
    expect(header(page, 'cache-control')).toBe('no-store');
  });

  it('ends after a quarter of an hour without a request, and after ten hours with them', async () => {
    const { browser } = await operatorOf(sluis, 'auditor');
    sluis.clock.advance(14 * 60_000);
    expect(titleOf(await browser.open('/'))).toBe('Vandaag');
    sluis.clock.advance(15 * 60_000);
    expect(titleOf(await browser.open('/'))).toBe('Inloggen bij het beheer');
    const other = await operatorOf(sluis, 'auditor');
    for (let minutes = 0; minutes < 9 * 60 + 55; minutes += 14) {
      expect(titleOf(await other.browser.open('/'))).toBe('Vandaag');
      sluis.clock.advance(14 * 60_000);
    }
    expect(titleOf(await other.browser.open('/'))).toBe('Inloggen bij het beheer');
  });
});
