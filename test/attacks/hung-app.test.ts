import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientAnswer } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { enter, type Inside } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

/** An app that answers nothing, and another behind the same gate. */
const connections = 2;
const waiting = 3;

let hung: MaliciousApp;
let well: MaliciousApp;
let sluis: TestSluis;
let atHung: Inside;
let atWell: Inside;
let management: number;
/** Requests that the hung app holds. */
let held: Socket[];

async function start(wait: string): Promise<void> {
  management = await freePort();
  const upstream = `{ url: "${hung.url}", connections: ${connections}, waiting: ${waiting}, timeouts: { wait: ${wait} } }`;
  const apps = [
    { id: 'dood', upstream, preset: 'demo' },
    { id: 'leeft', upstream: well.url, preset: 'demo' },
  ];
  sluis = await startSluis(apps, { clock: new TestClock(), extra: `management: { port: ${management} }` });
  atHung = await enter(sluis, 'dood', 'anna', { GPAUTH: 'ingelogd' });
  atWell = await enter(sluis, 'leeft', 'anna', { GPAUTH: 'ingelogd' });
}

beforeEach(async () => {
  held = [];
  [hung, well] = await Promise.all([startMaliciousApp(), startMaliciousApp()]);
  hung.answers.set('/map', socket => void held.push(socket));
  well.answers.set('/map', html('binnen'));
});
afterEach(async () => {
  await sluis?.close();
  await Promise.all([hung.close(), well.close()]);
});

const ask = () => atHung.client.copy().get('/map');
const form = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'http://app' };
const statuses = (answers: readonly ClientAnswer[]) => answers.map(({ status }) => status).sort();

async function figure(name: string, app: string): Promise<number> {
  const line = (await figures()).split('\n').find(one => one.startsWith(name) && one.includes(`app="${app}"`));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

async function figures(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${management}/metrics`)).text();
}

/** Connections of browsers. */
async function open(): Promise<number> {
  return Number(/^sluis_connections(?:\{.*\})? (\d+)$/m.exec(await figures())?.[1]);
}

describe('an app that hangs', () => {
  it('holds as many as it may; the others are told to come back, and an app beside it goes on', async () => {
    await start('1s');
    const answers = Array.from({ length: 20 }, ask);
    await until(async () => held.length === connections);
    // Those that found too many before them need not wait at all.
    const first = await Promise.race(answers);
    expect([first.status, first.headers.some(([name]) => name.toLowerCase() === 'retry-after')]).toEqual([503, true]);
    expect(first.text).toContain('is nu te druk');
    expect(first.text).not.toMatch(/127\.0\.0\.1|undici|pool/);
    expect(statuses(await Promise.all(Array.from({ length: 20 }, () => atWell.client.copy().get('/map'))))).toEqual(
      Array.from({ length: 20 }, () => 200),
    );
    await until(async () => (await figure('sluis_app_busy_total', 'dood')) === 20 - connections);
    expect([await figure('sluis_app_waiting', 'dood'), await figure('sluis_app_busy_total', 'leeft')]).toEqual([0, 0]);
    for (const socket of held) socket.end(html('binnen'));
    const all = statuses(await Promise.all(answers));
    expect(all.filter(status => status === 200)).toHaveLength(connections);
    expect(all.filter(status => status === 503)).toHaveLength(20 - connections);
    expect(hung.seen).toHaveLength(connections);
    expect(sluis.log.filter(line => line.includes('answers more slowly than it is asked'))).toHaveLength(1);
  });

  it('that answers again is asked what waited, each once, and has as many connections as before', async () => {
    await start('1m');
    const answers = Array.from({ length: connections + waiting }, ask);
    await until(async () => held.length === connections);
    await until(async () => (await figure('sluis_app_waiting', 'dood')) === waiting);
    hung.answers.set('/map', html('weer wakker'));
    // Both break off, and give their places to the next.
    held[0]?.destroy();
    held[1]?.destroy();
    expect(statuses(await Promise.all(answers))).toEqual([200, 200, 200, 502, 502]);
    for (let round = 0; round < 3; round += 1)
      expect(statuses(await Promise.all(Array.from({ length: connections + waiting }, ask)))).not.toContain(503);
  });

  it('keeps no place for whoever went away: who reloads a slow page fills the waiting room with nobody', async () => {
    await start('1m');
    const answers = Array.from({ length: connections }, ask);
    await until(async () => held.length === connections);
    const before = await open();
    const reloads = Array.from({ length: waiting }, () => {
      const socket = connect(atHung.client.port, '127.0.0.1').on('error', () => undefined);
      socket.write(atHung.client.bytes('GET', '/map'));
      return socket;
    });
    await until(async () => (await figure('sluis_app_waiting', 'dood')) === waiting);
    for (const socket of reloads) socket.destroy();
    await until(async () => (await open()) === before);
    const last = ask();
    // She alone waits now; refused, she would have been told at once.
    await until(async () => (await figure('sluis_app_waiting', 'dood')) === 1);
    hung.answers.set('/map', html('weer wakker'));
    for (const socket of held) socket.end(html('binnen'));
    expect(statuses(await Promise.all([...answers, last]))).toEqual([200, 200, 200]);
  });

  it('takes nobody along whose body breaks off, or is refused, while it waits', async () => {
    await start('1m');
    const answers = Array.from({ length: connections }, ask);
    await until(async () => held.length === connections);
    const before = await open();
    const leaving = connect(atHung.client.port, '127.0.0.1').on('error', () => undefined);
    leaving.write(atHung.client.bytes('POST', '/map', 'half=een', { ...form, 'Content-Length': '1000' }));
    await until(async () => (await figure('sluis_app_waiting', 'dood')) === 1);
    leaving.destroy();
    await until(async () => (await open()) === before);
    // A sign-in by another door is refused at once, and not when its turn comes.
    const refused = await atHung.client.copy().post('/map', { gebruiker: 'anna', wachtwoord: 'geheim' });
    expect(refused.status).toBe(400);
    hung.answers.set('/map', html('weer wakker'));
    for (const socket of held) socket.end(html('binnen'));
    expect(statuses(await Promise.all([...answers, ask()]))).toEqual([200, 200, 200]);
    expect(hung.seen.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});
