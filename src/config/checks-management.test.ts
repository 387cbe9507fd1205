import { expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

function load(management: string, listen = '{ port: 8080 }') {
  const text = `version: 1
data: ./data
listen: ${listen}
management: ${management}
realms:
  gemeente: { title: Gemeente, portal: "http://sluis.localhost:8080", firstFactor: activation-code }
apps:
  post:
    { title: Post, realm: gemeente, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:9", preset: demo }
`;
  return loadSettings(text, { folder: '/', presets: { named, generic: genericPreset } });
}

it('stands on this machine and a port of its own where nothing is said', () => {
  expect(load('{}')).toMatchObject({ ok: true, settings: { management: { address: '127.0.0.1', port: 9090 } } });
});

it.each([
  ['{ port: 8080 }', '{ port: 8080 }'],
  ['{ address: 0.0.0.0, port: 8080 }', '{ port: 8080 }'],
  ['{ port: 8080 }', '{ address: 0.0.0.0, port: 8080, balancers: [10.0.0.1] }'],
  ['{ port: 8081 }', '{ port: 8080, redirect: { port: 8081 } }'],
])('bad input: %s is refused beside %s', (management, listen) => {
  expect(load(management, listen)).toMatchObject({
    ok: false,
    problems: [{ path: 'management.port', line: 4, expected: expect.stringContaining('a port of its own') }],
  });
});

it('an address of its own makes room for the same port', () => {
  expect(load('{ address: 10.0.0.1, port: 8080 }').ok).toBe(true);
});

it.each([
  ['127.0.0.1', 0],
  ['::1', 0],
  ['10.0.3.4', 0],
  ['fd00::1', 0],
  ['0.0.0.0', 1],
  ['"::"', 1],
  ['192.0.2.1', 1],
])('%s is warned of %i times', (address, count) => {
  expect(
    load(`{ address: ${address === '::1' || address === 'fd00::1' ? `"${address}"` : address} }`).warnings,
  ).toHaveLength(count);
});
