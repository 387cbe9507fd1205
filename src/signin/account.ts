export interface AccountRules {
  /** A character class, brackets included: `[a-z0-9._-]`. Matched after case folding. */
  readonly characters: string;
  /** Mail domains of the realm, lower-cased: they may follow a name and are stripped. */
  readonly domains: readonly string[];
}

/**
 * The normal form of an account name: outer spaces trimmed, case folded, a listed domain stripped. Undefined for a
 * name with anything outside the alphabet: apps sign `an<b>na` and `anna%00` in as anna, `brám` as bram, and a
 * spelling must never become a second person (CVE-2025-24806, CVE-2026-47203).
 */
export function normalForm(name: string, rules: AccountRules): string | undefined {
  // ASCII only: toLowerCase() makes a `k` of the Kelvin sign.
  const folded = name.replace(/^ +| +$/g, '').replace(/[A-Z]/g, letter => letter.toLowerCase());
  const at = folded.indexOf('@');
  const local = at < 0 ? folded : folded.slice(0, at);
  const domain = at < 0 ? undefined : folded.slice(at + 1);
  if (domain !== undefined && !rules.domains.includes(domain)) return undefined;
  return local.length <= 128 && new RegExp(`^(?:${rules.characters})+$`).test(local) ? local : undefined;
}
