import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { Head } from './head.ts';

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * The address that a request came from. X-Forwarded-For counts only from a balancer named by address, read from the
 * right past further balancers; a value that is no address is never believed (CVE-2024-47070).
 */
export class Sources {
  readonly #balancers: readonly Range[];

  constructor(balancers: readonly string[]) {
    this.#balancers = balancers.map(text =>
      text.includes('/')
        ? ipaddr.parseCIDR(text)
        : ipaddr.parseCIDR(`${text}/${ipaddr.parse(text).kind() === 'ipv6' ? 128 : 32}`),
    );
  }

  of(req: IncomingMessage, head: Head): string {
    const peer = normal(req.socket.remoteAddress);
    if (this.#balancers.length === 0 || !this.isBalancer(peer)) return peer;
    const hops = forwardedFor(head);
    for (const hop of hops.reverse()) {
      if (!ipaddr.isValid(hop)) return peer;
      if (!this.isBalancer(normal(hop))) return normal(hop);
    }
    return peer;
  }

  isBalancer(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#balancers.some(([net, bits]) => net.kind() === parsed.kind() && parsed.match(net, bits));
  }
}

function forwardedFor(head: Head): string[] {
  const hops: string[] = [];
  const { raw } = head.lines;
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i] === 'x-forwarded-for') hops.push(...(raw[i + 1] as string).split(',').map(hop => hop.trim()));
  }
  return hops.slice(-20);
}

const mostAddresses = 5_000;
const normals = new Map<string, string>();

/** One spelling an address, remembered: the same peers come back all day. Nothing but the text decides. */
function normal(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  let known = normals.get(address);
  if (known === undefined) {
    known = ipaddr.isValid(address) ? ipaddr.process(address).toString() : 'unknown';
    if (normals.size >= mostAddresses) normals.clear();
    // Longer text is no address; what somebody puts in X-Forwarded-For is not kept.
    if (address.length <= 45) normals.set(address, known);
  }
  return known;
}
