import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A clone with nothing but bin/ and a lock file, and an npm that does what the test says. */
let clone = '';

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'sluis-clone-'));
  cpSync(fileURLToPath(new URL('../../bin', import.meta.url)), join(clone, 'bin'), { recursive: true });
  writeFileSync(join(clone, 'package-lock.json'), '{"version":1}');
  mkdirSync(join(clone, 'tools'));
  symlinkSync(process.execPath, join(clone, 'tools', 'node'));
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe('the bootstrap', () => {
  it('installs once, and again when the lock file changes', () => {
    npm('mkdir -p node_modules; echo run >> calls');
    expect([bootstrap('build').status, bootstrap('build').status, calls()]).toEqual([0, 0, 1]);
    writeFileSync(join(clone, 'package-lock.json'), '{"version":2}');
    expect([bootstrap('build').status, calls()]).toEqual([0, 2]);
  });

  it('installs again after an installation that failed halfway', () => {
    npm('mkdir -p node_modules; echo run >> calls');
    bootstrap('build');
    writeFileSync(join(clone, 'package-lock.json'), '{"version":2}');
    npm('echo "npm error code E404" >&2; exit 1');
    expect(bootstrap('build').status).toBe(1);
    writeFileSync(join(clone, 'package-lock.json'), '{"version":1}');
    npm('mkdir -p node_modules; echo run >> calls');
    expect([bootstrap('build').status, calls()]).toEqual([0, 2]);
  });

  it('leaves a folder alone that node_modules only links to, and says what to do', () => {
    npm('mkdir -p node_modules; echo run >> calls');
    bootstrap('build');
    renameSync(join(clone, 'node_modules'), join(clone, 'shared'));
    symlinkSync(join(clone, 'shared'), join(clone, 'node_modules'));
    expect([bootstrap('build').status, calls()]).toEqual([0, 1]);
    const stamp = readFileSync(join(clone, 'shared', '.sluis-lock'), 'utf8');
    writeFileSync(join(clone, 'package-lock.json'), '{"version":2}');
    const refused = bootstrap('build');
    expect(refused).toMatchObject({ status: 73, stderr: expect.stringMatching(/is a link.*rm .*try again/) });
    expect(refused.stderr).not.toMatch(/^\s+at /m);
    // The copy whose folder it is goes on without an installation of its own.
    expect([readFileSync(join(clone, 'shared', '.sluis-lock'), 'utf8'), calls()]).toEqual([stamp, 1]);
    rmSync(join(clone, 'node_modules'));
    expect([bootstrap('build').status, calls()]).toEqual([0, 2]);
  });

  it.each([
    ['no network', 'echo "npm error code EAI_AGAIN" >&2; exit 1', 69, /no connection to the npm registry/],
    ['a folder that npm cannot write', 'echo "npm error code EACCES" >&2; exit 1', 73, /could not write/],
    ['anything else', 'echo "npm error code EUSAGE" >&2; exit 1', 1, /npm error code EUSAGE/],
  ])('says what to do about %s, in a line and not a stack', (_name, script, status, message) => {
    npm(script);
    const result = bootstrap('build');
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('says so where there is no npm, or no such command', () => {
    expect(bootstrap('build')).toMatchObject({ status: 72, stderr: expect.stringContaining('npm was not found') });
    expect(bootstrap('strat')).toMatchObject({
      status: 64,
      stderr: expect.stringContaining(
        'start|bench|bench:scale|bench:idle|bench:sign-in|bench:people|bench:peers|build|lint|pictures|test',
      ),
    });
  });

  it('says so where the copy is not complete', () => {
    npm('mkdir -p node_modules');
    expect(bootstrap('start')).toMatchObject({ status: 72, stderr: expect.stringContaining('is not complete') });
  });

  it('says which Node it takes where the pinned one is missing', () => {
    npm('mkdir -p node_modules');
    expect(bootstrap('build').stderr).toContain(`using this host's Node ${process.versions.node}`);
  });

  it('refuses a host that is too old, with the reason', () => {
    npm('mkdir -p node_modules');
    const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })";
    writeFileSync(join(clone, 'old.cjs'), old);
    const result = bootstrap('build', { NODE_OPTIONS: `--require ${join(clone, 'old.cjs')}` });
    expect(result).toMatchObject({ status: 1, stderr: expect.stringContaining('20.0.0 is too old: 24 or later') });
  });
});

describe('what the tests need from the host', () => {
  it('is named where it is missing and may not be installed', () => {
    npm('mkdir -p node_modules');
    const query = `process.getuid = () => 1000; console.log(JSON.stringify(require('./bin/test-needs.cjs').prepare()))`;
    const { stdout } = spawnSync(process.execPath, ['-e', query], {
      cwd: clone,
      encoding: 'utf8',
      env: { PATH: join(clone, 'tools') },
    });
    const missing = JSON.parse(stdout) as { name: string; why: string }[];
    expect(missing).toContainEqual({ name: 'roundcube', why: 'this is not a Debian system' });
    expect(missing).toContainEqual({ name: 'dokuwiki', why: 'this is not a Debian system' });
  });
});

function npm(script: string): void {
  writeFileSync(join(clone, 'tools', 'npm'), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`, { mode: 0o755 });
}

function bootstrap(command: string, extra: Record<string, string> = {}): { status: number | null; stderr: string } {
  const env = { PATH: join(clone, 'tools'), HOME: clone, ...extra };
  const args = [join(clone, 'bin', 'bootstrap.cjs'), command];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: clone, encoding: 'utf8', env });
  return { status, stderr };
}

function calls(): number {
  const file = join(clone, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}
