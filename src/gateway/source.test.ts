import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Head } from './head.ts';
import { Lines } from './lines.ts';
import { Sources } from './source.ts';

function from(peer: string | undefined, hops: readonly string[], balancers: readonly string[]): string {
  const lines = new Lines(hops.flatMap(hop => ['x-forwarded-for', hop]));
  return new Sources(balancers).of({ socket: { remoteAddress: peer } } as IncomingMessage, { lines } as Head);
}

describe('R09, rule 4: the address that a request came from', () => {
  it.each([
    { name: 'the peer', peer: '192.0.2.1', hops: [], balancers: [], is: '192.0.2.1' },
    { name: 'the peer, whatever it says', peer: '192.0.2.1', hops: ['8.8.8.8'], balancers: [], is: '192.0.2.1' },
    {
      name: 'the peer, though another is a balancer',
      peer: '192.0.2.1',
      hops: ['8.8.8.8'],
      balancers: ['10.0.0.1'],
      is: '192.0.2.1',
    },
    { name: 'what a balancer says', peer: '10.0.0.1', hops: ['8.8.8.8'], balancers: ['10.0.0.1'], is: '8.8.8.8' },
    {
      name: 'the last that it says',
      peer: '10.0.0.1',
      hops: ['1.1.1.1, 8.8.8.8'],
      balancers: ['10.0.0.1'],
      is: '8.8.8.8',
    },
    {
      name: 'the last of several lines',
      peer: '10.0.0.1',
      hops: ['1.1.1.1', '8.8.8.8'],
      balancers: ['10.0.0.1'],
      is: '8.8.8.8',
    },
    {
      name: 'past further balancers',
      peer: '10.0.0.1',
      hops: ['1.1.1.1, 8.8.8.8, 10.0.0.2'],
      balancers: ['10.0.0.0/24'],
      is: '8.8.8.8',
    },
    {
      name: 'the balancer, where all are',
      peer: '10.0.0.1',
      hops: ['10.0.0.3, 10.0.0.2'],
      balancers: ['10.0.0.0/24'],
      is: '10.0.0.1',
    },
    {
      name: 'the balancer, where it says nothing',
      peer: '10.0.0.1',
      hops: [],
      balancers: ['10.0.0.1'],
      is: '10.0.0.1',
    },
    {
      name: 'CVE-2024-47070: no address, so nothing',
      peer: '10.0.0.1',
      hops: ['a'],
      balancers: ['10.0.0.1'],
      is: '10.0.0.1',
    },
    {
      name: 'no address behind a good one',
      peer: '10.0.0.1',
      hops: ['8.8.8.8, a'],
      balancers: ['10.0.0.1'],
      is: '10.0.0.1',
    },
    {
      name: 'an empty one behind a good one',
      peer: '10.0.0.1',
      hops: ['8.8.8.8,'],
      balancers: ['10.0.0.1'],
      is: '10.0.0.1',
    },
    {
      name: 'an IPv4 address written as IPv6',
      peer: '::ffff:10.0.0.1',
      hops: ['::ffff:8.8.8.8'],
      balancers: ['10.0.0.1'],
      is: '8.8.8.8',
    },
    {
      name: 'IPv6, in its short form',
      peer: '2001:db8::1',
      hops: ['2001:0db8:0:0::0002'],
      balancers: ['2001:db8::1'],
      is: '2001:db8::2',
    },
    {
      name: 'a range of IPv6',
      peer: '2001:db8::9',
      hops: ['2001:db9::1'],
      balancers: ['2001:db8::/64'],
      is: '2001:db9::1',
    },
    {
      name: 'a connection without an address',
      peer: undefined,
      hops: ['8.8.8.8'],
      balancers: ['10.0.0.1'],
      is: 'unknown',
    },
  ])('$name: $is', ({ peer, hops, balancers, is }) => {
    expect(from(peer, hops, balancers)).toBe(is);
  });

  it('looks at the last twenty only, so that a long list costs nothing', () => {
    const hops = ['8.8.8.8', ...Array.from({ length: 30 }, () => '10.0.0.2')];
    expect(from('10.0.0.1', [hops.join(',')], ['10.0.0.0/24'])).toBe('10.0.0.1');
  });
});
