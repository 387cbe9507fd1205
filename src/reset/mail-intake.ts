import PostalMime, { addressParser, type Email } from 'postal-mime';
import { sha256 } from '../kernel/hash.ts';
import { readAuthResults } from './authentication-results.ts';
import type { MailEvidence, Refusal } from './case.ts';
import type { Filing } from './filing.ts';
import { readMailLines } from './mail-lines.ts';
import { type AddressRules, officialAddress } from './official-address.ts';

export interface MailFiling {
  readonly filing: Filing;
  readonly evidence: MailEvidence;
}

/** The largest mail that is taken in; bytes. */
export const largestMail = 256 * 1024;

const unproved: Refusal = { reason: 'unproved', field: 'request' };

/**
 * Reads a request that came by mail (R34). It counts only with the word of our own mail server, `authservId`, that DMARC
 * passed for the one address it is from and that this domain signed it. That server must take away what senders claim in
 * its name (RFC 8601 5): where two headers say to be its own, neither is believed.
 */
export async function readMail(
  raw: Uint8Array,
  rules: AddressRules & { readonly authservId: string },
): Promise<MailFiling | Refusal> {
  const mail = await PostalMime.parse(raw, {
    maxNestingDepth: 20,
    maxHeadersSize: 64 * 1024,
    forceRfc822Attachments: true,
  }).catch(() => undefined);
  if (mail === undefined) return unproved;
  const from = senderOf(mail);
  if (from === undefined) return { reason: 'invalid', field: 'requester-address' };
  const official = officialAddress(from.address, rules);
  if (official === 'malformed') return { reason: 'invalid', field: 'requester-address' };
  if (typeof official === 'string') return { reason: official, field: 'requester-address' };
  const proof = proofOf(mail, official.address, rules.authservId);
  if (proof === undefined) return unproved;
  const lines = readMailLines(mail.text ?? '');
  if ('reason' in lines) return lines;
  const requesterName = lines.requesterName === '' ? from.name : lines.requesterName;
  const evidence: MailEvidence = {
    from: official.address,
    messageId: plain(valuesOf(mail, 'message-id')[0]),
    date: plain(valuesOf(mail, 'date')[0]),
    hash: sha256(Buffer.from(raw).toString('latin1')),
    ...proof,
  };
  return { filing: { ...lines, requesterName, requesterAddress: official.address }, evidence };
}

/** The one mailbox of the one From header: of several, readers disagree about which one counts. */
function senderOf(mail: Email): { readonly name: string; readonly address: string } | undefined {
  const values = valuesOf(mail, 'from');
  const [value, second] = values;
  if (value === undefined || second !== undefined || value.length > 1_000) return undefined;
  const [only, another] = addressParser(value);
  if (only === undefined || another !== undefined || only.address === undefined) return undefined;
  // What stands in the angle brackets, and not an address that only the name shows.
  return { name: mail.from?.name ?? '', address: only.address };
}

function proofOf(
  mail: Email,
  address: string,
  authservId: string,
): Pick<MailEvidence, 'dkim' | 'dmarc' | 'results'> | undefined {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const ours = valuesOf(mail, 'authentication-results').filter(value => claims(value, authservId));
  const [text, second] = ours;
  if (text === undefined || second !== undefined || text.length > 4_000) return undefined;
  const results = readAuthResults(text)?.results ?? [];
  const dmarc = results.filter(({ method }) => method === 'dmarc');
  const [one, other] = dmarc;
  if (one?.result !== 'pass' || other !== undefined || one.properties.get('header.from') !== domain) return undefined;
  const signed = results.some(
    ({ method, result, properties }) => method === 'dkim' && result === 'pass' && properties.get('header.d') === domain,
  );
  return signed ? { dkim: domain, dmarc: 'pass', results: plain(text) } : undefined;
}

/** Also one that cannot be read to its end, where its first word is our server. */
function claims(value: string, authservId: string): boolean {
  const by = readAuthResults(value)?.by ?? /^[\s"]*([^\s;"(]+)/.exec(value)?.[1]?.toLowerCase();
  return by === authservId.toLowerCase();
}

function valuesOf({ headers }: Email, name: string): string[] {
  return headers.filter(({ key }) => key === name).map(({ value }) => value);
}

function plain(text: string | undefined): string {
  return (text ?? '').replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').slice(0, 4_000);
}
