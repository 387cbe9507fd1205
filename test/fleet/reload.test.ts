import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/audit/event.ts';
import { enter, type Inside } from '../support/inside.ts';
import { load } from '../support/load.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { appClient } from '../support/person.ts';
import { RawConnection } from '../support/raw-http.ts';
import { until } from '../support/redis.ts';
import { type ServeProcess, startServeProcess } from '../support/serve-process.ts';
import { startSluis, type TestApp, type TestSluis } from '../support/sluis.ts';

let post: MaliciousApp;
let moved: MaliciousApp;
/** Where the test makes sessions and reads the audit; serves nobody. */
let desk: TestSluis;
let served: ServeProcess;

beforeAll(async () => {
  [post, moved] = await Promise.all([startMaliciousApp(), startMaliciousApp()]);
  for (const app of [post, moved]) {
    app.answers.set('/map', html('binnen'));
    app.answers.set('/beheer', html('beheer'));
  }
  desk = await startSluis(apps());
  served = await startServeProcess(desk, apps(), {});
});
afterAll(async () => {
  await served?.kill();
  await desk?.close();
  await Promise.all([post.close(), moved.close()]);
});

/** Each test begins with the same configuration, and tells its own events from those before. */
let turn = 0;
let first = 0;
beforeEach(async () => {
  turn += 1;
  first = 0;
  expect(await reload(yaml())).toMatchObject({ type: 'configuration.changed' });
  first = (await recorded()).length;
});

interface Change {
  /** Of `post`: where it stands, and lines of its own. */
  readonly upstream?: string;
  readonly extra?: string;
  /** One app more. */
  readonly wiki?: boolean;
}

function apps({ upstream = post.url, extra = '', wiki = false }: Change = {}): TestApp[] {
  const all: TestApp[] = [{ id: 'post', upstream, preset: 'demo', extra }];
  return wiki ? [...all, { id: 'wiki', upstream: moved.url, preset: 'demo' }] : all;
}

const yaml = (now: readonly TestApp[] = apps()) => served.yaml(now, {}).replace('9 - 17', `9 - 17.${turn}`);
const themed = (text: string, css: string) => text.replace('    desk:', `    theme: { css: ${css} }\n    desk:`);
const asks = (level: string) => `    routes: [{ path: /beheer, level: 2, maxAge: ${level} }]`;

type Configuration = Extract<AuditEvent, { type: 'configuration.changed' | 'configuration.refused' }>;

/** What this instance recorded of its configuration, oldest first. */
async function recorded(): Promise<readonly Configuration[]> {
  const events = (await desk.core.audit.tail(1_000)).map(entry => entry.event);
  return events
    .filter(event => event.type === 'configuration.changed' || event.type === 'configuration.refused')
    .slice(first);
}

/** Whole from the first moment: another signal may be on its way. */
function put(text: string): void {
  writeFileSync(`${served.config}.whole`, text);
  renameSync(`${served.config}.whole`, served.config);
}

/**
 * Puts this text where the configuration stands, has it read, and waits for what came of it. Who watches the file may
 * have read the one before it once more meanwhile, and refused it again: that is not of this text.
 */
async function reload(text: string, outcome: Configuration['type'] = 'configuration.changed'): Promise<Configuration> {
  const before = (await recorded()).length;
  const come = async () => (await recorded()).slice(before).find(({ type }) => type === outcome);
  put(text);
  served.signal('SIGHUP');
  await until(async () => (await come()) !== undefined);
  return (await come()) as Configuration;
}

describe('R25: the configuration changes under load', () => {
  it('R04 has in the audit that level 1 is accepted and why, once, though read again', async () => {
    const accepts = (reason: string) => `${yaml()}levels: { acceptLevel1: { reason: ${reason} } }\n`;
    const said = async () =>
      (await desk.core.audit.tail(1_000)).flatMap(({ event }) =>
        event.type === 'level-1.accepted' ? [event.reason] : [],
      );
    await reload(accepts('openbare stukken'));
    await until(async () => (await said()).length === 1);
    await reload(accepts('openbare stukken').replace('9 - 17', '9 - 18'));
    await reload(accepts('stukken van de raad'));
    await until(async () => (await said()).length === 2);
    expect(await said()).toEqual(['openbare stukken', 'stukken van de raad']);
  });

  it('twenty times, and no request fails; what is under way ends by what it began with', async () => {
    const people = await Promise.all(
      ['anna', 'bram', 'cees'].map(name => enter(desk, 'post', name, { GPAUTH: 'ingelogd' })),
    );
    const strangers = [1, 2, 3].map(() => appClient(desk, 'post'));
    const under = load(served.port, [
      ...people.map(({ client }) => ({ client, target: '/map', good: /^binnen$/ })),
      ...strangers.map(client => ({ client, target: '/login', good: /formtoken/ })),
    ]);
    // One download goes on through all of it.
    let finish = () => {};
    const length = 20_000;
    post.answers.set('/groot', socket => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${'a'.repeat(length / 2)}`, 'latin1');
      finish = () => void socket.write('b'.repeat(length / 2));
    });
    const download = await RawConnection.open(served.port, { timeout: 60_000 });
    const [anna] = people as [Inside];
    download.write(anna.client.bytes('GET', '/groot'));
    const whole = download.read();
    const folder = join(served.config, '..');
    for (const name of ['rood', 'blauw']) writeFileSync(join(folder, `${name}.css`), `:root { --sluis-${name}: 1px; }`);
    const changes = [
      apps({ extra: asks('5m') }),
      apps({ extra: asks('1m') }),
      apps({ upstream: moved.url }),
      apps({ wiki: true }),
      apps(),
    ];
    for (let turn = 0; turn < 20; turn += 1) {
      const before = under.asked();
      const text = themed(yaml(changes[turn % changes.length] ?? []), `./${turn % 2 === 0 ? 'rood' : 'blauw'}.css`);
      expect(await reload(text)).toMatchObject({ type: 'configuration.changed' });
      await until(async () => under.asked() >= before + 60);
    }
    finish();
    expect((await whole).body.toString('latin1')).toBe('a'.repeat(length / 2) + 'b'.repeat(length / 2));
    download.destroy();
    await under.end();
    expect(under.failures).toEqual([]);
    expect(under.asked()).toBeGreaterThan(1_000);
    // In its right place, each time: both apps were asked, and the last word is the file's.
    expect(moved.seen.some(({ target }) => target === '/map')).toBe(true);
    expect((await recorded()).map(({ type }) => type)).toEqual(
      Array.from({ length: 20 }, () => 'configuration.changed'),
    );
  }, 120_000);

  it('a route that demands more does so from the next request on, in sessions that are open', async () => {
    const { client } = await enter(desk, 'post', 'anna', { GPAUTH: 'ingelogd' });
    const at = client.at(served.port);
    expect((await at.get('/beheer')).text).toBe('beheer');
    expect(await reload(yaml(apps({ extra: asks('1ms') })))).toMatchObject({
      changed: 'apps.post.routes',
    });
    expect(await at.get('/beheer')).toMatchObject({ status: 303, location: '/_sluis/next' });
    expect((await at.get('/map')).text).toBe('binnen');
  });

  it('an app that is taken away is served no longer, whoever asks, and one that came is', async () => {
    const wiki = (await enter(desk, 'wiki', 'anna', { GPAUTH: 'ingelogd' })).client.at(served.port);
    expect((await wiki.get('/map')).status).toBe(421);
    expect(await reload(yaml(apps({ wiki: true })))).toMatchObject({ changed: 'apps.wiki' });
    expect((await wiki.get('/map')).text).toBe('binnen');
    await reload(yaml());
    expect((await wiki.get('/map')).status).toBe(421);
  });

  it('an app that comes to another realm keeps no session of the one before (rule 2)', async () => {
    const { client } = await enter(desk, 'post', 'anna', { GPAUTH: 'ingelogd' });
    const at = client.at(served.port);
    expect((await at.get('/map')).text).toBe('binnen');
    const other = served
      .yaml(apps(), {})
      .replace('realm: gemeente', 'realm: andere')
      .replace(
        '  gemeente:',
        '  andere: { title: Andere, portal: single-host, firstFactor: activation-code }\n  gemeente:',
      );
    expect(await reload(other)).toMatchObject({ type: 'configuration.changed' });
    expect(await at.get('/map')).toMatchObject({ status: 303, location: '/login' });
  });

  it('files of the look before stay, for pages that are open', async () => {
    const style = (text: string) => /\/_sluis\/assets\/(theme[^"]*css)/.exec(text)?.[1];
    const folder = join(served.config, '..');
    writeFileSync(join(folder, 'look.css'), ':root { --sluis-a: 1px; }');
    const text = themed(yaml(), './look.css');
    await reload(text);
    const page = async () => (await appClient(desk, 'post').at(served.port).get('/login/nergens')).text;
    const stranger = appClient(desk, 'post').at(served.port);
    const refusal = async () => style((await stranger.post('/login', 'x=y', { Origin: 'http://kwaad.test' })).text);
    const before = await refusal();
    expect(before).toBeDefined();
    expect(await page()).toBeDefined();
    // The same words in the configuration, other ones in the file.
    writeFileSync(join(folder, 'look.css'), ':root { --sluis-a: 2px; }');
    expect(await reload(text)).toMatchObject({ changed: 'realms.gemeente.theme.css' });
    const after = await refusal();
    expect(after).not.toBe(before);
    for (const name of [before, after]) expect((await stranger.get(`/_sluis/assets/${name}`)).status).toBe(200);
  });
});

describe('bad input: a configuration that cannot be', () => {
  const broken: readonly [string, (text: string) => string, RegExp][] = [
    ['broken YAML', text => text.replace('realms:', 'realms: ['), /yaml:\d+".*YAML/],
    ['an unknown key', text => `${text}\nlevls: {}\n`, /yaml:\d+".*levls.*did you mean levels/],
    ['a file that is not there', text => themed(text, './nergens.css'), /theme\.css.*nergens\.css: not there/],
    [
      'a level that nobody reaches',
      text => text.replace('preset: demo', 'preset: demo\n    level: 4'),
      /"apps\.post\.level"/,
    ],
    ['half a file', text => text.slice(0, text.indexOf('    upstream')), /apps/],
    ['nothing at all', () => '', /yaml/],
    ['another port', text => text.replace(/port: \d+/, 'port: 9'), /"listen\.port".*restart Sluis/],
    ['another data folder', text => text.replace('./data', './elders'), /yaml:2".*"data".*restart Sluis/],
    ['a management listener', text => `${text}\nmanagement: {}\n`, /"management".*restart Sluis/],
  ];

  const refusals = () =>
    served
      .log()
      .split('\n')
      .filter(line => line.includes('the configuration is refused'))
      .join('\n');

  it.each(broken)('%s is refused with its place and remedy, and all goes on as before', async (_title, spoil, told) => {
    const good = yaml();
    const { client } = await enter(desk, 'post', 'anna', { GPAUTH: 'ingelogd' });
    // Something that would be taken up, beside the mistake.
    await reload(spoil(good.replace('desk: {', 'names: [bram]\n    desk: {')), 'configuration.refused');
    await until(async () => told.test(refusals()));
    expect((await client.at(served.port).get('/map')).text).toBe('binnen');
    // Put right, nothing is left to change.
    put(good);
    served.signal('SIGHUP');
    expect(await reload(good.replace('Balie 3', 'Balie 4'))).toMatchObject({ changed: 'realms.gemeente.desk.place' });
    expect((await recorded()).filter(({ type }) => type === 'configuration.changed')).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read is refused', async () => {
    chmodSync(served.config, 0o000);
    served.signal('SIGHUP');
    await until(async () => /not readable for this user/.test(refusals()));
    expect((await appClient(desk, 'post').at(served.port).get('/login')).status).toBe(200);
  });

  it('a file that went away, or is a folder, is refused', async () => {
    const before = (await recorded()).length;
    unlinkSync(served.config);
    served.signal('SIGHUP');
    await until(async () => (await recorded()).length > before);
    await until(async () => /serve-\d+\.yaml.*not there/.test(refusals()));
    mkdirSync(served.config);
    served.signal('SIGHUP');
    await until(async () => served.log().includes('a folder, not a file'));
    rmSync(served.config, { recursive: true });
    expect((await appClient(desk, 'post').at(served.port).get('/login')).status).toBe(200);
  });
});

describe('the file of the configuration is watched by its name', () => {
  it('through a rename into its place, and through a link on its way', async () => {
    const text = (place: string) => yaml().replace('Balie 3', place);
    const changed = (count: number) => until(async () => (await recorded()).length === count);
    const beside = `${served.config}.new`;
    writeFileSync(beside, text('Balie 5'));
    renameSync(beside, served.config);
    await changed(1);
    const folder = join(served.config, '..', 'mounted');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.yaml'), text('Balie 6'));
    // As mounts do it: a link that is put in the place of another.
    symlinkSync(join(folder, 'a.yaml'), beside);
    renameSync(beside, served.config);
    await changed(2);
    writeFileSync(join(folder, 'b.yaml'), text('Balie 7'));
    symlinkSync(join(folder, 'b.yaml'), beside);
    renameSync(beside, served.config);
    await changed(3);
  });
});
