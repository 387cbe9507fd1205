import { createHash, X509Certificate } from 'node:crypto';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { leadsTo } from './chain.ts';
import type { WebauthnRules } from './credential.ts';
import { elementsOf, extensionOf, keyBitsOf } from './der.ts';
import { isStale, type Metadata, type Model } from './metadata.ts';

/** Why a key is worth what it is; `hardware` is level 4, all else level 2. For the audit and for the admin. */
export type Judged =
  | 'hardware'
  | 'synced'
  | 'not-asked'
  | 'no-metadata'
  | 'stale-metadata'
  | 'no-attestation'
  | 'format-not-read'
  | 'model-unproved'
  | 'model-unknown'
  | 'model-not-allowed'
  | 'model-compromised'
  | 'not-in-hardware'
  | 'untrusted-chain';

export interface Attested {
  readonly format: string;
  readonly aaguid: string;
  readonly backupEligible: boolean;
  /** Certificates of the statement, the leaf first. */
  readonly chain: readonly Buffer[];
}

/** Statements that can prove a model. */
const formats = ['packed', 'fido-u2f'];
/**
 * Those of computers and phones. Their certificates do not name the model, and a TPM's is for a key of which nobody
 * looks whether it may leave (decision 33): read as if nothing had been said, and named to the admin.
 */
const unread = ['tpm', 'android-key', 'android-safetynet', 'apple', 'compound'];
// 1.3.6.1.4.1.45724.1.1.4, id-fido-gen-ce-aaguid
const aaguidExtension = Buffer.from('2b0601040182e51c010104', 'hex');
const noAaguid = '00000000-0000-0000-0000-000000000000';

/** FIDO Metadata Service 3.1.4: what takes the trust in a model away. One that came and was mended is for the operator. */
const compromised = [
  'REVOKED',
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
];

/**
 * Whether a key is bound to hardware, proved (SECURITY a.64). `attested` was verified by the library already: that the
 * leaf signed this very registration. All of the rest is asked here, and whatever is not clear is level 2 (rule 2).
 */
export function judge(attested: Attested, rules: WebauthnRules<Metadata>, now: number): Judged {
  const { metadata, allow } = rules;
  if (attested.backupEligible) return 'synced';
  if (metadata === undefined) return 'no-metadata';
  if (isStale(metadata, now)) return 'stale-metadata';
  if (unread.includes(attested.format)) return 'format-not-read';
  if (!formats.includes(attested.format) || attested.chain.length === 0) return 'no-attestation';
  const names = namesOf(attested);
  if (names.length === 0) return 'model-unproved';
  const name = names.find(one => metadata.models.has(one));
  const model = name === undefined ? undefined : metadata.models.get(name);
  if (name === undefined || model === undefined) return 'model-unknown';
  if (allow.length > 0 && !allow.includes(name)) return 'model-not-allowed';
  return judgeModel(attested, model, now);
}

function judgeModel({ chain }: Attested, model: Model, now: number): Judged {
  if (model.statuses.some(status => compromised.includes(status))) return 'model-compromised';
  if (!isHardware(model)) return 'not-in-hardware';
  return model.roots.length > 0 && leadsTo(chain, model.roots, now) ? 'hardware' : 'untrusted-chain';
}

/** Not the trusted zone of a phone alone (`tee`), and nothing that may be software as well. */
function isHardware({ keyProtection, attestationTypes }: Model): boolean {
  const types = attestationTypes.length === 0 || attestationTypes.some(type => ['basic_full', 'attca'].includes(type));
  const kept = keyProtection.includes('hardware') || keyProtection.includes('secure_element');
  return types && kept && !keyProtection.includes('software');
}

/** By what the metadata may know the model, as its own certificate proves it, and not as the key says. */
function namesOf({ format, aaguid, chain }: Attested): readonly string[] {
  if (format === 'fido-u2f') return aaguid === noAaguid ? chain.slice(0, 1).map(keyIdentifier) : [];
  const value = extensionOf(chain[0] ?? Buffer.alloc(0), aaguidExtension);
  const proved = value === undefined ? undefined : elementsOf(value)?.[0]?.value.toString('hex');
  return proved !== undefined && aaguid !== noAaguid && proved === aaguid.replaceAll('-', '') ? [aaguid] : [];
}

function keyIdentifier(der: Buffer): string {
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha1')
    .update(keyBitsOf(spki) ?? Buffer.alloc(0))
    .digest('hex');
}

/** What a statement calls itself, for the log: a name that stands in the standard, else `other`. */
export function formatOf(attestationObject: Uint8Array<ArrayBuffer>): string {
  const said: string = decodeAttestationObject(attestationObject).get('fmt');
  return [...formats, ...unread, 'none'].includes(said) ? said : 'other';
}

/** The certificates of an attestation object; none where it has none. */
export function chainOf(attestationObject: Uint8Array<ArrayBuffer>): readonly Buffer[] {
  const chain = decodeAttestationObject(attestationObject).get('attStmt').get('x5c');
  return (chain ?? []).map(der => Buffer.from(der));
}

/**
 * The object as it is where its statement is one that we read; else the same without the statement, as if none had been
 * asked for: that of other formats leads the library to addresses that stand in certificates.
 */
export function readable(attestationObject: Uint8Array<ArrayBuffer>, attested: boolean): Uint8Array<ArrayBuffer> {
  const decoded = decodeAttestationObject(attestationObject);
  if (attested && formats.includes(decoded.get('fmt'))) return attestationObject;
  const authData = decoded.get('authData');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(authData.length);
  // CBOR: {fmt: 'none', attStmt: {}, authData} (RFC 8949 3.1)
  const head = Buffer.concat([text(0xa3), key('fmt'), key('none'), key('attStmt'), text(0xa0), key('authData')]);
  return new Uint8Array(Buffer.concat([head, text(0x59), length, authData]));
}

function text(byte: number): Buffer {
  return Buffer.from([byte]);
}

function key(name: string): Buffer {
  return Buffer.concat([text(0x60 + name.length), Buffer.from(name)]);
}
