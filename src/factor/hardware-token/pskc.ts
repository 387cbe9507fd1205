import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { type ValidationError, XMLParser, XMLValidator } from 'fast-xml-parser';
import { ScureBase32Plugin } from 'otplib';
import { SluisError } from '../../kernel/errors.ts';
import { doubles, type LineFault, type RawToken, readToken, refuseFaults } from './token-file.ts';
import type { FileToken, NewToken } from './tokens.ts';

/** What opens an encrypted container: the key that was agreed on, or a password (RFC 6030 6). */
export type PskcSecret = { readonly key: Buffer } | { readonly password: string } | undefined;

/** More is no container, but somebody filling memory. */
const largest = 32 * 1024 * 1024;
const mostIterations = 10_000_000;

const base32 = new ScureBase32Plugin();
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  // Entities are not looked at: a document type is refused before this parser sees it.
  processEntities: false,
  isArray: name => name === 'KeyPackage',
});

type Node = { readonly [name: string]: unknown };

/** Of a text: the line on which what a pattern finds first stands, from 1; 1 where it stands nowhere. */
type LineOf = (pattern: RegExp) => number;

/** What all packages of one container share. */
interface Container {
  /** Undefined where nothing is encrypted. */
  readonly key: Buffer | undefined;
  readonly macKey: Buffer | undefined;
  readonly macHash: string;
}

/**
 * Tokens of a PSKC container (RFC 6030): in the clear, under a pre-shared AES key, or under a password (PBKDF2). Each
 * value's MAC is checked before it is decrypted. Throws 'tokens.refused' with every bad package at once, by its line.
 */
export function readPskc(text: string, secret: PskcSecret): FileToken[] {
  const lineOf: LineOf = pattern => lineAt(text, text.search(pattern));
  const root = rootOf(text, lineOf);
  const container = containerOf(root, secret, lineOf);
  const places = linesOf(text);
  const faults: LineFault[] = [];
  const tokens: FileToken[] = [];
  const packages = root['KeyPackage'];
  for (const [index, one] of (Array.isArray(packages) ? packages : []).entries()) {
    const line = places[index] ?? 1;
    const token = tokenOf(one as Node, container);
    if ('fault' in token) faults.push({ line, fault: token.fault });
    else tokens.push({ ...token, line });
  }
  refuseFaults([...faults, ...doubles(tokens)].toSorted((a, b) => a.line - b.line));
  if (tokens.length === 0) throw refusal(`line ${lineOf(containerTag)}: the file holds no tokens`);
  return tokens;
}

const containerTag = /<(?:\w+:)?KeyContainer[\s>]/;
const documentType = /<!(?:DOCTYPE|ENTITY)/i;

function rootOf(text: string, lineOf: LineOf): Node {
  if (text.length > largest) throw refusal('the file is too large for a container of tokens');
  // Entities that grow without end, or name files of this machine (CWE-776, CWE-611), need a document type.
  if (documentType.test(text))
    throw refusal(`line ${lineOf(documentType)}: a document type, which no PSKC container has`);
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw refusal(`line ${faultLine(valid.err, text)}: this is not XML, or it is cut off`);
  const root = child(parser.parse(text) as Node, 'KeyContainer');
  if (root === undefined) throw refusal('line 1: there is no KeyContainer (RFC 6030)');
  return root;
}

/** Of tags that nothing closes the validator names line 1, or where they open: such a text is bad where it ends. */
function faultLine({ code, msg, line }: ValidationError['err'], text: string): number {
  const isOpen = code === 'InvalidXml' || msg.startsWith('Unclosed tag');
  return isOpen ? lineAt(text, text.trimEnd().length) : line;
}

function containerOf(root: Node, secret: PskcSecret, lineOf: LineOf): Container {
  const encryption = child(root, 'EncryptionKey');
  if (encryption === undefined) return { key: undefined, macKey: undefined, macHash: 'sha1' };
  const key = encryptionKey(encryption, secret, `line ${lineOf(/<(?:\w+:)?EncryptionKey[\s>]/)}`);
  const line = `line ${lineOf(/<(?:\w+:)?MACMethod[\s>]/)}`;
  const method = child(root, 'MACMethod');
  const wrapped = method === undefined ? undefined : child(method, 'MACKey');
  const macKey = wrapped === undefined ? key : decrypt(wrapped, key);
  if (macKey === undefined) throw refusal(`${line}: the container does not open with this key or password`);
  const algorithm = String(method?.['@Algorithm'] ?? 'hmac-sha1');
  const macHash = /hmac-(sha(?:1|256|512))$/.exec(algorithm)?.[1];
  if (macHash === undefined) throw refusal(`${line}: values are protected in a way that is not known here`);
  return { key, macKey, macHash };
}

function encryptionKey(encryption: Node, secret: PskcSecret, line: string): Buffer {
  const derived = child(encryption, 'DerivedKey');
  if (secret === undefined)
    throw refusal(
      `${line}: the container is encrypted`,
      'Give its key with --key-file, or its password with --password-file.',
    );
  if ('key' in secret) {
    if (derived === undefined) return secret.key;
    throw refusal(`${line}: the container is encrypted with a password`, 'Give it with --password-file.');
  }
  if (derived === undefined)
    throw refusal(`${line}: the container is encrypted with a key`, 'Give it with --key-file.');
  return deriveKey(derived, secret.password, line);
}

function deriveKey(derived: Node, password: string, line: string): Buffer {
  const method = child(derived, 'KeyDerivationMethod');
  const params = method === undefined ? undefined : child(method, 'PBKDF2-params');
  const salt = params === undefined ? undefined : child(params, 'Salt')?.['Specified'];
  const iterations = Number(params?.['IterationCount']);
  const length = Number(params?.['KeyLength'] ?? 16);
  const sound =
    typeof salt === 'string' && iterations >= 1 && iterations <= mostIterations && [16, 24, 32].includes(length);
  if (!sound) throw refusal(`${line}: the container derives its key in a way that is not known here`);
  const prf = String((params?.['PRF'] as Node | undefined)?.['@Algorithm'] ?? 'hmac-sha1');
  const hash = /hmac-?(sha(?:1|256|512))/i.exec(prf)?.[1]?.toLowerCase() ?? 'sha1';
  return pbkdf2Sync(password, Buffer.from(salt, 'base64'), iterations, length, hash);
}

function tokenOf(one: Node, container: Container): NewToken | { readonly fault: string } {
  const device = child(one, 'DeviceInfo');
  const key = child(one, 'Key');
  const data = key === undefined ? undefined : child(key, 'Data');
  if (key === undefined || data === undefined) return { fault: 'a package without a key' };
  const serial = text(device?.['SerialNo']) ?? text(key['@Id']);
  const seed = secretOf(data, container);
  if (typeof seed === 'string') return { fault: `token ${serial ?? '(no number)'}: ${seed}` };
  const parameters = child(key, 'AlgorithmParameters');
  const format = parameters === undefined ? undefined : child(parameters, 'ResponseFormat');
  if (format?.['@Encoding'] !== undefined && format['@Encoding'] !== 'DECIMAL')
    return { fault: `token ${serial ?? ''}: does not show digits` };
  const raw: RawToken = {
    serial,
    seed,
    type: /:pskc(?:#|:)(\w+)$/.exec(String(key['@Algorithm'] ?? ''))?.[1],
    algorithm: text(parameters?.['Suite']),
    digits: text(format?.['@Length']),
    period: plain(data, 'TimeInterval'),
    counter: plain(data, 'Counter'),
    manufacturer: text(device?.['Manufacturer']),
  };
  if (raw.type === undefined) return { fault: `token ${serial ?? ''}: is neither a TOTP nor a HOTP token` };
  return readToken(raw, bytes => base32.encode(bytes));
}

/** The seed, or what is wrong with it. */
function secretOf(data: Node, { key, macKey, macHash }: Container): Buffer | string {
  const secret = child(data, 'Secret');
  const open = text(secret?.['PlainValue']);
  if (open !== undefined) return Buffer.from(open, 'base64');
  const encrypted = secret === undefined ? undefined : child(secret, 'EncryptedValue');
  if (encrypted === undefined) return 'the seed is missing';
  if (key === undefined || macKey === undefined) return 'the seed is encrypted, and the container names no key';
  const mac = Buffer.from(text(secret?.['ValueMAC']) ?? '', 'base64');
  const wanted = createHmac(macHash, macKey).update(cipherBytes(encrypted)).digest();
  // Before a byte is decrypted (RFC 6030 6.2): what fails here has been changed, or the key is another.
  if (mac.length !== wanted.length || !timingSafeEqual(mac, wanted))
    return 'its seal does not fit: the key or password is wrong, or the file was changed';
  return decrypt(encrypted, key) ?? 'the seed cannot be decrypted';
}

/** AES-CBC, the initialisation vector first (XML Encryption 5.2); undefined where it does not open. */
function decrypt(node: Node, key: Buffer): Buffer | undefined {
  const method = child(node, 'EncryptionMethod');
  const bits = /aes(128|192|256)-cbc$/.exec(String(method?.['@Algorithm'] ?? ''))?.[1];
  const bytes = cipherBytes(node);
  if (bits === undefined || key.length * 8 !== Number(bits) || bytes.length < 32) return undefined;
  try {
    const decipher = createDecipheriv(`aes-${bits}-cbc`, key, bytes.subarray(0, 16));
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function cipherBytes(node: Node): Buffer {
  const data = child(node, 'CipherData');
  return Buffer.from(text(data?.['CipherValue']) ?? '', 'base64');
}

function child(node: Node, name: string): Node | undefined {
  const found = node[name];
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Node) : undefined;
}

function text(value: unknown): string | undefined {
  const found = typeof value === 'object' && value !== null ? (value as Node)['#text'] : value;
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : undefined;
}

function plain(data: Node, name: string): string | undefined {
  return text(child(data, name)?.['PlainValue']);
}

/** Where each package begins, counted from 1. */
function linesOf(xml: string): number[] {
  const lines: number[] = [];
  let [line, from] = [1, 0];
  for (const { index } of xml.matchAll(/<(?:\w+:)?KeyPackage[\s>]/g)) {
    line += xml.slice(from, index).split('\n').length - 1;
    from = index;
    lines.push(line);
  }
  return lines;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, Math.max(0, index)).split('\n').length;
}

function refusal(message: string, remedy = 'Ask the maker of the tokens for a PSKC file (RFC 6030).'): SluisError {
  return new SluisError('tokens.refused', message, { remedy });
}
