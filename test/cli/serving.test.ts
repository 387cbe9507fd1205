import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDemoApp } from '../../demo/app.ts';
import { freePort } from '../support/sluis.ts';
import { type Cli, configuration, openCli, type Run } from './cli-bench.ts';

let cli: Cli;
let port: number;
beforeEach(async () => {
  port = await freePort();
  cli = openCli(port);
});
afterEach(() => {
  cli.remove();
});

function refused(run: Run, exit: number, ...texts: (string | RegExp)[]): void {
  expect(run.code).toBe(exit);
  for (const text of texts) expect(run.err).toMatch(text);
  expect(`${run.out}${run.err}`).not.toMatch(/^\s+at |node:internal|\.ts:\d|Error:/m);
}

function get(path: string, host: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${host}.localhost:${port}`, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    request({ host: '127.0.0.1', port, path, headers }, res => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('check', () => {
  it.each([
    ['empty', '', 'no key in'],
    ['odd', 'hello', 'key 1 of'],
    ['double', `a:${'A'.repeat(43)}\na:${'B'.repeat(43)}`, 'two keys with one id'],
  ])('refuses a key file that is %s, as a start would', async (_title, text, says) => {
    cli.write('keys', text);
    const config = cli.write('own-keys.yaml', `${configuration(port)}\nkeys: { file: keys }\n`);
    for (const command of ['check', 'serve'])
      refused(await cli.run(command, '--config', config), 78, says, 'what to do: Write one key a line');
  });
});

describe('serve', () => {
  it('serves until it is stopped, and leaves the port and the audit in order', async () => {
    const running = await cli.start('serve', '--config', cli.config);
    expect(running.said()).toContain(`http://post.localhost:${port}`);
    expect((await get('/', 'sluis')).status).toBeLessThan(500);
    expect(await running.stop()).toMatchObject({ code: 0 });
    const tail = await cli.run('audit', 'tail', '--config', cli.config);
    expect(tail.out).toMatch(/server\.started[\s\S]*server\.stopped/);
    expect(await (await cli.start('serve', '--config', cli.config)).stop()).toMatchObject({ code: 0 });
  });

  it('R04: that level 1 is accepted, and why, is in the audit at each start', async () => {
    const levels = 'levels: { acceptLevel1: { reason: openbare stukken } }';
    const config = cli.write('level-1.yaml', `${configuration(port)}\n${levels}\n`);
    for (const starts of [1, 2]) {
      await (await cli.start('serve', '--config', config)).stop();
      const { out } = await cli.run('audit', 'tail', '--config', config);
      expect(out.match(/level-1\.accepted.*openbare stukken/g)).toHaveLength(starts);
    }
  });

  it('an app that does not answer is a page that says nothing of the cause (rule 7)', async () => {
    const running = await cli.start('serve', '--config', cli.config);
    const { status, text } = await get('/login', 'post');
    await running.stop();
    expect(status).toBe(502);
    expect(text).not.toMatch(/127\.0\.0\.1|ECONN|undici|at |:9\b/);
  });

  it('a port in use ends it with 69, and nothing goes on', async () => {
    const other: Server = createServer();
    await new Promise<void>(resolve => other.listen(port, '127.0.0.1', resolve));
    refused(await cli.run('serve', '--config', cli.config), 69, `127.0.0.1:${port} is in use`, 'what to do');
    await new Promise(resolve => other.close(resolve));
    expect((await cli.run('audit', 'tail', '--config', cli.config)).out).toBe('');
    expect(await (await cli.start('serve', '--config', cli.config)).stop()).toMatchObject({ code: 0 });
  });

  it('an address that is not of this machine ends it with 77', async () => {
    const config = cli.write(
      'far.yaml',
      configuration(port, ', balancers: [192.0.2.1]').replace('address: 127.0.0.1', 'address: 192.0.2.1'),
    );
    refused(await cli.run('serve', '--config', config), 77, `192.0.2.1:${port}`, 'what to do');
  });

  describe('with TLS files', () => {
    const secured = (certificate: string, key: string) =>
      cli.write(
        'tls.yaml',
        configuration(port, `, tls: { certificate: ${certificate}, key: ${key} }`)
          .replaceAll('http://post', 'https://post')
          .replaceAll('http://sluis', 'https://sluis'),
      );

    it.each<[string, () => string, RegExp]>([
      [
        'that are not there',
        () => secured('./none.pem', './none.key'),
        /tls\.certificate[\s\S]*not there[\s\S]*tls\.key[\s\S]*not there/,
      ],
      ['that are folders', () => secured('.', '.'), /a folder, not a file/],
      ['that are no certificate', () => secured('./tls.yaml', './tls.yaml'), /do not make a certificate and its key/],
    ])('%s ends it with 78, before anything is opened', async (_title, config, text) => {
      refused(await cli.run('serve', '--config', config()), 78, text, 'what to do');
      expect(existsSync(join(cli.folder, 'data'))).toBe(false);
    });
  });
});

describe('protect', () => {
  it('says of a port in use how another one is typed', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(port, '127.0.0.1', resolve));
    const words = ['http://127.0.0.1:9', '--preset', 'demo', '--listen', `127.0.0.1:${port}`];
    const run = await cli.run('protect', ...words, '--data', join(cli.folder, 'other'));
    refused(run, 69, `127.0.0.1:${port} is in use`, '--listen');
    await new Promise(resolve => other.close(resolve));
  });

  const data = () => join(cli.folder, 'state');
  const args = (...more: string[]) => [
    'protect',
    'http://127.0.0.1:9',
    '--preset',
    'demo',
    '--listen',
    `${port}`,
    '--data',
    data(),
    ...more,
  ];

  it('writes its configuration, invites, serves, and can be read by the other commands', async () => {
    const running = await cli.start(...args('--domain', 'gemeente.test', '--invite', 'anna', 'an<b>na'));
    expect((await get('/login', 'app')).status).toBe(502);
    const { code, err } = await running.stop();
    expect(code).toBe(0);
    expect(err).toMatch(/Activation code of anna: \S+/);
    expect(err).toMatch(/an<b>na: .*is not a name/);
    const config = join(data(), 'protect.yaml');
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(await cli.run('check', '--config', config)).toMatchObject({ code: 0 });
    expect((await cli.run('users', 'list', '--config', config)).out).toMatch(/^anna .*invited until/);
  });

  it('can be started again on the same data', async () => {
    await (await cli.start(...args('--invite', 'anna'))).stop();
    const again = await (await cli.start(...args())).stop();
    expect(again).toMatchObject({ code: 0 });
    expect((await cli.run('users', 'list', '--config', join(data(), 'protect.yaml'))).out).toMatch(/^anna /);
  });

  it('reads the form of an app without a preset from its own login page', async () => {
    const app = await startDemoApp();
    const words = ['protect', app.url, '--preset', 'generic', '--login-page', '/login', '--proof-cookie', 'GPAUTH'];
    const running = await cli.start(...words, '--listen', `${port}`, '--data', data(), '--invite', 'anna');
    const page = await get('/login', 'app');
    await running.stop();
    await app.close();
    expect(page.text).toContain('name="wachtwoord"');
    const text = readFileSync(join(data(), 'protect.yaml'), 'utf8');
    expect(text).toMatch(/userField: gebruiker\n\s+passwordField: wachtwoord/);
    expect(text).toMatch(/formtoken:\n\s+optional: true/);
  });

  it.each<[string, string[], number, RegExp]>([
    ['an address that is none', ['protect', 'nonsense', '--preset', 'demo'], 78, /upstream/],
    ['an address with a path', ['protect', 'http://127.0.0.1:9/mail', '--preset', 'demo'], 78, /upstream/],
    [
      'a generic app without its cookie',
      ['protect', 'http://127.0.0.1:9', '--preset', 'generic'],
      64,
      /--proof-cookie/,
    ],
    [
      'a generic app that does not answer',
      ['protect', 'http://127.0.0.1:9', '--preset', 'generic', '--proof-cookie', 'x', '--invite', 'anna'],
      64,
      /does not answer/,
    ],
    ['a domain that is none', ['protect', 'http://127.0.0.1:9', '--preset', 'demo', '--domain', 'a b'], 78, /domains/],
    ['a preset that is not known', ['protect', 'http://127.0.0.1:9', '--preset', 'roundcub'], 64, /Allowed choices/],
    ['no preset', ['protect', 'http://127.0.0.1:9'], 64, /--preset/],
    [
      'a port that is none',
      ['protect', 'http://127.0.0.1:9', '--preset', 'demo', '--listen', '99999'],
      64,
      /expected address:port/,
    ],
    [
      'every network, without TLS',
      ['protect', 'http://127.0.0.1:9', '--preset', 'demo', '--listen', '0.0.0.0:8080'],
      78,
      /plain http/,
    ],
  ])('refuses %s, and leaves nothing behind', async (_title, words, exit, text) => {
    refused(await cli.run(...words, '--data', data()), exit, text);
    expect(existsSync(data())).toBe(false);
  });

  it('leaves a configuration that works alone when it is called wrongly', async () => {
    await (await cli.start(...args())).stop();
    const before = readFileSync(join(data(), 'protect.yaml'), 'utf8');
    refused(await cli.run('protect', 'nonsense', '--preset', 'demo', '--data', data()), 78, /upstream/);
    expect(readFileSync(join(data(), 'protect.yaml'), 'utf8')).toBe(before);
    expect(readdirSync(data()).filter(name => name.endsWith('.new'))).toEqual([]);
  });
});
