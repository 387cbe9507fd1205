import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli } from './cli-bench.ts';

let cli: Cli;
beforeEach(() => {
  cli = openCli();
});
afterEach(() => {
  cli.remove();
});

const seed = '3132333435363738393031323334353637383930';
const tokens = (...args: string[]) => cli.run('tokens', ...args, '--config', cli.config);

describe('R22 sluis tokens', () => {
  it('imports, lists, hands out and takes back, and shows no seed anywhere', async () => {
    const file = cli.write(
      'tokens.csv',
      `serial,seed,type,manufacturer\nA-1,${seed},hotp,Voorbeeld\nA-2,${seed},totp,\n`,
    );
    expect(await tokens('import', file)).toMatchObject({ code: 0, out: '2 tokens are in stock now.\n', err: '' });
    const given = await tokens('hand-out', 'A-1', ' Anna@gemeente.test ');
    expect(given).toMatchObject({ code: 0, out: 'anna has the token A-1. It works at the next sign-in.\n' });
    const listed = await tokens('list');
    expect(listed.out).toMatch(
      /^A-1 +HOTP, SHA1, 6 digits, Voorbeeld, anna\nA-2 +TOTP 30 s, SHA1, 6 digits, in stock\n$/,
    );
    const shown = await cli.run('users', 'show', 'anna', '--config', cli.config);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toContain('hardware-token');
    expect(await tokens('hand-out', 'A-1', 'bram')).toMatchObject({ code: 65, out: '' });
    expect((await tokens('take-back', 'A-1', '--retire')).out).toContain('anna is signed out');
    expect((await tokens('list')).out).toContain('out of use');
    expect((await tokens('hand-out', 'A-1', 'bram')).err).toMatch(/out of use[\s\S]*what to do/);
    const audit = await cli.run('audit', 'tail', '--json', '--config', cli.config);
    expect(audit.out.match(/token\.handed-out|token\.returned|tokens\.imported/g)).toHaveLength(3);
    for (const { out, err } of [listed, shown, audit]) expect(`${out}${err}`).not.toMatch(/31323334|GEZDG/);
  });

  it.each([
    ['a file that is not there', 64, /cannot read/, () => ['import', '/nergens/tokens.xml']],
    [
      'a bad line',
      65,
      /line 2: token A-1: a seed of 2 bytes[\s\S]*what to do/,
      () => ['import', cli.write('a.csv', 'serial,seed\nA-1,3132\n')],
    ],
    ['XML that is no container', 65, /KeyContainer/, () => ['import', cli.write('a.xml', '<html/>')]],
    [
      'a key that is none',
      64,
      /holds no key/,
      () => ['import', cli.write('a.xml', '<html/>'), '--key-file', cli.write('k', 'geheim')],
    ],
    ['a token that nobody imported', 65, /no token B-9/, () => ['hand-out', 'B-9', 'anna']],
    ['a token in stock, taken back', 65, /there is no token/, () => ['take-back', 'B-9']],
  ])('refuses %s', async (_what, code, words, args) => {
    const run = await tokens(...args());
    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).toMatch(words);
    expect(run.err).not.toMatch(/^\s+at /m);
  });
});
