import { createHash, createPublicKey, sign } from 'node:crypto';
import type { Issued } from './certificates.ts';
import { issue } from './certificates.ts';

/** A maker of security keys that a test invented: a root, and the certificate of one model under it. */
export interface Maker {
  readonly root: Issued;
  readonly leaf: Issued;
  /** Hex; and as metadata write it. */
  readonly aaguid: string;
  readonly model: string;
}

export const attestationName = { C: 'NL', O: 'Sleutelmakers', OU: 'Authenticator Attestation', CN: 'Batch 1' };

export function makeMaker(aaguid = '0123456789abcdef0123456789abcdef'): Maker {
  const root = issue({ name: { CN: 'Root of keys' }, ca: true });
  const leaf = issue({ name: attestationName, issuer: root, aaguid });
  return { root, leaf, aaguid, model: dashed(aaguid) };
}

function dashed(aaguid: string): string {
  return aaguid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** SHA-1 of the bits of a P-256 key: the last 65 bytes of its SubjectPublicKeyInfo. */
export function keyIdentifierOf({ key }: Issued): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return createHash('sha1').update(spki.subarray(-65)).digest('hex');
}

export interface EntryChange {
  readonly keyProtection?: readonly string[];
  readonly statuses?: readonly string[];
  readonly attestationTypes?: readonly string[];
  readonly roots?: readonly Issued[];
  /** For a U2F key: known by the certificate, not by an AAGUID. */
  readonly u2f?: boolean;
}

/** The entry of a metadata file for this model. */
export function entryOf(maker: Maker, change: EntryChange = {}): object {
  const { keyProtection = ['hardware', 'secure_element'], statuses = ['FIDO_CERTIFIED_L2'] } = change;
  const { attestationTypes = ['basic_full'], roots = [maker.root], u2f = false } = change;
  const name = u2f ? { attestationCertificateKeyIdentifiers: [keyIdentifierOf(maker.leaf)] } : { aaguid: maker.model };
  const attestationRootCertificates = roots.map(({ der }) => der.toString('base64'));
  return {
    ...name,
    metadataStatement: { ...name, attestationRootCertificates, attestationTypes, keyProtection },
    statusReports: statuses.map(status => ({ status })),
  };
}

export interface BlobChange {
  readonly nextUpdate?: string;
  readonly dns?: string;
  readonly entries?: readonly object[];
}

/** A signed BLOB as the FIDO Metadata Service publishes it, and the root to check it by. */
export function signedBlob(entries: readonly object[], change: BlobChange = {}): { blob: string; rootPem: string } {
  const root = issue({ name: { CN: 'Root of metadata' }, ca: true });
  const middle = issue({ name: { CN: 'Between' }, issuer: root, ca: true });
  const dns = change.dns ?? 'mds.fidoalliance.org';
  const leaf = issue({ name: { CN: dns }, issuer: middle, dns });
  const header = { alg: 'ES256', typ: 'JWT', x5c: [leaf, middle].map(({ der }) => der.toString('base64')) };
  const payload = { legalHeader: 'test', no: 1, nextUpdate: change.nextUpdate ?? '2048-12-31', entries };
  const body = [header, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(body), { key: leaf.key, dsaEncoding: 'ieee-p1363' });
  return { blob: `${body}.${signature.toString('base64url')}`, rootPem: root.pem };
}
