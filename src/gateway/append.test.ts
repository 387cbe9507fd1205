import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { appending, canAppend, unpack, withoutBodyMarks } from './append.ts';

const packers = {
  identity: (body: Buffer) => body,
  gzip: (body: Buffer) => gzipSync(body),
  'x-gzip': (body: Buffer) => gzipSync(body),
  deflate: (body: Buffer) => deflateSync(body),
  br: (body: Buffer) => brotliCompressSync(body),
  zstd: (body: Buffer) => zstdCompressSync(body),
} as const;
const codings = Object.keys(packers) as (keyof typeof packers)[];

function pieces(body: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(body.length / size) }, (_none, i) => body.subarray(i * size, (i + 1) * size));
}

function through(coding: string, packed: Buffer, size = 7): Promise<Buffer> {
  return buffer(Readable.from(pieces(packed, size)).pipe(appending({ 'content-encoding': coding }, '<p>hulp</p>')));
}

describe('R43, rule 9: a line behind a page', () => {
  it.each(codings)('%s in small pieces', async coding => {
    const page = Buffer.from('<html>één</html>');
    expect((await through(coding, packers[coding](page))).toString()).toBe('<html>één</html><p>hulp</p>');
  });

  it.each(codings)('%s of a megabyte, with back-pressure', async coding => {
    const page = Buffer.alloc(1024 * 1024, 'Gemeentepost ');
    const got = await through(coding, packers[coding](page), 16_384);
    expect(got.equals(Buffer.concat([page, Buffer.from('<p>hulp</p>')]))).toBe(true);
  });

  it('an empty page is the line alone', async () => {
    expect((await through('identity', Buffer.alloc(0))).toString()).toBe('<p>hulp</p>');
  });

  it.each(codings)('%s that unpacks to more than a login page can be, breaks off', async coding => {
    const bomb = packers[coding](Buffer.alloc(6 * 1024 * 1024));
    const stream = appending({ 'content-encoding': coding }, '');
    const broken = new Promise(resolve => stream.on('error', resolve));
    Readable.from(pieces(bomb, 16_384)).pipe(stream).resume();
    expect(await broken).toBeInstanceOf(Error);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('%s that is none, breaks off', async coding => {
    const stream = appending({ 'content-encoding': coding }, '');
    const broken = new Promise(resolve => stream.on('error', resolve));
    Readable.from([Buffer.from('geen pakket, zomaar tekst')])
      .pipe(stream)
      .resume();
    expect(await broken).toBeInstanceOf(Error);
  });

  it.each([
    [200, { 'content-type': 'text/html' }, true],
    [401, { 'content-type': 'TEXT/HTML; charset=utf-8', 'content-encoding': 'gzip' }, true],
    [204, { 'content-type': 'text/html' }, false],
    [304, { 'content-type': 'text/html' }, false],
    [200, { 'content-type': 'application/json' }, false],
    [200, {}, false],
    [200, { 'content-type': 'text/html', 'content-encoding': 'compress' }, false],
    [200, { 'content-type': 'text/html', 'content-encoding': 'gzip, br' }, false],
    [200, { 'content-type': 'text/html', 'content-encoding': 'constructor' }, false],
  ])('%i %j may have one: %s', (status, headers, expected) => {
    expect(canAppend(status, headers)).toBe(expected);
  });

  it('takes away what is no longer true of the body', () => {
    const pairs = ['content-length', '1', 'content-type', 't', 'content-encoding', 'gzip', 'etag', 'e', 'vary', 'v'];
    expect(withoutBodyMarks(pairs)).toEqual(['content-type', 't', 'vary', 'v']);
  });
});

describe('rule 9: a held answer without its packing', () => {
  it.each(codings)('%s', coding => {
    const body = packers[coding](Buffer.from('wie'));
    expect(unpack({ headers: { 'content-encoding': coding }, body })?.toString()).toBe('wie');
  });

  it.each([
    ['compress', Buffer.from('x')],
    ['gzip', Buffer.from('geen pakket')],
    ['gzip', gzipSync(Buffer.alloc(300 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(300 * 1024))],
    ['__proto__', Buffer.from('x')],
  ])('%s that cannot be read, or is too long, is none', (coding, body) => {
    expect(unpack({ headers: { 'content-encoding': coding }, body })).toBeUndefined();
  });
});
