import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import { signInFully } from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { until } from '../support/redis.ts';
import { type Served, serveDemo } from '../support/served.ts';
import { freePort } from '../support/sluis.ts';

const anna = { name: 'anna', password: passwords.anna } as const;
const patient = { timeout: 120_000 };
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
let demo: DemoApp;
let one: Served;
let management: number;
beforeAll(async () => {
  demo = await startDemoApp();
});
afterEach(() => one?.close());
afterAll(() => demo.close());

async function serve(workers: number): Promise<void> {
  management = await freePort();
  one = await serveDemo(demo.url, workers, `management: { port: ${management} }`);
}

const ask = (options: RequestInit = {}) => fetch(`http://127.0.0.1:${management}/metrics`, options);

type Sample = { readonly name: string; readonly labels: string; readonly value: number };

/** What monitoring reads; each name's lines must stand in one piece, or it refuses them. */
async function scrape(): Promise<{ text: string; samples: readonly Sample[] }> {
  const text = await (await ask({ signal: AbortSignal.timeout(10_000) })).text();
  const samples = text.split('\n').flatMap(line => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });
  const pieces = samples.map(({ name }) => name).filter((name, at, all) => name !== all[at - 1]);
  expect(new Set(pieces).size).toBe(pieces.length);
  const types = text.match(/^# TYPE \S+/gm) ?? [];
  expect(new Set(types).size).toBe(types.length);
  return { text, samples };
}

/** Of all processes: on a busy machine one may answer too late to be told of. */
async function scrapeAll(): Promise<readonly Sample[]> {
  const line = (worker: string) =>
    `sluis_build_info{version="${version}",node="${process.version}",worker="${worker}"} 1\n`;
  let found: readonly Sample[] = [];
  await until(async () => {
    const { text, samples } = await scrape();
    found = samples;
    return ['1', '2', 'supervisor'].every(worker => text.includes(line(worker)));
  });
  return found;
}

function sum(samples: readonly Sample[], name: string, label = ''): number | undefined {
  const found = samples.filter(sample => sample.name === name && sample.labels.includes(label));
  return found.length === 0 ? undefined : found.reduce((all, { value }) => all + value, 0);
}

describe('R51: figures for monitoring, of one process', patient, () => {
  it('stand on the management listener only, from the start, and name nobody', async () => {
    await serve(1);
    await signInFully(one.sluis, 'demo', 'demo', anna);
    const { text, samples } = await scrape();
    expect((await ask()).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await ask({ method: 'POST' })).status).toBe(405);
    expect(text).toContain(`sluis_build_info{version="${version}",node="${process.version}",worker="1"} 1\n`);
    expect(text).toContain('sluis_signals_total{signal="password-guessing",worker="1"} 0\n');
    expect(text).toContain('sluis_mails_failed_total{why="given-up",worker="1"} 0\n');
    expect(text).toContain('sluis_audit_events_total{type="session.began",worker="1"} 1\n');
    expect(text).toContain('sluis_mails_waiting 0\n');
    const number = sum(samples, 'sluis_audit_number') ?? 0;
    expect([number > 0, number <= (await one.sluis.core.audit.end())]).toEqual([true, true]);
    expect(text).toContain('sluis_store_up{worker="1"} 1\n');
    expect(text).toContain('sluis_draining{worker="1"} 0\n');
    expect(sum(samples, 'sluis_known_sessions')).toBe(1);
    expect(sum(samples, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(sum(samples, 'process_open_fds')).toBeGreaterThan(0);
    const person = await one.sluis.core.people.byName('gemeente', 'anna');
    for (const hers of ['anna', '127.0.0.1', person?.id ?? '?']) expect(text).not.toContain(hers);
    for (const host of [one.sluis.host('demo'), one.sluis.portalHost]) {
      const connection = await RawConnection.open(one.sluis.port);
      connection.write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(String((await connection.read('GET')).body)).not.toContain('sluis_build_info');
      connection.destroy();
    }
  });

  it('count a signal that is raised, and keep no process from its end', async () => {
    await serve(1);
    const copied = { device: 'd1', label: '', agent: '', sessions: 0, source: '192.0.2.1' };
    const who = { realm: 'gemeente', person: 'p1', name: 'anna' };
    await one.sluis.core.audit.record({ type: 'device.copied', ...who, ...copied });
    await until(async () => sum((await scrape()).samples, 'sluis_signals_total', '"device-copied"') === 1);
    expect(sum((await scrape()).samples, 'sluis_signals_total')).toBe(1);
    expect(await one.program.end('SIGTERM')).toBe(0);
  });
});

describe('R51: figures for monitoring, of several workers', patient, () => {
  it('are of all of them whoever is asked, and add up to what the trail says', async () => {
    await serve(2);
    for (const name of ['anna', 'bram'] as const)
      await signInFully(one.sluis, 'demo', 'demo', { name, password: passwords[name] });
    const trail = await one.sluis.core.audit.tail(1_000);
    for (let asked = 0; asked < 4; asked++) {
      const samples = await scrapeAll();
      for (const type of ['session.began', 'factor.added', 'server.started'])
        expect(sum(samples, 'sluis_audit_events_total', `"${type}"`)).toBe(
          trail.filter(({ event }) => event.type === type).length,
        );
      expect(sum(samples, 'sluis_workers_serving')).toBe(2);
      expect(samples.filter(({ name }) => name === 'sluis_mails_waiting')).toHaveLength(1);
    }
  });

  it('are told without a worker that does not answer, and with it once it does', async () => {
    await serve(2);
    const [stuck = 0] = one.program.children();
    process.kill(stuck, 'SIGSTOP');
    const workers = async () => {
      const { samples } = await scrape().catch(() => ({ samples: [] }));
      return samples.filter(({ name }) => name === 'sluis_store_up').length;
    };
    await until(async () => (await workers()) === 1, 60_000);
    process.kill(stuck, 'SIGCONT');
    await until(async () => (await workers()) === 2, 60_000);
  });
});
