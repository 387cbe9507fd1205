import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { FormSieve } from './form-sieve.ts';
import { readFormText } from './form-text.ts';

const type = 'multipart/form-data; boundary=x';
const options = { secrets: new Set<string>(), folding: 'none' as const };

const field = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (name: string, content: string) =>
  `--x\r\nContent-Disposition: form-data; name="bijlage"; filename="${name}"\r\nContent-Type: video/mp4\r\n\r\n${content}\r\n`;

function sifted(contentType: string, body: Buffer, cuts: readonly number[]): FormSieve {
  const sieve = new FormSieve(contentType);
  let from = 0;
  for (const to of [...cuts.map(cut => cut % (body.length + 1)).toSorted((one, two) => one - two), body.length]) {
    sieve.push(body.subarray(from, to));
    from = to;
  }
  return sieve;
}

describe('a form of which the files are thrown away while it comes', () => {
  const content = fc.constantFrom('', 'aaaa', '\r\n--', '\r\n--y\r\n\r\n', '\r\n', 'x--x', '--x', '\r\n\r\n', 'één');
  const part = fc.oneof(
    fc.tuple(fc.constantFrom('tekst', 'onderwerp'), content).map(([name, value]) => field(name, value)),
    content.map(value => file('film.mp4', value)),
    fc.constantFrom('--x\r\nX: y\r\n\r\nniets\r\n', '--x\r\n', '--x--\r\n', '--x\r\nContent-Disposition: form-da'),
  );

  it('reads the same as the whole of it, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (parts, cuts) => {
        const body = Buffer.from(parts.join(''));
        expect(readFormText(type, sifted(type, body, cuts).kept, options)).toEqual(readFormText(type, body, options));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what stands before and behind a large file, and nothing of the file', () => {
    const sieve = new FormSieve(type);
    const large = Buffer.alloc(1024 * 1024, 'a');
    sieve.push(Buffer.from(`${field('onderwerp', 'Notulen')}${file('film.mp4', '').slice(0, -2)}`));
    for (let piece = 0; piece < 20; piece += 1) sieve.push(large);
    expect(sieve.size).toBeLessThan(1_000);
    sieve.push(Buffer.from(`\r\n${field('tekst', 'Geachte heer')}--x--\r\n`));
    expect(sieve.kept.includes('aaaa')).toBe(false);
    expect(readFormText(type, sieve.kept, options)).toEqual({
      texts: [
        { name: 'onderwerp', text: 'Notulen' },
        { name: 'tekst', text: 'Geachte heer' },
      ],
      files: ['film.mp4'],
      cut: false,
    });
  });

  it('of another kind, or without a boundary, is kept as it is', () => {
    const body = Buffer.from('tekst=Geachte+heer');
    for (const other of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data'])
      expect(sifted(other, body, [3, 9]).kept).toEqual(body);
  });

  it('whose head has no end is no part, and holds nothing up', () => {
    const sieve = new FormSieve(type);
    sieve.push(Buffer.from(`--x\r\nContent-Disposition: ${'a'.repeat(200_000)}\r\n${field('tekst', 'hoi')}--x--`));
    expect(sieve.size).toBeLessThan(1_000);
    expect(readFormText(type, sieve.kept, options).texts).toEqual([{ name: 'tekst', text: 'hoi' }]);
  });

  it.each(['\r\n--x', '--x\r\n', '\r\n--x\r\n\r', field('a', ''), file('', '')])(
    'CWE-407: of which all is %j is looked through a few times, and not as often as it has boundaries',
    piece => {
      const body = Buffer.from(piece.repeat(10_000));
      const looking = vi.spyOn(Buffer.prototype, 'indexOf');
      new FormSieve(type).push(body);
      const { results } = looking.mock;
      const contexts = looking.mock.contexts as Buffer[];
      const looked = contexts.map(({ length }, at) => {
        const found = Number(results[at]?.value);
        return found < 0 ? length : found;
      });
      looking.mockRestore();
      expect(looked.reduce((sum, one) => sum + one, 0)).toBeLessThan(4 * body.length);
    },
  );
});
