import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** The origin of an address without path, query, fragment or user; undefined otherwise. */
export function parseOrigin(text: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\\\s]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).origin;
}

export const originExpectation = 'http:// or https://, a host name and perhaps a port; no path, no user name';

export const origin = z.string(`expected ${originExpectation}`).transform((text, context) => {
  const parsed = parseOrigin(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `expected ${originExpectation}` });
  return z.NEVER;
});

/** `name:port`, `address:port` or `[IPv6]:port`; undefined otherwise. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[a-z0-9._-]+)):(?<port>\d{1,5})$/i.exec(text);
  const { six, host = six ?? '', port = '' } = match?.groups ?? {};
  const number = Number(port);
  if (match === null || number < 1 || number > 65_535) return undefined;
  return six === undefined || ipaddr.IPv6.isValid(six) ? { host, port: number } : undefined;
}

/** An address or range of a balancer. A range that holds half the internet would let everybody name their own source. */
export const balancer = z.string().refine(isNarrowRange, {
  message: 'expected an address or a range of balancers such as 10.0.3.0/24 (at least /8, for IPv6 /16)',
});

function isNarrowRange(text: string): boolean {
  if (ipaddr.isValid(text)) return true;
  if (!ipaddr.isValidCIDR(text)) return false;
  const [address, bits] = ipaddr.parseCIDR(text);
  return bits >= (address.kind() === 'ipv4' ? 8 : 16);
}

/** 127.0.0.0/8, ::1 and `localhost`: addresses that nothing outside the machine reaches. */
export function isLoopbackAddress(address: string): boolean {
  return address === 'localhost' || (ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback');
}

/** Names that browsers treat as a secure context over plain http, so that Secure cookies work there. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname.endsWith('.localhost') || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''));
}

const secondLevel = new Set(['ac', 'co', 'com', 'edu', 'gov', 'net', 'org']);

/**
 * The domain that password managers match on, by a rule of thumb (two labels; three below `co.uk` and its like), not
 * by the public suffix list: it only feeds a warning.
 */
export function registrableDomain(hostname: string): string {
  const labels = hostname.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  return labels.slice(top.length === 2 && secondLevel.has(second) ? -3 : -2).join('.');
}
