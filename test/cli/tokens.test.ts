import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { figures, sealed } from '../vectors/pskc-files.ts';
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

  const figure = (name: string) => figures.find(([one]) => one === name)?.[1] ?? '';
  const hex = '12345678901234567890123456789012';
  const secrets = /1234567890123456789|qwerty|EjRWeJASNFZ4kBI0VniQEg|31323334|GEZDG|MTIzNDU2/;

  it.each([
    ['under a key in hex (RFC 6030, figure 6)', '6', '--key-file', `${hex}\n`],
    ['under a key in base64', '6', '--key-file', 'EjRWeJASNFZ4kBI0VniQEg==\r\n'],
    ['under a password by PBKDF2 (figure 7)', '7', '--password-file', 'qwerty\n'],
  ])('imports a PSKC container %s, once, and shows no secret', async (_what, name, option, secret) => {
    const file = cli.write('tokens.xml', figure(name));
    const given = ['import', file, option, cli.write('secret', secret)];
    expect(await tokens(...given)).toEqual({ code: 0, out: 'One token is in stock now.\n', err: '' });
    expect((await tokens('list')).out).toMatch(/^987654321 +HOTP, SHA1, 8 digits, Manufacturer, in stock\n$/);
    const again = await tokens(...given);
    expect(again).toMatchObject({ code: 65, out: '' });
    expect(again.err).toContain('line 5: the token 987654321 is in the register already');
    const audit = await cli.run('audit', 'tail', '--json', '--config', cli.config);
    expect(audit.out.match(/tokens\.imported/g)).toHaveLength(1);
    expect(audit.out + again.err).not.toMatch(secrets);
  });

  it.each([
    [
      'another key',
      '6',
      '--key-file',
      'f'.repeat(32),
      /line 4: the container does not open|line 5: token \d+: its seal/,
    ],
    [
      'another password',
      '7',
      '--password-file',
      'azerty',
      /line 4: the container does not open|line 5: token \d+: its seal/,
    ],
    ['a password where a key is asked for', '6', '--password-file', 'qwerty', /line 3: [\s\S]*--key-file/],
    ['a key where a password is asked for', '7', '--key-file', hex, /line 3: [\s\S]*--password-file/],
  ])('imports nothing with %s, and says where', async (_what, name, option, secret, words) => {
    const run = await tokens('import', cli.write('a.xml', figure(name)), option, cli.write('s', secret));
    expect(run).toMatchObject({ code: 65, out: '' });
    expect(run.err).toMatch(words);
    expect(run.err).not.toMatch(secrets);
    expect((await tokens('list')).out).toMatch(/^No tokens yet/);
  });

  it('takes a key or a password, not both; and of an encrypted container a changed seed is refused by its line', async () => {
    const xml = sealed(Buffer.alloc(20, 7), 'S1', 'geheim');
    const [file, word] = [cli.write('a.xml', xml), cli.write('word', 'geheim\n')];
    const both = await tokens('import', file, '--key-file', cli.write('key', hex), '--password-file', word);
    expect(both).toMatchObject({ code: 64, err: expect.stringContaining('not both') });
    const changed = cli.write(
      'b.xml',
      xml.replace(/<ValueMAC>./, mac => `<ValueMAC>${mac.endsWith('A') ? 'B' : 'A'}`),
    );
    const bad = await tokens('import', changed, '--password-file', word);
    expect(bad).toMatchObject({ code: 65, err: expect.stringContaining('line 4: token S1: its seal does not fit') });
    expect((await tokens('import', file, '--password-file', word)).code).toBe(0);
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
