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
