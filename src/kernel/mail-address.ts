/** The longest address that fits an SMTP path, its angle brackets left out (RFC 5321 4.5.3.1.3). */
const longest = 254;
const longestLocal = 64;

// Less than RFC 5321 allows: no quotes and no comments, which readers of addresses disagree about, and neither `%` nor
// `!`, by which old servers route elsewhere. A hyphen in front could be read as an option.
const local = /^[a-z0-9_+&'=~#][a-z0-9_+&'=~#-]*(?:\.[a-z0-9_+&'=~#-]+)*$/i;
const domain = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * A mail address with its domain in lower case; undefined for all that is none. What comes out has neither spaces nor
 * signs that end a header or an SMTP command (CWE-93), and is ASCII: a look-alike letter is another address.
 */
export function parseMailAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  if (at < 1 || trimmed.length > longest) return undefined;
  const name = trimmed.slice(0, at);
  const host = asciiLower(trimmed.slice(at + 1));
  return name.length <= longestLocal && local.test(name) && domain.test(host) ? `${name}@${host}` : undefined;
}

/** By what one mailbox is known whoever spells it: no server of today tells capitals apart. */
export function mailKey(address: string): string {
  return asciiLower(address);
}

/** Of an address that was parsed: what may stand in a log in its place. */
export function mailDomain(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** ASCII only: toLowerCase() makes a `k` of the Kelvin sign. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, letter => letter.toLowerCase());
}
