import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { ClientAnswer } from '../../test/support/client.ts';
import { multipart } from '../../test/support/multipart.ts';
import { type ConsoleBrowser, formOf, operatorOf } from '../../test/support/operator.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { container, count, figures, keyPackage, sealed } from '../../test/vectors/pskc-files.ts';

const figure = (name: string) => figures.find(([one]) => one === name)?.[1] ?? '';
const hex = '12345678901234567890123456789012';
const base64 = 'EjRWeJASNFZ4kBI0VniQEg==';

describe('R22: tokens from PSKC files at the console', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let admin: ConsoleBrowser;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { console: 'own' });
    admin = (await operatorOf(sluis, 'admin')).browser;
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  async function send(list: string, secret: Record<string, string>): Promise<ClientAnswer> {
    const form = formOf((await admin.get('/import-tokens')).text, '/import-tokens');
    const fields = { ...form?.hidden, key: '', password: '', ...secret };
    return admin.follow(await admin.client.post('/import-tokens', ...multipart(fields, { list })));
  }

  it('asks for a key and for a password, both as secrets that no browser shows or fills in', async () => {
    const { text } = await admin.get('/import-tokens');
    for (const name of ['key', 'password'])
      expect(text).toMatch(new RegExp(`<input[^>]* name="${name}" type="password" autocomplete="off"`));
  });

  it.each([
    ['in the clear', '5', {}],
    ['under a key in hex', '6', { key: ` ${hex} ` }],
    ['under a key in base64', '6', { key: base64 }],
    ['under a password by PBKDF2', '7', { password: 'qwerty' }],
  ])('takes the token of RFC 6030 %s into stock, once', async (what, name, secret) => {
    const serial = `RFC-${name}-${what.length}`;
    const file = figure(name).replaceAll('987654321', serial);
    const done = await send(file, secret);
    expect([done.status, done.text.includes(serial)]).toEqual([200, true]);
    const token = await sluis.core.tokens.find(serial);
    expect(token).toMatchObject({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', digits: 8, counter: 0 });
    expect(token).not.toHaveProperty('line');
    const again = await send(file, secret);
    const words = `: the token ${serial} is in the register already`;
    expect([again.status, again.text.includes(`line ${name === '5' ? 4 : 5}${words}`)]).toEqual([422, true]);
  });

  const plain = (serial: string) =>
    keyPackage({ serial, secret: `<PlainValue>${Buffer.alloc(20, 7).toString('base64')}</PlainValue>`, more: count });
  const bomb = container('', plain('&b;')).replace('\n', '\n<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>\n');
  const changed = sealed(Buffer.alloc(20, 7), 'S1', 'qwerty').replace(
    /<ValueMAC>./,
    mac => `<ValueMAC>${mac.endsWith('A') ? 'B' : 'A'}`,
  );
  it.each<[string, string, Record<string, string>, string]>([
    ['a wrong seal', changed, { password: 'qwerty' }, 'line 4: token S1: its seal does not fit'],
    ['no key', figure('6'), {}, 'line 3: the container is encrypted'],
    ['a password for a key', figure('6'), { password: 'qwerty' }, 'line 3: the container is encrypted with a key'],
    ['a file cut off', figure('5').slice(0, 700), {}, 'this is not XML, or it is cut off'],
    ['a document type', bomb, {}, 'line 2: a document type'],
    ['a serial twice', container('', plain('A'), plain('A')), {}, 'line 8: token A stands on line 4 already'],
    ['a key that is none', figure('6'), { key: `${hex}0` }, 'Dit is geen sleutel.'],
    ['a key and a password', figure('6'), { key: hex, password: 'qwerty' }, 'niet allebei'],
  ])(
    'refuses %s, with the line where there is one, and shows nothing of what was typed',
    async (_what, list, secret, words) => {
      const before = await sluis.core.tokens.list();
      const refused = await send(list, secret);
      expect([refused.status, refused.text.includes(words)]).toEqual([422, true]);
      if (words.includes('cut off')) expect(refused.text).toMatch(/line \d+: this is not XML/);
      expect(refused.text).not.toMatch(/12345678901234567890|qwerty|EjRWeJ/);
      expect(await sluis.core.tokens.list()).toEqual(before);
      expect(JSON.stringify(await sluis.core.audit.tail(100))).not.toMatch(/12345678901234567890|qwerty/);
    },
  );
});
