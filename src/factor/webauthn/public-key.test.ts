import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { cbor } from '../../../test/support/authenticator.ts';
import { algorithmOf, isSound } from './public-key.ts';

const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const [px, py] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
const p256: [unknown, unknown][] = [
  [1, 2],
  [3, -7],
  [-1, 1],
  [-2, px],
  [-3, py],
];

const written = (...fields: [unknown, unknown][]) => cbor(new Map<unknown, unknown>(fields)).toString('base64url');
const p256With = (...change: [unknown, unknown][]) => written(...p256, ...change);

function rsa(bits: number): string {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
  return written([1, 3], [3, -257], [-1, Buffer.from(n, 'base64url')], [-2, Buffer.from(e, 'base64url')]);
}

test('keys of the three algorithms that are offered are sound', () => {
  const ed = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const eddsa = written([1, 1], [3, -8], [-1, 6], [-2, Buffer.from(ed.x ?? '', 'base64url')]);
  const keys = [p256With(), eddsa, rsa(2048)];
  expect(keys.map(key => [algorithmOf(key), isSound(key)])).toEqual([
    [-7, true],
    [-8, true],
    [-257, true],
  ]);
});

test.each([
  ['a point beside the curve', p256With([-3, Buffer.alloc(32, 1)])],
  ['a point cut off', p256With([-3, py.subarray(0, 31)])],
  ['a point with more behind it', p256With([-2, Buffer.concat([px, Buffer.alloc(1)])])],
  ['numbers that are text', p256With([-2, x])],
  ['another curve', p256With([-1, 2])],
  ['another kind', p256With([1, 3])],
  ['another algorithm', p256With([3, -35])],
  ['an RSA key of 1,024 bits', rsa(1024)],
  ['a list', cbor([1, 2]).toString('base64url')],
  ['a cut CBOR', p256With().slice(0, 40)],
  ['nothing', ''],
])('%s is not', (_, key) => {
  expect(isSound(key)).toBe(false);
});
