import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { ClientAnswer } from '../support/client.ts';
import { appClient } from '../support/person.ts';
import { isAlive, type LogLine } from '../support/program.ts';
import { until } from '../support/redis.ts';
import { type Served, serveDemo } from '../support/served.ts';
import type { TestSluis } from '../support/sluis.ts';

/** A worker that is there and does nothing: stopped, as one whose event loop is blocked looks from outside. */
const patient = { timeout: 120_000 };
const eventually = (isSo: () => Promise<boolean>) => until(isSo, 60_000);
const ends = (lines: readonly LogLine[]) =>
  lines.flatMap(({ audit }) => (audit?.event.type === 'worker.ended' ? [audit.event.how] : []));

const said = (lines: readonly LogLine[], type: string) =>
  lines.filter(({ audit }) => audit?.event.type === type).length;

let demo: DemoApp;
let served: Served;
beforeAll(async () => {
  demo = await startDemoApp();
});
afterAll(() => demo.close());
afterEach(() => served?.close());

/** Undefined where the connection ended without one. */
function answerOf(sluis: TestSluis): Promise<ClientAnswer | undefined> {
  return appClient(sluis, 'demo')
    .get('/login')
    .catch(() => undefined);
}

/** Every one of so many new connections, which go to the workers in turn, is answered. */
async function expectServing(): Promise<void> {
  const pages = await Promise.all(Array.from({ length: 8 }, () => appClient(served.sluis, 'demo').get('/login')));
  expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 200));
}

describe('R09: a worker that does nothing any more', patient, () => {
  it('is replaced where it was stopped, given connections, and killed; nobody hangs on it', async () => {
    served = await serveDemo(demo.url, 2);
    const { program, sluis } = served;
    const [victim = 0] = program.children();
    process.kill(victim, 'SIGSTOP');
    const waiting = Array.from({ length: 8 }, () => answerOf(sluis));
    process.kill(victim, 'SIGKILL');
    await eventually(async () => program.children().length === 2 && !isAlive(victim));
    await Promise.all(waiting);
    await expectServing();
    await eventually(async () => ends(program.lines()).length > 0);
    expect(ends(program.lines())).toEqual(['SIGKILL']);
  });

  it('is ended and replaced where it answers nothing for `limits.workerSilence`, and the audit says that it hung', async () => {
    served = await serveDemo(demo.url, 2, 'limits: { workerSilence: 3s }');
    const { program, sluis } = served;
    const [victim = 0, other = 0] = program.children();
    process.kill(victim, 'SIGSTOP');
    const waiting = Array.from({ length: 8 }, () => answerOf(sluis));
    await eventually(async () => program.children().length === 2 && !isAlive(victim));
    await Promise.all(waiting);
    await expectServing();
    await eventually(async () => ends(program.lines()).length > 0);
    expect(ends(program.lines())).toEqual(['hung']);
    expect(isAlive(other)).toBe(true);
  });

  it('is not one that has long requests under way through changes of the configuration, nor one that drains', async () => {
    const gates: (() => void)[] = [];
    const slow = createServer((_request, response) => {
      gates.push(() => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Na een tijd</p>'));
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    served = await serveDemo(
      `http://127.0.0.1:${(slow.address() as AddressInfo).port}`,
      2,
      'limits: { workerSilence: 3s }',
    );
    const { program, sluis } = served;
    const answers = Array.from({ length: 4 }, () => answerOf(sluis));
    await eventually(async () => gates.length === 4);
    const yaml = readFileSync(program.config, 'utf8');
    // Each is noticed after a second or more: longer in all than a worker may be silent.
    for (const nth of [1, 2, 3, 4]) {
      writeFileSync(program.config, `${yaml}\n# ${nth}\nsession: { idle: ${10 + nth}m }\n`);
      await eventually(async () => said(program.lines(), 'configuration.changed') === nth);
    }
    const ended = program.end('SIGTERM');
    for (const open of gates) open();
    expect((await Promise.all(answers)).map(answer => answer?.status)).toEqual([200, 200, 200, 200]);
    expect([await ended, ends(program.lines())]).toEqual([0, []]);
    slow.close();
  });
});
