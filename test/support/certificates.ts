import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate that a test made, and the key that signs in its name. */
export interface Issued {
  readonly der: Buffer;
  readonly pem: string;
  readonly key: KeyObject;
  readonly subject: Buffer;
}

export interface CertificateOptions {
  /** C, O, OU and CN, as far as given. */
  readonly name: Readonly<Record<string, string>>;
  /** Undefined: it signs itself. */
  readonly issuer?: Issued;
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly from?: string;
  readonly to?: string;
  /** Of the model; bytes in hex. */
  readonly aaguid?: string;
  readonly dns?: string;
  /** Signs with this key in place of the issuer's: a forgery. */
  readonly signedBy?: KeyObject;
}

const oids: Readonly<Record<string, string>> = { C: '550406', O: '55040a', OU: '55040b', CN: '550403' };
const ecdsaSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

/** An X.509 certificate over a new P-256 key (RFC 5280 4.1). */
export function issue(options: CertificateOptions): Issued {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf(options.name);
  const { from = '250101000000Z', to = '491231235959Z', issuer } = options;
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaSha256,
    issuer?.subject ?? subject,
    der(0x30, der(0x17, Buffer.from(from)), der(0x17, Buffer.from(to))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions(options))),
  );
  const signature = sign('sha256', body, options.signedBy ?? issuer?.key ?? privateKey);
  const whole = der(0x30, body, ecdsaSha256, der(0x03, Buffer.from([0]), signature));
  const pem = `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`;
  return { der: whole, pem, key: privateKey, subject };
}

function extensions({ ca = false, pathLength, aaguid, dns }: CertificateOptions): Buffer[] {
  const length = pathLength === undefined ? [] : [der(0x02, Buffer.from([pathLength]))];
  const constraints = der(0x30, ...(ca ? [der(0x01, Buffer.from([0xff])), ...length] : []));
  const found = [extension('551d13', constraints, true)];
  if (aaguid !== undefined) found.push(extension('2b0601040182e51c010104', der(0x04, Buffer.from(aaguid, 'hex'))));
  if (dns !== undefined) found.push(extension('551d11', der(0x30, der(0x82, Buffer.from(dns)))));
  return found;
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return der(0x30, der(0x06, Buffer.from(oid, 'hex')), ...flag, der(0x04, value));
}

function nameOf(parts: Readonly<Record<string, string>>): Buffer {
  const sets = Object.entries(parts).map(([name, text]) => {
    const value = der(name === 'C' ? 0x13 : 0x0c, Buffer.from(text));
    return der(0x31, der(0x30, der(0x06, Buffer.from(oids[name] ?? '', 'hex')), value));
  });
  return der(0x30, ...sets);
}

export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(value.length);
  const short = size.subarray(size.findIndex(byte => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 + short.length]), short, value]);
}
