import ipaddr from 'ipaddr.js';

/**
 * The networks that one address counts for, narrowest first. Who has one IPv6 address has its /64: counted as one
 * source; and may have the /48 around it, with 65,536 of those. IPv4 in IPv6 is the IPv4 address.
 */
export function networksOf(source: string): readonly [string, ...string[]] {
  if (!ipaddr.isValid(source)) return [source];
  const address = ipaddr.process(source);
  if (!(address instanceof ipaddr.IPv6)) return [address.toString()];
  return [address.parts.slice(0, 4).join(':'), address.parts.slice(0, 3).join(':')];
}

/** What counts as one source where a single answer is wanted. */
export function sourceNet(source: string): string {
  return networksOf(source)[0];
}
