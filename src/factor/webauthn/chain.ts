import { X509Certificate } from 'node:crypto';
import { elementsOf, extensionOf, inside } from './der.ts';

// 2.5.29.19
const basicConstraints = Buffer.from('551d13', 'hex');
/** Attestation has one or two certificates between a key and its root. */
const longest = 6;

/**
 * Whether certificates, the leaf first, lead to one of these roots at that time (milliseconds). Our own and not the
 * library's: its roots are of the whole process, it passes where there are none, and it asks addresses that stand in
 * the certificates (docs/decisions). Nothing here reaches the network, so a certificate that was taken back is for the
 * metadata to tell.
 */
export function leadsTo(chain: readonly Buffer[], roots: readonly X509Certificate[], at: number): boolean {
  if (chain.length === 0 || chain.length > longest) return false;
  try {
    const certificates = chain.map(der => new X509Certificate(der));
    return certificates[0]?.ca === false && climbs(certificates, roots, at, 0);
  } catch {
    return false;
  }
}

function climbs(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  at: number,
  depth: number,
): boolean {
  const current = chain[depth];
  if (current === undefined || !isValid(current, at)) return false;
  // A metadata file may name the certificate of the model itself (FIDO Metadata Statement 3.10).
  if (roots.some(root => root.raw.equals(current.raw))) return true;
  if (roots.some(root => isIssuedBy(current, root, depth) && isValid(root, at))) return true;
  const next = chain[depth + 1];
  return next !== undefined && isIssuedBy(current, next, depth) && climbs(chain, roots, at, depth + 1);
}

/** `below`: how many certificates stand between the issuer and the leaf. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate, below: number): boolean {
  if (!issuer.ca || (pathLength(issuer) ?? longest) < below) return false;
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValid(certificate: X509Certificate, at: number): boolean {
  return certificate.validFromDate.getTime() <= at && at <= certificate.validToDate.getTime();
}

/** pathLenConstraint (RFC 5280 4.2.1.9), which `node:crypto` reads and does not show. */
function pathLength(certificate: X509Certificate): number | undefined {
  const value = extensionOf(certificate.raw, basicConstraints);
  const length = inside(elementsOf(value ?? Buffer.alloc(0))?.[0]).find(({ tag }) => tag === 0x02)?.value;
  return length === undefined || length.length === 0 || length.length > 4
    ? undefined
    : length.readUIntBE(0, length.length);
}
