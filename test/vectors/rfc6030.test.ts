import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenCode } from '../../src/factor/hardware-token/credential.ts';
import { readTokenCsv } from '../../src/factor/hardware-token/csv.ts';
import { type PskcSecret, readPskc } from '../../src/factor/hardware-token/pskc.ts';
import { missing } from '../support/apps.ts';
import { issue } from '../support/certificates.ts';
import { container, count, figures, hotp, keyPackage, sealed, seed } from './pskc-files.ts';

describe('R22, a.66: PSKC containers (RFC 6030)', () => {
  it.each(figures)('figure %s is read', (_figure, xml, secret) => {
    const [token] = readPskc(xml, secret);
    expect(token).toMatchObject(hotp);
    // RFC 4226 appendix D, eight digits of the same seed.
    expect(tokenCode({ ...hotp, ...token } as Parameters<typeof tokenCode>[0], 0)).toBe('84755224');
  });

  it.each(figures.slice(1))('figure %s opens with no other key or password, and says so', (_figure, xml, secret) => {
    const wrong: PskcSecret =
      secret !== undefined && 'key' in secret ? { key: Buffer.alloc(16, 1) } : { password: 'qwertz' };
    // In figure 6 the wrapped MAC key may open by chance to nonsense: then the seal of the value says so.
    expect(() => readPskc(xml, wrong)).toThrow(/line 4: the container does not open|line 5: token 987654321: its seal/);
    expect(() => readPskc(xml, undefined)).toThrow('line 3: the container is encrypted');
    const other: PskcSecret = 'key' in wrong ? { password: 'qwerty' } : { key: Buffer.alloc(16, 1) };
    expect(() => readPskc(xml, other)).toThrow(/line 3: the container is encrypted with a (?:key|password)/);
  });

  it.each(figures.slice(1))(
    'figure %s with any byte of its seed or seal changed imports nothing',
    (_figure, xml, secret) => {
      const values = [...xml.matchAll(/<EncryptedValue>.*?CipherValue>([^<]+)<|<ValueMAC>([^<]+)</g)];
      const places = values.map(match => ({
        at: match.index + match[0].indexOf(match[1] ?? match[2] ?? ''),
        text: match[1] ?? match[2] ?? '',
      }));
      fc.assert(
        fc.property(fc.nat(places.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, flip) => {
          const { at, text } = places[which] ?? { at: 0, text: '' };
          const bytes = Buffer.from(text, 'base64');
          const place = where % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ flip;
          const changed = xml.slice(0, at) + bytes.toString('base64') + xml.slice(at + text.length);
          expect(() => readPskc(changed, secret)).toThrow('line 5: token 987654321: its seal does not fit');
        }),
        { numRuns: 60 },
      );
    },
  );

  it('honours step, algorithm and digits, and knows SHA-256 tokens', () => {
    const secret = `<PlainValue>${Buffer.alloc(32, 7).toString('base64')}</PlainValue>`;
    const more = '<TimeInterval><PlainValue>60</PlainValue></TimeInterval>';
    const xml = container(
      '',
      keyPackage({ type: 'totp', secret, more, suite: '<Suite>HMAC-SHA256</Suite>', digits: '6' }),
    );
    expect(readPskc(xml, undefined)).toMatchObject([{ algorithm: 'sha256', digits: 6, period: 60, counter: 0 }]);
  });

  const plainly = (serial: string, bytes = 20) =>
    keyPackage({
      serial,
      secret: `<PlainValue>${Buffer.alloc(bytes, 7).toString('base64')}</PlainValue>`,
      more: count,
    });

  it('refuses a seed that is too short, a serial that stands twice, and a step nobody knows, each by its line', () => {
    const odd = keyPackage({
      serial: 'C',
      type: 'totp',
      secret: `<PlainValue>${Buffer.alloc(20).toString('base64')}</PlainValue>`,
      more: '<TimeInterval><PlainValue>45</PlainValue></TimeInterval>',
    });
    const xml = container('', plainly('A'), plainly('B', 10), plainly('A'), odd);
    expect(() => readPskc(xml, undefined)).toThrow(
      /line 8: token B: a seed of 10[\s\S]*line 12: token A stands on line 4[\s\S]*line 16: token C/,
    );
  });

  it.each([
    [
      'an entity that grows without end',
      `<?xml version="1.0"?>\n<!DOCTYPE x [\n<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${container('', plainly('&b;'))}`,
      'line 2: a document type',
    ],
    [
      'an entity that names a file',
      `<!-- a comment -->\n\n<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${container('', plainly('&f;'))}`,
      'line 3: a document type',
    ],
    ['an entity alone', container('', '<!ENTITY a "b">'), 'line 4: a document type'],
    ['a container cut off', container('', plainly('A')).slice(0, 600), 'line 6: this is not XML, or it is cut off'],
    [
      'one cut off between two packages',
      container('', plainly('A'), plainly('B')).slice(0, -20),
      'line 11: this is not',
    ],
    ['no container', '<html/>', 'line 1: there is no KeyContainer'],
    ['no XML', 'serial,seed', 'line 1: this is not XML'],
    ['nothing', '', 'line 1: this is not XML'],
    ['no tokens', container(''), 'line 2: the file holds no tokens'],
  ])('refuses %s, with the line', (_what, xml, words) => {
    expect(() => readPskc(xml, undefined)).toThrow(expect.objectContaining({ code: 'tokens.refused' }));
    expect(() => readPskc(xml, undefined)).toThrow(words);
  });

  it('reads what it was made from, for any seed and serial, sealed under any password; cut anywhere it reads nothing', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 40 }),
        fc.stringMatching(/^[A-Z0-9]{4,12}$/),
        fc.nat(),
        (bytes, serial, cut) => {
          const xml = sealed(Buffer.from(bytes), serial, 'geheim');
          expect(readPskc(xml, { password: 'geheim' })).toMatchObject([{ serial }]);
          const short = xml.slice(0, cut % (xml.length - 1));
          expect(() => readPskc(short, { password: 'geheim' })).toThrow(
            `line ${short.trimEnd().split('\n').length}: this is not XML, or it is cut off`,
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('R22 tokens as CSV', () => {
  it('reads hex and base32 seeds, with the columns that a file has, in any order', () => {
    const text =
      '\uFEFFseed;serial;type;counter;digits\r\n3132333435363738393031323334353637383930;H1;hotp;7;8\r\n\r\nGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ;T1;;;\r\n';
    expect(readTokenCsv(text)).toMatchObject([
      { serial: 'H1', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', period: undefined, counter: 7, digits: 8 },
      { serial: 'T1', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', period: 30, counter: 0, digits: 6 },
    ]);
  });

  it.each([
    ['no heading', 'H1,3132', /line 1: the heading/],
    ['a column that nobody knows', 'serial,seed,colour\n', /line 1: the heading/],
    ['a seed that is none', 'serial,seed\nH1,zzz!', /line 2: token H1: the seed/],
    ['a short seed', 'serial,seed\nH1,31323334', /line 2: token H1: a seed of 4 bytes/],
    [
      'a serial twice',
      `serial,seed\nH1,${'31'.repeat(20)}\nH1,${'32'.repeat(20)}`,
      /line 3: token H1 stands on line 2/,
    ],
    ['no serial', `serial,seed\n,${'31'.repeat(20)}`, /line 2: the serial number/],
  ])('refuses %s, with the line and without the seed', (_what, text, words) => {
    expect(() => readTokenCsv(text)).toThrow(words);
    expect(() => readTokenCsv(text)).not.toThrow(/3132333|3131313/);
  });
});

describe.skipIf(missing('oathtool'))('R22 oathtool as the other side', () => {
  it('agrees on the codes of 1,000 random tokens', () => {
    const algorithms = ['sha1', 'sha256', 'sha512'] as const;
    for (let turn = 0; turn < 1_000; turn += 1) {
      const bytes = randomBytes(16 + (turn % 49));
      const algorithm = algorithms[turn % 3] ?? 'sha1';
      const digits = turn % 2 === 0 ? 6 : 8;
      const period = turn % 5 === 0 ? undefined : turn % 4 < 2 ? 30 : 60;
      const [token] = readTokenCsv(
        `serial,seed,type,algorithm,digits,period\nX,${bytes.toString('hex')},${period === undefined ? 'hotp' : 'totp'},${algorithm},${digits},${period ?? 30}`,
      );
      if (token === undefined) throw new Error('no token');
      const moving = turn * 7919;
      const args =
        period === undefined
          ? ['--hotp', '-c', `${moving}`]
          : [`--totp=${algorithm}`, '-s', `${period}s`, '-N', `@${moving * period + 1}`];
      // oathtool counts presses with SHA-1 only (RFC 4226).
      const used = period === undefined ? { ...token, algorithm: 'sha1' as const } : token;
      const said = spawnSync('oathtool', [...args, '-d', `${digits}`, bytes.toString('hex')], { encoding: 'utf8' });
      expect(said.stdout.trim(), said.stderr).toBe(tokenCode(used, moving));
    }
  });
});

/** pskctool writes plain containers (signed), checks any against the schema of RFC 6030, and opens none that is encrypted. */
describe.skipIf(missing('oathtool'))('R22 pskctool as the other side', () => {
  const tool = (args: readonly string[], input: string) => spawnSync('pskctool', args, { input, encoding: 'utf8' });
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluis-pskc-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reads the same seed out of the same container', () => {
    const [, xml] = figures[0] ?? ['', ''];
    const said = tool(['--info'], xml);
    expect(said.stdout).toContain('987654321');
    expect(said.stdout).toContain(seed.toString('base64'));
    expect(readPskc(xml, undefined)).toMatchObject([{ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }]);
  });

  it('what it writes and signs itself is read: the same tokens, with steps and digits', () => {
    const maker = issue({ name: { CN: 'maker' } });
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(certificate, maker.pem);
    const tokens = Array.from({ length: 20 }, (_, index) => {
      const secret = `<PlainValue>${randomBytes(16 + index).toString('base64')}</PlainValue>`;
      const totp = index % 2 === 0;
      const step = `<TimeInterval><PlainValue>${index % 4 === 0 ? 30 : 60}</PlainValue></TimeInterval>`;
      const serial = `PT${index}`;
      return totp
        ? keyPackage({ serial, secret, type: 'totp', digits: '6', more: step })
        : keyPackage({ serial, secret, more: `<Counter><PlainValue>${index}</PlainValue></Counter>` });
    });
    const xml = container('', ...tokens);
    const made = tool(['--sign', '--sign-key', key, '--sign-crt', certificate], xml);
    expect(made.stdout, made.stderr).toContain('<SignatureValue>');
    // One line now, so that all of it is its own writing and not our text back.
    const withoutLine = (text: string) => readPskc(text, undefined).map(({ line: _, ...token }) => token);
    expect(withoutLine(made.stdout)).toEqual(withoutLine(xml));
    expect(withoutLine(made.stdout)).toHaveLength(20);
  });

  it.each([...figures, ['of our own making', sealed(seed, '987654321', 'geheim'), { password: 'geheim' }] as const])(
    'takes the container of figure %s for one by the schema; an encrypted one it does not open',
    (_figure, xml, secret) => {
      expect(tool(['--validate'], xml).stdout).toBe('OK\n');
      const { stdout } = tool(['--info'], xml);
      expect(stdout).toContain('SerialNo: 987654321');
      // 2.6.7 has no option for a key or password: it says all but the secret, and `parse error` on standard error.
      expect(stdout.includes('Key Secret')).toBe(secret === undefined);
      expect(readPskc(xml, secret)).toMatchObject([{ serial: '987654321' }]);
    },
  );
});
