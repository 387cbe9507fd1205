import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { PskcSecret } from '../../src/factor/hardware-token/pskc.ts';

const namespaces =
  'xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"';
const aes = '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>';
const cipher = (value: string) =>
  `${aes}<xenc:CipherData><xenc:CipherValue>${value}</xenc:CipherValue></xenc:CipherData>`;

/** What of a package differs from the figures of RFC 6030. */
interface Part {
  readonly serial?: string;
  readonly type?: string;
  readonly secret: string;
  readonly more?: string;
  readonly suite?: string;
  readonly digits?: string;
}

export function keyPackage({
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

export const container = (head: string, ...packages: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<KeyContainer Version="1.0" ${namespaces}>\n${head}\n${packages.join('\n')}\n</KeyContainer>`;

export const count = '<Counter><PlainValue>0</PlainValue></Counter>';
export const seed = Buffer.from('12345678901234567890');
export const hotp = { algorithm: 'sha1', digits: 8, period: undefined, counter: 0, serial: '987654321' };

/** The figures of RFC 6030: the same seed in the clear (5), under a pre-shared key (6) and under a password (7). */
export const figures: readonly [string, string, PskcSecret][] = [
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

/** A container of one token under a password, made anew. */
export function sealed(bytes: Buffer, serial: string, password: string): string {
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
