import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import {
  appClient,
  browserOf,
  openLogin,
  passFirstGate,
  postPassword,
  signInFully,
} from '../../test/support/person.ts';
import { until } from '../../test/support/redis.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { windows } from '../../test/support/trust-bench.ts';
import { InvitationRuns } from '../enrolment/invitation-runs.ts';
import { peopleCommands } from './people-commands.ts';

const realm = 'gemeente';
const who = { name: 'carla', password: 'Carla-Test-2026' };
const email = 'w.vogel@post.example';
const agent = 'Zwemvlies/9.1';
/** As nobody else has them here. */
const hers = [who.name, 'vogel', agent, '203.0.113.77', 'zijn balpen'];

/** All that seals, so that nothing sealed is passed over: what opens by none of these fails the test. */
const purposes = [
  ...['person', 'session', 'pending', 'parked', 'trusted-devices', 'mail', 'reset-case', 'invitation-run', 'operators'],
  ...['hardware-token', 'approval-link', 'approval-vapid', 'approval-asks', 'approval-push', 'audit-forget'],
  ...['console-sign-in', 'console-provider', 'key-ring check'],
];

let demo: DemoApp;
let sluis: TestSluis;
beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { extra: 'trust: {}' });
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});

/** Every text that the store holds, sealed ones opened, by its place. */
function everything(): Map<string, string> {
  const { ring } = sluis.core;
  const db = new DatabaseSync(join(sluis.shared.folder, 'data', 'sluis.db'), { readOnly: true });
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const found = new Map<string, string>();
  for (const { name } of tables) {
    for (const row of db.prepare(`SELECT * FROM "${String(name)}"`).all()) {
      const [key, value] = [String(row['key'] ?? ''), String(row['value'] ?? '')];
      const place = `${String(name)} ${Object.values(row).slice(0, 2).join(' ')}`.slice(0, 120);
      found.set(place, JSON.stringify(row));
      if (name !== 'record' || !ring.ids.some(id => value.startsWith(`${id}.`))) continue;
      const opened = purposes.flatMap(purpose => ring.open(purpose, value, key)?.toString('utf8') ?? []);
      expect([key, opened.length]).toEqual([key, 1]);
      found.set(`${place} (sealed)`, opened.join());
    }
  }
  db.close();
  return found;
}

/** Where any of these words stands: in a text of the store, or in a byte of a file of the data folder. */
function placesOf(words: readonly string[]): string[] {
  const folder = join(sluis.shared.folder, 'data');
  const files = readdirSync(folder).filter(file => statSync(join(folder, file)).isFile());
  const texts = [...everything(), ...files.map(file => [file, readFileSync(join(folder, file), 'latin1')] as const)];
  return texts.flatMap(([place, text]) => {
    // In what is sealed and hashed any word comes up by chance.
    const legible = text.replaceAll(/[\w-]{43,}/g, '');
    const found = words.filter(word => legible.includes(word));
    return found.length === 0 ? [] : [`${place}: ${found.join()}`];
  });
}

const commands = () =>
  peopleCommands(
    async (_config, work) => {
      await work(sluis.core);
      return 0;
    },
    () => undefined,
  );

/** Something of every kind that is kept of a person. */
async function lived(): Promise<string> {
  const { core } = sluis;
  const { people, addresses, outbox, devices, audit, settings, clock } = core;
  const of = settings.realms.get(realm);
  if (of === undefined) throw new Error('no realm');
  const runs = new InvitationRuns({ ...core });
  const listed = [{ ...who, line: 1, email }];
  for await (const _ of runs.invite({ realm: of, listed, apps: [], announce: true, by: 'test' }));
  const person = await people.byName(realm, who.name);
  if (person === undefined) throw new Error('she is not known');
  await addresses.set(person, email, 'test');
  const browser = browserOf(sluis, 'demo');
  await signInFully(sluis, 'demo', 'demo', who, browser);
  await postPassword(browser.app, 'demo', await openLogin(appClient(sluis, 'demo'), 'demo'), { ...who, password: 'x' });
  // Under way when she is erased.
  await passFirstGate(appClient(sluis, 'demo', { 'user-agent': agent }), 'demo', who);
  const factor = (await people.byId(person.id))?.factors[0]?.id ?? '';
  const trusting = { person, factor, factorAt: clock.now(), signIn: 's', source: '203.0.113.77' };
  const trusted = await devices.trust({ ...trusting, agent: windows });
  if (trusted.outcome !== 'trusted') throw new Error('no device is trusted');
  await devices.rename(person, trusted.device.id, 'zijn balpen');
  const mail = { to: email, subject: `Aan ${who.name}`, text: who.name, language: 'nl', sender: 'Sluis' } as const;
  await outbox.put({ realm, about: 'notice', person, mail });
  await audit.record({ realm, type: 'sign-in.failed', app: 'demo', name: who.name, source: '203.0.113.77' });
  expect(clock.now()).toBeGreaterThan(0);
  return person.id;
}

test('R61: after she is erased no word of her is in the store, nor in a byte of its files, sealed or not', async () => {
  const id = await lived();
  const before = placesOf(hers);
  for (const sort of ['person:', 'session:', 'pending:', 'mail:', 'aside audit', 'member'])
    expect(before.join('\n'), sort).toContain(sort);
  await commands().peopleErase({ config: '', realm: undefined, ...who, reason: 'verzoek 14', really: who.name });
  await sluis.core.prune?.();
  // A sign-in that is under way ends by its time; and what is written in that moment must be known as hers.
  const left = placesOf(hers).filter(place => !/^record (pending|audit-forget):/.test(place));
  expect(left).toEqual([]);
  sluis.clock.advance(60 * 60_000);
  await until(async () => (await sluis.core.store.members('audit-forget')).length === 0);
  await sluis.core.prune?.();
  expect(placesOf(hers)).toEqual([]);
  // What the audit proves it proves of her random id.
  expect(placesOf([id]).join()).toContain('entry audit');
  expect(await sluis.core.audit.verify()).toMatchObject({ ok: true });
});
