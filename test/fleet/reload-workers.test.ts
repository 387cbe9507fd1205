import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter } from '../support/inside.ts';
import { load } from '../support/load.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { appClient } from '../support/person.ts';
import { until } from '../support/redis.ts';
import { type ServeProcess, startServeProcess } from '../support/serve-process.ts';
import { startSluis, type TestApp, type TestSluis } from '../support/sluis.ts';

const options = { extra: 'workers: 2' };
const changes = 10;

describe('R09 R25: the configuration of two workers changes under load', () => {
  let post: MaliciousApp;
  let moved: MaliciousApp;
  let desk: TestSluis;
  let served: ServeProcess;
  const apps = (upstream = post.url): TestApp[] => [{ id: 'post', upstream, preset: 'demo' }];

  beforeAll(async () => {
    [post, moved] = await Promise.all([startMaliciousApp(), startMaliciousApp()]);
    for (const app of [post, moved]) app.answers.set('/map', html('binnen'));
    desk = await startSluis(apps());
    served = await startServeProcess(desk, apps(), options);
  });
  afterAll(async () => {
    await served?.kill();
    await desk?.close();
    await Promise.all([post.close(), moved.close()]);
  });

  /** What came of each change, oldest first. */
  async function recorded(): Promise<readonly string[]> {
    const types = (await desk.core.audit.tail(1_000)).map(({ event }) => event.type);
    return types.filter(type => type.startsWith('configuration.'));
  }

  it('ten times, and no request fails at either', async () => {
    const people = await Promise.all(
      ['anna', 'bram', 'cees'].map(name => enter(desk, 'post', name, { GPAUTH: 'ingelogd' })),
    );
    const strangers = [1, 2, 3].map(() => appClient(desk, 'post'));
    const under = load(served.port, [
      ...people.map(({ client }) => ({ client, target: '/map', good: /^binnen$/ })),
      ...strangers.map(client => ({ client, target: '/login', good: /formtoken/ })),
    ]);
    for (let turn = 0; turn < changes; turn += 1) {
      const asked = under.asked();
      await until(async () => under.asked() >= asked + 60);
      writeFileSync(served.config, served.yaml(apps(turn % 2 === 0 ? moved.url : post.url), options));
      served.signal('SIGHUP');
      await until(async () => (await recorded()).length === turn + 1);
    }
    const asked = under.asked();
    await until(async () => under.asked() >= asked + 60);
    await under.end();
    expect(under.failures).toEqual([]);
    expect(await recorded()).toEqual(Array.from({ length: changes }, () => 'configuration.changed'));
    expect(moved.seen.some(({ target }) => target === '/map')).toBe(true);
  });
});
