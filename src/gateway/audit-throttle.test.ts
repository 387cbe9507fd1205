import { expect, it } from 'vitest';
import { AuditThrottle } from './audit-throttle.ts';

it('an IPv6 network is one source, however many addresses it has', () => {
  const told: [string, number][] = [];
  const throttle = new AuditThrottle({ now: () => 0 }, (source, count) => void told.push([source, count]));
  const admitted = Array.from({ length: 100 }, (_none, n) => throttle.admits(`2001:db8:1:2::${n.toString(16)}`));
  expect(admitted.filter(Boolean)).toHaveLength(30);
  expect(told).toHaveLength(1);
  expect(throttle.admits('2001:db8:1:3::1')).toBe(true);
});

it('each of several processes has its part of what is written of one source, and one at least', () => {
  const admitted = (processes: number) => {
    const throttle = new AuditThrottle({ now: () => 0 }, () => undefined, processes);
    return Array.from({ length: 100 }, () => throttle.admits('192.0.2.1')).filter(Boolean).length;
  };
  expect([1, 2, 4, 64].map(admitted)).toEqual([30, 15, 8, 1]);
});

it('addresses of IPv4 are sources of their own, in IPv6 too', () => {
  const throttle = new AuditThrottle({ now: () => 0 }, () => undefined);
  for (let n = 0; n < 30; n += 1) throttle.admits('192.0.2.1');
  expect(['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.2'].map(source => throttle.admits(source))).toEqual([
    false,
    false,
    true,
  ]);
});
