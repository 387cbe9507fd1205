import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import {
  appClient,
  follow,
  freshCode,
  hiddenFields,
  openPortal,
  passFirstGate,
  portalClient,
  release,
  signInFully,
  signOut,
} from '../support/person.ts';
import { isAlive, type LogLine, type Program, startProgram } from '../support/program.ts';
import { until } from '../support/redis.ts';
import { type Served, serveDemo, servingYaml } from '../support/served.ts';
import { freePort } from '../support/sluis.ts';

const anna = { name: 'anna', password: passwords.anna } as const;
const freshStarts = 2;
/** Processes begin slowly on a machine that is busy with everything else. */
const patient = { timeout: 120_000 };
const running: { close(): Promise<void> }[] = [];
let demo: DemoApp;
beforeAll(async () => {
  demo = await startDemoApp();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(one => one.close()));
});
afterAll(() => demo.close());

async function served(workers = 2, upstream = demo.url): Promise<Served> {
  const one = await serveDemo(upstream, workers);
  running.push(one);
  return one;
}

async function program(yaml: string, folder?: string): Promise<Program & { listening: boolean }> {
  const one = await startProgram(yaml, folder === undefined ? {} : { folder });
  running.push(one);
  return one;
}

const eventually = (isSo: () => Promise<boolean>) => until(isSo, 60_000);
const events = (lines: readonly LogLine[], type: string) => lines.filter(({ audit }) => audit?.event.type === type);
const isIn = async (app: Client) => (await app.get('/wie')).text.includes('id="wie"');
/** Each on a connection of its own, which go to the workers in turn. */
const several = (app: Client) => Promise.all(Array.from({ length: 8 }, () => isIn(app.copy())));

describe('R09: several workers on one port and one data folder', patient, () => {
  let one: Served;
  let hers: Client;
  let secret: string;
  beforeAll(async () => {
    one = await serveDemo(demo.url, 2);
  });
  afterAll(() => one?.close());

  it('are one Sluis: a sign-in over both, a session at both, its end at both', async () => {
    const { sluis, program } = one;
    expect(program.children()).toHaveLength(2);
    const signedIn = await signInFully(sluis, 'demo', 'demo', anna);
    hers = signedIn.app;
    secret = signedIn.secret;
    expect(await several(hers)).toEqual(Array.from({ length: 8 }, () => true));
    const thief = hers.copy();
    await signOut(hers);
    await eventually(async () => (await several(thief)).every(inside => !inside));
  });

  it('R24: take one code, posted fifty times at once, once', async () => {
    const { sluis, program } = one;
    const begun = events(program.lines(), 'challenge.passed').length;
    for (let round = 0; round < 2; round += 1) {
      const app = appClient(sluis, 'demo');
      const portal = portalClient(sluis);
      await passFirstGate(app, 'demo', anna);
      const page = await openPortal(app, portal);
      const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? '';
      // Every fifth from a page of its own: another attempt, with the same code.
      const pages = await Promise.all(Array.from({ length: 5 }, () => portal.copy().get(action)));
      const code = freshCode(sluis, secret);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_none, n) =>
          portal.copy().post(action, { ...hiddenFields(pages[n % 5]?.text ?? ''), code }),
        ),
      );
      const passed = answers.find(({ location }) => location?.includes('/go/') === true);
      const hop = await follow(portal, passed ?? page);
      expect((await release(app, hop)).status).toBe(303);
      hers = app;
    }
    await eventually(async () => events(program.lines(), 'session.began').length === 3);
    expect(events(program.lines(), 'challenge.passed').length - begun).toBe(2);
  });

  it('R25: change together, by a signal, and refuse together what is no configuration', async () => {
    const { sluis, program } = one;
    const before = readFileSync(program.config, 'utf8');
    const helped = async () => {
      const pages = await Promise.all(Array.from({ length: 8 }, () => appClient(sluis, 'demo').get('/login')));
      return new Set(pages.map(({ status, text }) => `${status} ${text.includes('/help')}`));
    };
    expect(await helped()).toEqual(new Set(['200 true']));
    writeFileSync(program.config, before.replace('preset: demo', 'preset: demo\n    helpLine: false'));
    process.kill(program.child.pid ?? 0, 'SIGHUP');
    await eventually(async () => events(program.lines(), 'configuration.changed').length === 1);
    expect(await helped()).toEqual(new Set(['200 false']));
    writeFileSync(program.config, before.replace('preset: demo', 'preset: nonsense'));
    process.kill(program.child.pid ?? 0, 'SIGHUP');
    await eventually(async () => events(program.lines(), 'configuration.refused').length >= 1);
    // A worker that begins now begins with what the others serve by, not with what stands in the file.
    for (const pid of program.children().slice(0, 1)) process.kill(pid, 'SIGKILL');
    await eventually(
      async () => events(program.lines(), 'worker.ended').length === 1 && program.children().length === 2,
    );
    await eventually(async () => (await helped()).size === 1);
    expect(await helped()).toEqual(new Set(['200 false']));
    writeFileSync(program.config, before);
    process.kill(program.child.pid ?? 0, 'SIGHUP');
    await eventually(async () => events(program.lines(), 'configuration.changed').length === 2);
    await eventually(async () => (await helped()).has('200 true'));
    expect(await helped()).toEqual(new Set(['200 true']));
  });

  it('R25: one that is killed is replaced, and nothing that was answered is lost', async () => {
    const { sluis, program } = one;
    expect(await several(hers)).toEqual(Array.from({ length: 8 }, () => true));
    const [victim = 0, other = 0] = program.children();
    process.kill(victim, 'SIGKILL');
    await eventually(async () => program.children().length === 2 && !isAlive(victim));
    await eventually(async () => events(program.lines(), 'worker.ended').length === 2);
    expect(events(program.lines(), 'worker.ended')[1]?.audit?.event).toMatchObject({ how: 'SIGKILL' });
    expect(isAlive(other)).toBe(true);
    await eventually(async () => (await several(hers)).every(Boolean));
    expect((await sluis.core.people.byName('gemeente', 'anna'))?.factors).toHaveLength(1);
  });

  it('end in order when they are asked to, and leave one trail that is whole, written by both', async () => {
    const { sluis, program } = one;
    const pids = program.children();
    expect(await program.end('SIGTERM')).toBe(0);
    expect(pids.some(isAlive)).toBe(false);
    const lines = program.lines();
    const audited = lines.filter(({ audit }) => audit !== undefined);
    expect(new Set(audited.map(({ worker }) => worker))).toEqual(new Set([undefined, 1, 2]));
    for (const type of ['server.started', 'server.stopped']) expect(events(lines, type)).toHaveLength(1);
    expect(program.said().match(/Sluis is listening/g)).toHaveLength(1);
    expect(await sluis.core.audit.verify()).toMatchObject({ ok: true });
  });
});

describe('R09: workers begin and end', patient, () => {
  it('on a fresh folder, several at once', async () => {
    const all = await Promise.all(
      Array.from({ length: freshStarts }, async () => program(servingYaml(await freePort(), demo.url, 3))),
    );
    for (const one of all) {
      expect(one.said()).not.toMatch(/"level":"(?:error|warn)"/);
      expect(one.children()).toHaveLength(3);
    }
    const codes = await Promise.all(all.map(one => one.end('SIGTERM')));
    expect(codes).toEqual(all.map(() => 0));
  });

  it('let requests under way come to their end, also when the supervisor is killed', async () => {
    const gates: (() => void)[] = [];
    const app = createHttpServer((_req, res) => {
      gates.push(() => res.writeHead(200, { 'content-type': 'text/html' }).end('<p>Na een tijd</p>'));
    });
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    try {
      const { sluis, program } = await served(2, `http://127.0.0.1:${(app.address() as AddressInfo).port}`);
      const answers = Array.from({ length: 4 }, () => appClient(sluis, 'demo').get('/login'));
      await eventually(async () => gates.length === 4);
      const pids = program.children();
      await program.end('SIGKILL');
      for (const open of gates) open();
      for (const { text } of await Promise.all(answers)) expect(text).toContain('Na een tijd');
      await eventually(async () => !pids.some(isAlive));
    } finally {
      app.closeAllConnections();
      app.close();
    }
  });
});

describe('R09: workers that cannot serve', patient, () => {
  it('a port in use is told once, with exit code 69, and nothing is left running', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>(resolve => other.listen(port, '127.0.0.1', resolve));
    const one = await program(servingYaml(port, demo.url, 3));
    other.close();
    expect(one.listening).toBe(false);
    expect(await one.end('SIGTERM')).toBe(69);
    expect(one.said().match(/in use/g)).toHaveLength(1);
    expect(one.said()).not.toMatch(/^\s+at |node:internal|Error:|server\.started/m);
    expect(one.children()).toEqual([]);
  });

  it('end again and again: the fleet stops, with the reason, instead of trying for ever', async () => {
    const one = await served();
    const { folder } = one.program;
    // Keys that open nothing of what is there: no new process can begin.
    writeFileSync(join(folder, 'data', 'keys'), `other:${Buffer.alloc(32, 7).toString('base64url')}\n`);
    for (const pid of one.program.children()) process.kill(pid, 'SIGKILL');
    const [code] = (await once(one.program.child, 'exit')) as [number];
    expect(code).toBe(65);
    expect(one.program.said()).toMatch(/sealed with key[\s\S]*what to do/);
    expect(events(one.program.lines(), 'server.stopped')).toEqual([]);
  });
});
