import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter, type Inside } from '../support/inside.ts';
import { type PlainApp, startPlainApp } from '../support/plain-app.ts';
import { peakWhile, tellsMemory } from '../support/resident.ts';
import { type ServeProcess, startServeProcess } from '../support/serve-process.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

const MiB = 1024 * 1024;
const whole = 1024 * MiB;
const most = 64 * MiB;
const piece = Buffer.alloc(64 * 1024, 'Gemeentepost ');

let app: PlainApp;
let sluis: TestSluis;
let serve: ServeProcess;
let anna: Inside;
/** The most that serve held for a quarter of the size: what the engine's heap and buffers settle at. */
let before = 0;
/** What came of the last upload, and the last answer that is on its way. */
let received = 0;
let going: ServerResponse | undefined;

beforeAll(async () => {
  if (!tellsMemory) return;
  app = await startPlainApp((req, res) => void answer(req, res));
  const apps = [{ id: 'demo', upstream: app.url, preset: 'demo' }];
  const options = { extra: 'limits: { body: 2GiB, stallTime: 8s }' };
  sluis = await startSluis(apps, options);
  serve = await startServeProcess(sluis, apps, options);
  anna = await enter(sluis, 'demo', 'anna', { GPAUTH: 'anna' });
  // What is hot is compiled, and the heap has the size that it works with.
  before = await peakWhile(serve.pid, async () => {
    await download(256 * MiB);
    await upload('application/octet-stream', '', 256 * MiB);
  });
});

afterAll(async () => {
  await serve?.kill();
  await sluis?.close();
  await app?.close();
});

/** By how much it outgrew `before`. Once more where that is much: what a late collection left is gone then, a leak is not. */
async function growth(work: () => Promise<void>): Promise<number> {
  const first = (await peakWhile(serve.pid, work)) - before;
  return first < most ? first : Math.min(first, (await peakWhile(serve.pid, work)) - before);
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  going = res;
  const size = Number(/^\/groot\/(\d+)$/.exec(req.url ?? '')?.[1] ?? 0);
  if (size > 0) {
    res.writeHead(200, { 'content-length': String(size) });
    await fill(res, size);
    return void res.end();
  }
  received = 0;
  req.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  req.on('end', () => res.end('goed'));
}

/** So many bytes, as fast as they are taken. Resolves without them where the other side goes away. */
function fill(to: Writable, size: number): Promise<void> {
  let left = size;
  return new Promise(resolve => {
    const more = () => {
      let taken = true;
      for (; left > 0 && taken; left -= piece.length)
        taken = to.write(left < piece.length ? piece.subarray(0, left) : piece);
      if (left <= 0) resolve();
    };
    to.on('drain', more).on('close', resolve);
    more();
  });
}

function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): ClientRequest {
  const own = { Host: sluis.host('demo'), Cookie: anna.client.cookie(), 'Sec-Fetch-Mode': 'cors', ...headers };
  return request({ port: serve.port, host: '127.0.0.1', method, path, headers: own, agent: false });
}

async function download(size: number): Promise<number> {
  const sent = ask('GET', `/groot/${size}`).end();
  const [res] = (await once(sent, 'response')) as [IncomingMessage];
  let got = 0;
  for await (const chunk of res) got += (chunk as Buffer).length;
  return got;
}

async function upload(type: string, before: string, size: number, after = ''): Promise<number> {
  const length = String(before.length + size + after.length);
  const sent = ask('POST', '/bestand', {
    'Content-Type': type,
    'Content-Length': length,
    Origin: sluis.origin('demo'),
  });
  if (before !== '') sent.write(before);
  await fill(sent, size);
  sent.end(after);
  const [res] = (await once(sent, 'response')) as [IncomingMessage];
  res.resume();
  return res.statusCode ?? 0;
}

describe.skipIf(!tellsMemory)(
  'rule 9: 1 GB passes, and the memory of serve does not grow by 64 MiB',
  { timeout: 300_000 },
  () => {
    it('down', async () => {
      let got = 0;
      const grown = await growth(async () => {
        got = await download(whole);
      });
      expect(got).toBe(whole);
      expect(grown).toBeLessThan(most);
    });

    const line = '----grens';
    const form = `--${line}\r\nContent-Disposition: form-data; name="bijlage"; filename="film.mp4"\r\n\r\n`;
    it.each([
      { name: 'as a file', type: 'application/octet-stream', start: '', end: '' },
      { name: 'in a form', type: `multipart/form-data; boundary=${line}`, start: form, end: `\r\n--${line}--\r\n` },
    ])('up, $name', async ({ type, start, end }) => {
      let status = 0;
      const grown = await growth(async () => {
        status = await upload(type, start, whole, end);
      });
      expect([status, received]).toEqual([200, start.length + whole + end.length]);
      expect(grown).toBeLessThan(most);
    });

    it('to a reader who takes nothing, who is cut off', async () => {
      const grown = await growth(async () => {
        const sent = ask('GET', `/groot/${whole}`).end();
        const [res] = (await once(sent, 'response')) as [IncomingMessage];
        res.on('error', () => undefined).pause();
        // The app sees it too: its connection is free again.
        if (going !== undefined && !going.destroyed) await once(going, 'close');
        sent.destroy();
      });
      expect(grown).toBeLessThan(most);
    });
  },
);
