import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { freePort } from '../support/free-port.ts';
import { ConsoleBrowser, operatorOf, titleOf } from '../support/operator.ts';
import { configurationOf, startSluis, type TestSluis } from '../support/sluis.ts';

const program = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const email = 'eva@gemeente.test';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** As typed at the machine: a process of its own, from dist/. */
function typed(config: string, ...words: string[]): Promise<Ended> {
  const args = ['--enable-source-maps', program, 'admin', 'local-password', ...words, '--config', config];
  return new Promise(resolve => {
    const child = execFile(process.execPath, args, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

describe('D11 R52: break glass at the machine, while the directory of operators is away', () => {
  let demo: DemoApp;
  let before: TestSluis;
  let away: TestSluis;
  let config = '';
  beforeAll(async () => {
    demo = await startDemoApp();
    const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo' }] as const;
    before = await startSluis(apps, { console: 'own' });
    await operatorOf(before, 'admin', email);
    const nobody = await freePort();
    const ldap = `url: "ldap://localhost:${nobody}", user: "cn=a", passwordFile: reader, base: "dc=test", timeout: 1`;
    const options = {
      console: 'own',
      consoleMore: `firstFactor: { ldap: { ${ldap} } }`,
      files: { reader: 'x\n' },
    } as const;
    away = await startSluis(apps, { ...options, beside: before });
    const { folder, namesPort } = before.shared;
    config = join(folder, 'away.yaml');
    writeFileSync(
      config,
      `${configurationOf(apps, { port: await freePort(), namesPort }, options)}\nlog: { level: error }\n`,
    );
  });
  afterAll(async () => {
    await away?.close();
    await before?.close();
    await demo?.close();
  });

  const signIn = async (password: string) => {
    const browser = new ConsoleBrowser(away);
    const page = await browser.submit(await browser.open('/sign-in'), '/sign-in', { email, password });
    return { browser, page };
  };

  it('prints a password that leads to her second step and no further, and keeps it nowhere', async () => {
    expect((await signIn('een heel gewone zin over fietsen')).page.status).toBe(503);
    const run = await typed(config, email, '--for', '4h', '--reason', 'melding 1234');
    expect([run.code, run.err]).toEqual([0, '']);
    const [password = ''] = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}/.exec(run.out) ?? [];
    const [until = ''] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(run.out) ?? [];
    expect(Math.abs(Date.parse(until) - Date.now() - 4 * 60 * 60_000)).toBeLessThan(10 * 60_000);
    const { browser, page } = await signIn(password);
    expect(titleOf(page)).toBe('Vul de code in');
    expect(titleOf(await browser.open('/people'))).not.toBe('Mensen');
    const trail = await away.core.audit.tail(50);
    expect(trail.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'operator.local-password', name: email, reason: 'melding 1234' }),
    );
    expect(JSON.stringify(trail)).not.toContain(password);
  });

  it('refuses it without a reason, for more than a week, and for who is no operator, and says what to do', async () => {
    const refusals: [string[], number, RegExp][] = [
      [[email], 64, /--reason/],
      [[email, '--for', '8d', '--reason', 'x'], 64, /at most 7 days/],
      [['niemand@gemeente.test', '--reason', 'x'], 65, /no such operator[\s\S]*what to do/],
    ];
    const runs = await Promise.all(refusals.map(([words]) => typed(config, ...words)));
    for (const [index, run] of runs.entries()) {
      const [, code, says] = refusals[index] ?? [];
      expect(run).toMatchObject({ code, out: '', err: expect.stringMatching(says ?? '') });
      expect(run.err).not.toMatch(/^\s+at |node:internal|\.ts:\d/m);
    }
  });
});
