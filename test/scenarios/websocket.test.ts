import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { frame } from '../support/web-socket.ts';
import { enrol, postForm as form, person } from './steps.ts';

/** Heads of the handshakes that reached the app. */
const shaken: string[] = [];

/** Gemeentepost with a WebSocket at `/ws` in front, which says everything back. */
async function withWebSocket(demo: DemoApp): Promise<{ server: Server; url: string }> {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      const head = first.toString('latin1');
      if (head.startsWith('GET /ws ')) return converse(socket, head);
      const app = connect(demo.port, '127.0.0.1');
      app.on('error', () => socket.destroy());
      app.on('close', () => socket.destroy());
      app.write(first);
      socket.pipe(app).pipe(socket);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}

function converse(socket: Socket, head: string): void {
  shaken.push(head);
  const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const lines = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    'Set-Cookie: kleur=rood',
  ];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
  // Short texts, one in a piece: what this test says.
  socket.on('data', (chunk: Buffer) => {
    const mask = chunk.subarray(2, 6);
    if ((chunk[0] as number) === 0x81)
      socket.write(frame(1, Buffer.from(chunk.subarray(6).map((byte, at) => byte ^ (mask[at % 4] as number)))));
  });
}

const say = (url: string, word: string) => `new Promise(resolve => {
  const socket = new WebSocket('${url}');
  window.open_socket = socket;
  window.open_ended = new Promise(ended => socket.addEventListener('close', ended));
  socket.addEventListener('open', () => socket.send('${word}'));
  socket.addEventListener('message', message => resolve('said: ' + message.data));
  socket.addEventListener('close', () => resolve('closed'));
})`;

describe.skipIf(missing('chromium'))('R01: a WebSocket of a page in Chromium', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;
  let front: Awaited<ReturnType<typeof withWebSocket>>;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    front = await withWebSocket(demo);
    sluis = await startSluis([{ id: 'post', upstream: front.url, preset: 'demo' }]);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    front?.server.close();
    await demo?.close();
  });

  const socketUrl = () => `${sluis.origin('post').replace('http:', 'ws:')}/ws`;
  const speak = (page: Page, word: string) => page.evaluate<string>(say(socketUrl(), word));

  it('speaks with the app inside the session only, with its cookies, and ends with a sign-out in another tab', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('post')}/login`);
    expect(await speak(page, 'te vroeg')).toBe('closed');
    expect(shaken).toEqual([]);

    await enrol(page, sluis, 'post', form, 'anna');
    expect(await speak(page, 'goedemorgen')).toBe('said: goedemorgen');
    expect(shaken.at(-1)).toMatch(/^cookie: .*GPSESSIE=/im);
    expect(shaken.at(-1)).toContain(`origin: ${sluis.origin('post')}\r\n`);
    const cookies = await context.cookies();
    expect(cookies.filter(({ name, value }) => /kleur|GPSESSIE/.test(name) || value.includes('rood'))).toEqual([]);

    const foreign = await context.newPage();
    const before = shaken.length;
    await foreign.goto('about:blank');
    expect(await speak(foreign, 'van elders')).toBe('closed');
    expect(shaken).toHaveLength(before);

    const tab = await context.newPage();
    await tab.goto(`${sluis.origin('post')}/postvak`);
    await tab.click('text=Afmelden');
    await tab.waitForURL(/\/login/);
    expect(await page.evaluate('window.open_ended.then(() => window.open_socket.readyState)')).toBe(3);
    expect(await speak(page, 'nog een keer')).toBe('closed');
    expect(shaken).toHaveLength(before);
    await context.close();
  });
});
