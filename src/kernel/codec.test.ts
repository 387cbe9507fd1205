import { describe, expect, it } from 'vitest';
import { plainCodec, sealedCodec } from './codec.ts';
import { KeyRing } from './key-ring.ts';
import { systemRandom } from './random.ts';

const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
const person = { id: 'p1', secret: 'JBSWY3DPEHPK3PXP', none: null, list: [1, 'é'] };

describe('the sealed codec', () => {
  const codec = sealedCodec<typeof person>(ring, 'person');

  it('gives back what it wrote, and shows nothing of it', () => {
    const text = codec.encode('person:{p1}', person);
    expect(codec.decode('person:{p1}', text)).toEqual(person);
    expect(text).not.toContain(person.secret);
    expect(Buffer.from(text.slice(2), 'base64url').toString('latin1')).not.toContain(person.secret);
  });

  it("reads no record that was moved to another person's place, or written for another purpose", () => {
    const text = codec.encode('person:{p1}', person);
    expect(codec.decode('person:{p2}', text)).toBeUndefined();
    expect(sealedCodec(ring, 'pending').decode('person:{p1}', text)).toBeUndefined();
  });

  it('reads nothing that stands there in the clear, or is sealed nonsense', () => {
    expect(codec.decode('person:{p1}', JSON.stringify(person))).toBeUndefined();
    expect(codec.decode('person:{p1}', ring.seal('person', 'no JSON', 'person:{p1}'))).toBeUndefined();
    expect(codec.decode('person:{p1}', '')).toBeUndefined();
  });
});

describe('the plain codec', () => {
  it('gives back what it wrote, and undefined for what is not JSON', () => {
    const codec = plainCodec<typeof person>();
    expect(codec.decode('k', codec.encode('k', person))).toEqual(person);
    expect(codec.decode('k', '{')).toBeUndefined();
  });
});
