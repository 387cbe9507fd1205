import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type Cli, openCli } from './cli-bench.ts';

let cli: Cli;
beforeEach(async () => {
  cli = openCli(await freePort());
});
afterEach(() => cli.remove());

const verify = (...args: string[]) => cli.run('audit', 'verify', ...args, '--config', cli.config);
const invite = (name: string) => cli.run('users', 'invite', name, '--config', cli.config);
const newestIn = (out: string) => /^Its newest entry: (\S+)$/m.exec(out)?.[1] ?? '';

/** Whoever has the file and no keys: reads and writes the database itself. */
function thief() {
  const db = new DatabaseSync(join(cli.folder, 'data', 'sluis.db'));
  const head = () => db.prepare("SELECT value FROM record WHERE key = 'audit-head'").get()?.['value'];
  return {
    head,
    cutAfter: (number: number, saved: ReturnType<typeof head>) => {
      db.prepare("DELETE FROM entry WHERE log = 'audit' AND number > ?").run(number);
      db.prepare("DELETE FROM aside WHERE log = 'audit' AND number > ?").run(number);
      db.prepare("UPDATE record SET value = ? WHERE key = 'audit-head'").run(saved ?? null);
    },
    close: () => db.close(),
  };
}

it('R37: the end cut off in the file, with a saved head put back, is found by `verify --head`', async () => {
  for (const name of ['anna', 'bram']) await invite(name);
  const file = thief();
  const savedHead = file.head();
  for (const name of ['carla', 'daan']) await invite(name);
  const noted = newestIn((await verify()).out);
  expect(noted).toMatch(/^4:[\w-]{43}$/);
  expect(await verify('--head', noted)).toMatchObject({
    code: 0,
    out: expect.stringContaining('Entry 4 is the one that you noted, and so is all before it.\n'),
  });

  file.cutAfter(2, savedHead);
  file.close();
  const alone = await verify();
  expect(alone).toMatchObject({ code: 0, out: expect.stringContaining('The audit trail is whole: 2 entries.\n') });
  expect(alone.out).toContain('shows only a head that was noted elsewhere');
  expect(await verify('--head', noted)).toMatchObject({
    code: 1,
    out: expect.stringContaining('broken at entry 3: it was written, but is gone, with all that followed.\n'),
  });
  for (const name of ['emma', 'fleur', 'gijs']) await invite(name);
  expect((await verify()).code).toBe(0);
  expect(await verify('--head', noted)).toMatchObject({
    code: 1,
    out: expect.stringContaining('broken at entry 4: it is another one than you noted'),
  });
});

it.each(['4', '4:abc', 'x:y', ''])('refuses %j as a noted head', async head => {
  expect(await verify(`--head=${head}`)).toMatchObject({ code: 64, out: '', err: expect.stringContaining('a hash') });
});

it('R37: `serve` writes to its log how far the trail is, also where the last entries are of a command', async () => {
  await invite('anna');
  const config = cli.write('info.yaml', readFileSync(cli.config, 'utf8').replace('level: error', 'level: info'));
  const program = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  try {
    let said = '';
    const head = new Promise<string>((resolve, reject) => {
      ended.then(() => reject(new Error(`it ended: ${said}`)), reject);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const line = said.split('\n').find(one => one.includes('"msg":"the audit trail is this far"'));
        if (line?.endsWith('}')) resolve(line);
      });
    });
    const { head: noted } = JSON.parse(await head) as { head: { number: number; hash: string } };
    child.kill('SIGTERM');
    await ended;
    expect(await verify('--head', `${noted.number}:${noted.hash}`)).toMatchObject({ code: 0 });
    expect(noted.number).toBeGreaterThan(1);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});
