import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmac, KeyRing, openWith, sameText, sealWith } from './key-ring.ts';
import { type Random, randomId, systemRandom } from './random.ts';

const first = { id: 'first', secret: Buffer.alloc(32, 1) };
const second = { id: 'second', secret: Buffer.alloc(32, 2) };
const ring = new KeyRing([first], systemRandom);

describe('a key ring', () => {
  it('needs a key, and keys of 32 bytes', () => {
    expect(() => new KeyRing([], systemRandom)).toThrow(TypeError);
    expect(() => new KeyRing([{ id: 'short', secret: Buffer.alloc(31) }], systemRandom)).toThrow(/short/);
  });

  it('opens what it sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), fc.string(), (bytes, purpose, place) => {
        const sealed = ring.seal(purpose, Buffer.from(bytes), place);
        expect(ring.open(purpose, sealed, place)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('opens nothing for another purpose or place', () => {
    const sealed = ring.seal('pending', 'text', 'pending:{1}');
    expect(ring.open('pending', sealed, 'pending:{2}')).toBeUndefined();
    expect(ring.open('person', sealed, 'pending:{1}')).toBeUndefined();
    expect(ring.open('pending', sealed, 'pending:{1}')?.toString()).toBe('text');
  });

  it('opens nothing that was altered in any bit', () => {
    const sealed = ring.seal('p', 'some text', 'place');
    const bytes = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(ring.open('p', `first.${changed.toString('base64url')}`, 'place')).toBeUndefined();
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(ring.open('p', `first.${bytes.subarray(0, length).toString('base64url')}`, 'place')).toBeUndefined();
    }
  });

  it('opens no nonsense and throws at none', () => {
    fc.assert(
      fc.property(fc.string(), text => ring.open('p', text, 'place') === undefined && !ring.verifyMac('p', 't', text)),
    );
    fc.assert(fc.property(fc.string(), text => ring.open('p', `first.${text}`, 'place') === undefined));
  });

  it('never seals twice alike, and shows nothing of the text', () => {
    expect(ring.seal('p', 'text', 'place')).not.toBe(ring.seal('p', 'text', 'place'));
    expect(ring.seal('p', 'text', 'place')).not.toContain(Buffer.from('text').toString('base64url'));
  });

  it('seals with its first key and opens with all, so that a key can be replaced', () => {
    const rotated = new KeyRing([second, first], systemRandom);
    const old = ring.seal('p', 'old', 'place');
    expect(rotated.open('p', old, 'place')?.toString()).toBe('old');
    expect(rotated.verifyMac('p', 'old', ring.mac('p', 'old'))).toBe(true);
    expect(rotated.seal('p', 'new', 'place')).toMatch(/^second\./);
    expect(ring.open('p', rotated.seal('p', 'new', 'place'), 'place')).toBeUndefined();
    expect(ring.verifyMac('p', 'new', rotated.mac('p', 'new'))).toBe(false);
    expect([rotated.currentId, rotated.ids]).toEqual(['second', ['second', 'first']]);
  });

  it('opens nothing with another key of the same id', () => {
    const other = new KeyRing([{ id: 'first', secret: Buffer.alloc(32, 9) }], systemRandom);
    expect(other.open('p', ring.seal('p', 'text', 'place'), 'place')).toBeUndefined();
    expect(other.verifyMac('p', 'text', ring.mac('p', 'text'))).toBe(false);
  });

  it('signs for one purpose and one text', () => {
    const mac = ring.mac('p', 'text');
    expect(ring.verifyMac('p', 'text', mac)).toBe(true);
    expect(ring.verifyMac('q', 'text', mac)).toBe(false);
    expect(ring.verifyMac('p', 'text ', mac)).toBe(false);
    for (const wrong of ['', 'first', 'first.', mac.slice(0, -1), `${mac}A`, mac.replace('first', 'second')]) {
      expect(ring.verifyMac('p', 'text', wrong)).toBe(false);
    }
  });

  it('derives a key a purpose, none for an id it does not have', () => {
    expect(ring.derive('a')).toHaveLength(32);
    expect(ring.derive('a')).toEqual(ring.derive('a', 'first'));
    expect(ring.derive('a')).not.toEqual(ring.derive('b'));
    expect(ring.derive('a', 'none')).toBeUndefined();
    // The operator's key itself never works as a derived one.
    expect(ring.derive('a')).not.toEqual(first.secret);
  });
});

describe('the parts', () => {
  it('HMAC-SHA-256 as in RFC 4231, test case 2', () => {
    const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(hmac(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
      Buffer.from(expected, 'hex').toString('base64url'),
    );
  });

  it('AES-256-GCM as in test case 14 of its specification', () => {
    const zeros: Random = { bytes: length => Buffer.alloc(length) };
    const sealed = sealWith(Buffer.alloc(32), Buffer.alloc(16), '', zeros);
    expect(sealed.toString('hex')).toBe(
      `${'00'.repeat(12)}cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919`,
    );
    expect(openWith(Buffer.alloc(32), sealed, '')).toEqual(Buffer.alloc(16));
  });

  it('compares texts by their bytes', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => sameText(a, b) === (a === b) && sameText(a, a)));
  });

  it('makes ids of 128 bits that a URL can carry', () => {
    expect(randomId(systemRandom)).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(randomId(systemRandom, 32)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(randomId(systemRandom)).not.toBe(randomId(systemRandom));
  });
});
