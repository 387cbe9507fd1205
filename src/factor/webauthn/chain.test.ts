import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Issued, issue } from '../../../test/support/certificates.ts';
import { leadsTo } from './chain.ts';

const now = Date.UTC(2026, 2, 2);
const root = issue({ name: { CN: 'Root' }, ca: true });
const middle = issue({ name: { CN: 'Middle' }, issuer: root, ca: true });
const leaf = issue({ name: { CN: 'Leaf' }, issuer: middle });

function leads(chain: readonly Issued[], roots: readonly Issued[] = [root], at = now): boolean {
  return leadsTo(
    chain.map(({ der }) => der),
    roots.map(({ der }) => new X509Certificate(der)),
    at,
  );
}

test('a chain leads to its root, which may stand in it or not', () => {
  expect(leads([leaf, middle])).toBe(true);
  expect(leads([leaf, middle, root])).toBe(true);
  expect(leads([leaf], [middle])).toBe(true);
  expect(leads([leaf, middle], [issue({ name: { CN: 'Root' }, ca: true }), root])).toBe(true);
});

test('metadata may name the certificate of the model itself', () => {
  expect(leads([leaf], [leaf])).toBe(true);
  expect(leads([issue({ name: { CN: 'Leaf' }, issuer: middle })], [leaf])).toBe(false);
});

test('no roots, no chain, a gap, or another order lead nowhere', () => {
  expect(leads([leaf, middle], [])).toBe(false);
  expect(leads([])).toBe(false);
  expect(leads([leaf])).toBe(false);
  expect(leads([middle, leaf])).toBe(false);
  expect(leads(Array.from({ length: 7 }, () => leaf))).toBe(false);
  expect(leadsTo([Buffer.from('no certificate')], [], now)).toBe(false);
});

test('the name of an issuer without its key is a forgery', () => {
  const forged = issue({ name: { CN: 'Leaf' }, issuer: middle, signedBy: issue({ name: { CN: 'Evil' } }).key });
  expect(leads([forged, middle])).toBe(false);
});

test('a certificate that is no CA issues nothing, and a CA is no leaf', () => {
  const below = issue({ name: { CN: 'Below' }, issuer: leaf });
  expect(leads([below, leaf, middle])).toBe(false);
  expect(leads([middle])).toBe(false);
  expect(leads([below], [leaf])).toBe(false);
});

test('how far a CA reaches is what it says (RFC 5280 4.2.1.9)', () => {
  const short = issue({ name: { CN: 'Short' }, ca: true, pathLength: 0 });
  const inside = issue({ name: { CN: 'Inside' }, issuer: short, ca: true });
  const far = issue({ name: { CN: 'Far' }, issuer: inside });
  expect(leads([issue({ name: { CN: 'Near' }, issuer: short })], [short])).toBe(true);
  expect(leads([far, inside], [short])).toBe(false);
});

test('out of date, at any place in it', () => {
  const old = { from: '200101000000Z', to: '250101000000Z' } as const;
  expect(leads([issue({ name: { CN: 'Old' }, issuer: middle, ...old }), middle])).toBe(false);
  const oldMiddle = issue({ name: { CN: 'Old' }, issuer: root, ca: true, ...old });
  expect(leads([issue({ name: { CN: 'Leaf' }, issuer: oldMiddle }), oldMiddle])).toBe(false);
  const oldRoot = issue({ name: { CN: 'Old' }, ca: true, ...old });
  expect(leads([issue({ name: { CN: 'Leaf' }, issuer: oldRoot })], [oldRoot])).toBe(false);
  expect(leads([leaf, middle], [root], Date.UTC(2024, 0, 1))).toBe(false);
});
