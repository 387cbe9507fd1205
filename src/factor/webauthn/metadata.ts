import { verify, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { SluisError } from '../../kernel/errors.ts';
import { leadsTo } from './chain.ts';

/** What a metadata file says of one model of key. */
export interface Model {
  readonly roots: readonly X509Certificate[];
  readonly keyProtection: readonly string[];
  readonly attestationTypes: readonly string[];
  /** Of the status reports, all that ever came. */
  readonly statuses: readonly string[];
}

export interface Metadata {
  /** By AAGUID, and by each key identifier of U2F keys; lower case. */
  readonly models: ReadonlyMap<string, Model>;
  /** When the publisher has a newer one; milliseconds. Undefined: nobody said. */
  readonly nextUpdate: number | undefined;
}

const statementSchema = z.object({
  aaguid: z.string().optional(),
  attestationCertificateKeyIdentifiers: z.array(z.string()).optional(),
  attestationRootCertificates: z.array(z.string()).prefault([]),
  attestationTypes: z.array(z.string()).prefault([]),
  keyProtection: z.array(z.string()).prefault([]),
});

const entrySchema = z.object({
  aaguid: z.string().optional(),
  attestationCertificateKeyIdentifiers: z.array(z.string()).optional(),
  metadataStatement: statementSchema.optional(),
  statusReports: z.array(z.object({ status: z.string() })).prefault([]),
});

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const payloadSchema = z.object({ nextUpdate: day.optional(), entries: z.array(entrySchema) });
const headerSchema = z.object({ alg: z.enum(['ES256', 'RS256']), x5c: z.array(z.string()).min(1) });

/** Who publishes the metadata of the FIDO Alliance: its certificate must be for this name, whatever else its root signs. */
const publisher = 'mds.fidoalliance.org';

/**
 * Reads a metadata file: the signed BLOB of the FIDO Metadata Service (MDS3), where its root is given; or, where none
 * is, a plain JSON list of entries or of statements that the operator vouches for. Throws 'config.unreadable'.
 */
export function readMetadata(text: string, rootPem: string | undefined, now: number): Metadata {
  const parts = text.trim().split('.');
  const signed = parts.length === 3 && !/^[[{]/.test(text.trim());
  if (signed && rootPem === undefined) throw refused('is signed, and no root is given to check it by');
  if (!signed && rootPem !== undefined) throw refused('is not signed, and a root is given to check it by');
  const payload = signed ? jsonOf(parts[1] ?? '') : plainOf(text);
  const { entries, nextUpdate } = parse(payloadSchema, payload);
  const until = nextUpdate === undefined ? undefined : Date.parse(`${nextUpdate}T23:59:59Z`);
  // A file that was left lying is judged as on its last day: it may be too old, but it is not forged.
  if (signed) checkSignature(parts, rootPem ?? '', Math.min(now, until ?? now));
  return { models: modelsOf(entries), nextUpdate: until };
}

export function isStale({ nextUpdate }: Metadata, now: number): boolean {
  return nextUpdate !== undefined && now > nextUpdate;
}

function checkSignature([head = '', body = '', signature = '']: readonly string[], rootPem: string, at: number): void {
  const { alg, x5c } = parse(headerSchema, jsonOf(head));
  const chain = x5c.map(text => Buffer.from(text, 'base64'));
  if (!leadsTo(chain, certificatesOf(rootPem), at))
    throw refused('is signed by a certificate that the root does not know');
  const leaf = new X509Certificate(chain[0] ?? Buffer.alloc(0));
  if (leaf.checkHost(publisher) === undefined) throw refused(`is signed by another than ${publisher}`);
  if (leaf.publicKey.asymmetricKeyType !== (alg === 'ES256' ? 'ec' : 'rsa'))
    throw refused('names another algorithm than its key has');
  const key = { key: leaf.publicKey, ...(alg === 'ES256' ? { dsaEncoding: 'ieee-p1363' as const } : {}) };
  const holds = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
  if (!holds) throw refused('was changed after it was signed');
}

function certificatesOf(pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw refused('has a root without a certificate in PEM form');
  return found.map(certificate);
}

function certificate(source: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(source);
  } catch (cause) {
    throw refused('names a certificate that cannot be read', cause);
  }
}

/** A list of entries, the payload of a BLOB without its signature, or bare statements. */
function plainOf(text: string): unknown {
  const value = json(text);
  const list = Array.isArray(value) ? value : undefined;
  if (list === undefined) return value;
  return { entries: list.map(one => ('metadataStatement' in Object(one) ? one : { metadataStatement: one })) };
}

function modelsOf(entries: readonly z.output<typeof entrySchema>[]): ReadonlyMap<string, Model> {
  const models = new Map<string, Model>();
  for (const entry of entries) {
    const statement = entry.metadataStatement;
    if (statement === undefined) continue;
    const names = [
      entry.aaguid ?? statement.aaguid,
      ...(entry.attestationCertificateKeyIdentifiers ?? statement.attestationCertificateKeyIdentifiers ?? []),
    ].filter(name => name !== undefined);
    const model = modelOf(statement, entry.statusReports);
    for (const name of names) models.set(name.toLowerCase(), model);
  }
  return models;
}

function modelOf(statement: z.output<typeof statementSchema>, reports: readonly { status: string }[]): Model {
  const { attestationRootCertificates, keyProtection, attestationTypes } = statement;
  return {
    roots: attestationRootCertificates.map(text => certificate(Buffer.from(text, 'base64'))),
    keyProtection,
    attestationTypes,
    statuses: reports.map(({ status }) => status),
  };
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const place = result.error.issues[0]?.path.join('.') ?? '';
  throw refused(`is not in the form of FIDO metadata${place === '' ? '' : ` (${place})`}`);
}

function jsonOf(part: string): unknown {
  return json(Buffer.from(part, 'base64url').toString('utf8'));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused('is no JSON', cause);
  }
}

function refused(what: string, cause?: unknown): SluisError {
  return new SluisError('config.unreadable', `the file of webauthn.metadata ${what}`, {
    remedy:
      'Take the file from https://mds3.fidoalliance.org/ again, or correct it. Until then no key reaches level 4.',
    cause,
  });
}
