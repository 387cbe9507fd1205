import { spawnSync } from 'node:child_process';
import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenCode } from '../../src/factor/hardware-token/credential.ts';
import { readTokenCsv } from '../../src/factor/hardware-token/csv.ts';
import { type PskcSecret, readPskc } from '../../src/factor/hardware-token/pskc.ts';
import { missing } from '../support/apps.ts';

const namespaces =
  'xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"';
const aes = '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>';
const cipher = (value: string) =>
  `${aes}<xenc:CipherData><xenc:CipherValue>${value}</xenc:CipherValue></xenc:CipherData>`;

interface Part {
  readonly serial?: string;
  readonly type?: string;
  readonly secret: string;
  readonly more?: string;
  readonly suite?: string;
  readonly digits?: string;
}

function keyPackage({
  serial = '987654321',
  type = 'hotp',
  secret,
  more = '',
  suite = '',
  digits = '8',
}: Part): string {
  return `<KeyPackage><DeviceInfo><Manufacturer>Manufacturer</Manufacturer><SerialNo>${serial}</SerialNo></DeviceInfo>
<Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:${type}"><Issuer>Issuer</Issuer>
<AlgorithmParameters>${suite}<ResponseFormat Length="${digits}" Encoding="DECIMAL"/></AlgorithmParameters>
<Data><Secret>${secret}</Secret>${more}</Data></Key></KeyPackage>`;
}

const container = (head: string, ...packages: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<KeyContainer Version="1.0" ${namespaces}>\n${head}\n${packages.join('\n')}\n</KeyContainer>`;

const count = '<Counter><PlainValue>0</PlainValue></Counter>';
const seed = Buffer.from('12345678901234567890');
const hotp = { algorithm: 'sha1', digits: 8, period: undefined, counter: 0, serial: '987654321' };

/** The figures of RFC 6030: the same seed in the clear (5), under a pre-shared key (6) and under a password (7). */
const figures: readonly [string, string, PskcSecret][] = [
  [
    '5',
    container('', keyPackage({ secret: `<PlainValue>${seed.toString('base64')}</PlainValue>`, more: count })),
    undefined,
  ],
  [
    '6',
    container(
      `<EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>
<MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>${cipher('ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX')}</MACKey></MACMethod>`,
      keyPackage({
        secret: `<EncryptedValue>${cipher('AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv')}</EncryptedValue><ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=</ValueMAC>`,
        more: count,
      }),
    ),
    { key: Buffer.from('12345678901234567890123456789012', 'hex') },
  ],
  [
    '7',
    container(
      `<EncryptionKey><xenc11:DerivedKey><xenc11:KeyDerivationMethod Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2"><pkcs5:PBKDF2-params><Salt><Specified>Ej7/PEpyEpw=</Specified></Salt><IterationCount>1000</IterationCount><KeyLength>16</KeyLength><PRF/></pkcs5:PBKDF2-params></xenc11:KeyDerivationMethod><xenc:ReferenceList><xenc:DataReference URI="#ED"/></xenc:ReferenceList><xenc11:MasterKeyName>My Password 1</xenc11:MasterKeyName></xenc11:DerivedKey></EncryptionKey>
<MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>${cipher('2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx')}</MACKey></MACMethod>`,
      keyPackage({
        secret: `<EncryptedValue>${cipher('oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f')}</EncryptedValue><ValueMAC>LP6xMvjtypbfT9PdkJhBZ+D6O4w=</ValueMAC>`,
        more: count,
      }),
    ),
    { password: 'qwerty' },
  ],
];

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
    expect(() => readPskc(xml, wrong)).toThrow(/key or password|does not open/);
    expect(() => readPskc(xml, undefined)).toThrow('encrypted');
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
          expect(() => readPskc(changed, secret)).toThrow('seal');
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
      /line 8: token B: a seed of 10[\s\S]*line 16: token C[\s\S]*line 12: token A stands on line 4/,
    );
  });

  it.each([
    [
      'an entity that grows without end',
      `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${container('', plainly('&b;'))}`,
    ],
    [
      'an entity that names a file',
      `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${container('', plainly('&f;'))}`,
    ],
    ['a container cut off', container('', plainly('A')).slice(0, 600)],
    ['no container', '<html/>'],
    ['no XML', 'serial,seed'],
    ['nothing', ''],
    ['no tokens', container('')],
  ])('refuses %s', (_what, xml) => {
    expect(() => readPskc(xml, undefined)).toThrow(expect.objectContaining({ code: 'tokens.refused' }));
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
            expect.objectContaining({ code: 'tokens.refused' }),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

function sealed(bytes: Buffer, serial: string, password: string): string {
  const salt = randomBytes(8);
  const key = pbkdf2Sync(password, salt, 100, 16, 'sha1');
  const macKey = randomBytes(16);
  const wrap = (plain: Buffer) => {
    const iv = randomBytes(16);
    const made = createCipheriv('aes-128-cbc', key, iv);
    return Buffer.concat([iv, made.update(plain), made.final()]);
  };
  const value = wrap(bytes);
  const mac = createHmac('sha1', macKey).update(value).digest('base64');
  const head = `<EncryptionKey><xenc11:DerivedKey><xenc11:KeyDerivationMethod><pkcs5:PBKDF2-params><Salt><Specified>${salt.toString('base64')}</Specified></Salt><IterationCount>100</IterationCount><KeyLength>16</KeyLength></pkcs5:PBKDF2-params></xenc11:KeyDerivationMethod></xenc11:DerivedKey></EncryptionKey><MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>${cipher(wrap(macKey).toString('base64'))}</MACKey></MACMethod>`;
  const secret = `<EncryptedValue>${cipher(value.toString('base64'))}</EncryptedValue><ValueMAC>${mac}</ValueMAC>`;
  return container(head, keyPackage({ serial, secret, more: count }));
}

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

  it('pskctool reads the same seed out of the same container', () => {
    const [, xml] = figures[0] ?? ['', ''];
    const said = spawnSync('pskctool', ['--info'], { input: xml, encoding: 'utf8' });
    expect(said.stdout).toContain('987654321');
    expect(said.stdout).toContain(seed.toString('base64'));
    expect(readPskc(xml, undefined)).toMatchObject([{ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }]);
  });
});
