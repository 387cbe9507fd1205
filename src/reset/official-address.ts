/** Whose requests count (R34): named contacts at these mail domains, never a mailbox that several people read. */
export interface AddressRules {
  /** Lower case; exactly these, no domains below them. */
  readonly domains: readonly string[];
  /** Patterns of local parts with `*`, beside those that are known already. */
  readonly groupMailboxes: readonly string[];
}

export type AddressFault = 'malformed' | 'foreign-domain' | 'group-mailbox';

/** Words by which mailboxes of groups are known; each holds for a whole local part, and for a part of it between . _ - */
const groupWords = [
  ...['admin', 'administratie', 'administrator', 'afdeling', 'algemeen', 'balie', 'beheer', 'bestuur', 'burgerzaken'],
  ...['contact', 'desk', 'functioneel', 'gemeente', 'griffie', 'helpdesk', 'hostmaster', 'hr', 'ict', 'info'],
  ...['inkoop', 'it', 'kcc', 'klantcontact', 'klantenservice', 'loket', 'mail', 'mailer-daemon', 'meldpunt'],
  ...['noreply', 'no-reply', 'office', 'personeelszaken', 'post', 'postbus', 'postmaster', 'receptie', 'redactie'],
  ...['sales', 'secretariaat', 'security', 'service', 'servicedesk', 'servicepunt', 'support', 'systeembeheer'],
  ...['team', 'webmaster', 'welkom', 'werkplek'],
];

// RFC 5321 4.5.3.1; no quoted local part, no literal, no comment: nobody at an organisation has one.
const plainAddress =
  /^(?<local>[a-z0-9!#$%&'*/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*/=?^_`{|}~-]+)*)@(?<domain>[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/;

/**
 * A typed address in its one spelling, or why it does not count. Letters beyond ASCII are refused before the case is
 * folded: the Kelvin sign folds to k, and a Cyrillic а is another domain that looks the same. No tag behind a `+` either:
 * it would be a second spelling of one person.
 */
export function officialAddress(typed: string, rules: AddressRules): { readonly address: string } | AddressFault {
  const text = typed.trim();
  if (text.length > 254) return 'malformed';
  // Printable ASCII only.
  if (!/^[\x21-\x7e]+$/.test(text)) return text.includes('@') && !/\s/.test(text) ? 'foreign-domain' : 'malformed';
  const groups = plainAddress.exec(text.toLowerCase())?.groups;
  const local = groups?.['local'] ?? '';
  const domain = groups?.['domain'] ?? '';
  if (local === '' || local.length > 64) return 'malformed';
  if (!rules.domains.includes(domain)) return 'foreign-domain';
  if (isGroupMailbox(local, rules.groupMailboxes)) return 'group-mailbox';
  return { address: `${local}@${domain}` };
}

function isGroupMailbox(local: string, patterns: readonly string[]): boolean {
  // info2 and team-3 are groups as well.
  const parts = [local, ...local.split(/[._-]/)].map(part => part.replace(/\d+$/, ''));
  if (parts.some(part => groupWords.includes(part) || part === '')) return true;
  return patterns.some(pattern => matches(pattern, local));
}

function matches(pattern: string, local: string): boolean {
  const literal = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(local);
}

/**
 * Whether two addresses may be one person's: written otherwise, with a tag, or under another of the organisation's own
 * domains. Rather one too many: who is held for somebody else only has to ask a colleague.
 */
export function maySharePerson(a: string, b: string, official: readonly string[]): boolean {
  const [left, right] = [split(a), split(b)];
  if (left.local !== right.local || left.local === '') return false;
  return left.domain === right.domain || (official.includes(left.domain) && official.includes(right.domain));
}

function split(address: string): { local: string; domain: string } {
  const folded = address.normalize('NFKC').trim().toLowerCase();
  const at = folded.lastIndexOf('@');
  return { local: folded.slice(0, at).replace(/\+.*$/, ''), domain: folded.slice(at + 1) };
}

/** Names of people as one would compare them aloud: no case, accents, signs, titles, nor order of the words. */
export function sameName(a: string, b: string): boolean {
  return nameWords(a) === nameWords(b);
}

const titles = new Set(['dhr', 'mevr', 'mw', 'hr', 'mr', 'mrs', 'ms', 'drs', 'dr', 'ir', 'ing']);

function nameWords(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '' && !titles.has(word))
    .toSorted()
    .join(' ');
}
