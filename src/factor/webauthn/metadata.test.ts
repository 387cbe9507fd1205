import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issue } from '../../../test/support/certificates.ts';
import { entryOf, makeMaker, signedBlob } from '../../../test/support/key-models.ts';
import { isStale, readMetadata } from './metadata.ts';

const now = Date.UTC(2026, 2, 2, 9);
const maker = makeMaker();
const entries = [entryOf(maker)];

describe('readMetadata', () => {
  test('a signed BLOB under the root that the operator named', () => {
    const { blob, rootPem } = signedBlob(entries);
    const metadata = readMetadata(`${blob}\n`, rootPem, now);
    expect(metadata.models.get(maker.model)).toMatchObject({ keyProtection: ['hardware', 'secure_element'] });
    expect(isStale(metadata, now)).toBe(false);
  });

  test('a list of statements, of entries, or a payload that the operator vouches for', () => {
    const { metadataStatement } = entries[0] as { metadataStatement: object };
    for (const plain of [entries, [metadataStatement], { entries }]) {
      const metadata = readMetadata(JSON.stringify(plain), undefined, now);
      expect([...metadata.models.keys()]).toEqual([maker.model]);
      expect(isStale(metadata, Date.UTC(2099, 0, 1))).toBe(false);
    }
  });

  test('out of date is read, and said', () => {
    const { blob, rootPem } = signedBlob(entries, { nextUpdate: '2026-02-01' });
    expect(isStale(readMetadata(blob, rootPem, now), now)).toBe(true);
    // Judged as on its last day: its own certificates may have run out since.
    expect(isStale(readMetadata(blob, rootPem, Date.UTC(2060, 0, 1)), Date.UTC(2060, 0, 1))).toBe(true);
  });

  test.each([
    ['signed by another root', () => [signedBlob(entries).blob, signedBlob(entries).rootPem]],
    ['signed for another name under the right root', () => Object.values(signedBlob(entries, { dns: 'evil.test' }))],
    ['signed, and no root is given', () => [signedBlob(entries).blob, undefined]],
    ['not signed, and a root is given', () => [JSON.stringify(entries), signedBlob(entries).rootPem]],
    ['given a root that is no certificate', () => [signedBlob(entries).blob, 'no certificate']],
    ['no JSON', () => ['[{', undefined]],
    ['not metadata', () => ['{"a":1}', undefined]],
    [
      'with a root that is no certificate',
      () => [
        JSON.stringify([{ aaguid: 'x', metadataStatement: { attestationRootCertificates: ['AAAA'] } }]),
        undefined,
      ],
    ],
    ['empty', () => ['', undefined]],
  ] satisfies [string, () => (string | undefined)[]][])('refuses a file that is %s', (_, made) => {
    const [text = '', root] = made();
    expect(() => readMetadata(text, root, now)).toThrow(expect.objectContaining({ code: 'config.unreadable' }));
  });

  test('a payload in place of another under the same signature is refused, and so is any changed bit', () => {
    const { blob, rootPem } = signedBlob(entries);
    const [head = '', , signature = ''] = blob.split('.');
    const other = Buffer.from(JSON.stringify({ no: 2, nextUpdate: '2048-12-31', entries: [] })).toString('base64url');
    expect(() => readMetadata(`${head}.${other}.${signature}`, rootPem, now)).toThrow(
      'was changed after it was signed',
    );
    fc.assert(
      fc.property(fc.nat(), place => {
        const bytes = Buffer.from(blob);
        const at = place % bytes.length;
        // Another letter of base64url: the text still reads, and says something else.
        const letter = bytes.toString('latin1', at, at + 1) === 'A' ? 'Q' : 'A';
        // The last letter of a part has bits that count for nothing.
        fc.pre(!['.', ''].includes(blob.slice(at + 1, at + 2)) && blob[at] !== '.');
        bytes.write(letter, at);
        expect(() => readMetadata(bytes.toString(), rootPem, now)).toThrow();
      }),
      { numRuns: 150 },
    );
  });

  test('"none" and HMAC are no algorithms here', () => {
    const { blob, rootPem } = signedBlob(entries);
    const [head = '', body = ''] = blob.split('.');
    const said = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
    for (const alg of ['none', 'HS256', 'RS256']) {
      const changed = Buffer.from(JSON.stringify({ ...said, alg })).toString('base64url');
      expect(() => readMetadata(`${changed}.${body}.AAAA`, rootPem, now)).toThrow(
        /is not in the form|another algorithm/,
      );
    }
  });

  test('a key of the leaf that the root never saw signs nothing', () => {
    const { rootPem } = signedBlob(entries);
    const own = issue({ name: { CN: 'mds.fidoalliance.org' }, dns: 'mds.fidoalliance.org' });
    const head = Buffer.from(JSON.stringify({ alg: 'ES256', x5c: [own.der.toString('base64')] })).toString('base64url');
    const body = Buffer.from(JSON.stringify({ entries })).toString('base64url');
    expect(() => readMetadata(`${head}.${body}.AAAA`, rootPem, now)).toThrow('root does not know');
  });
});
