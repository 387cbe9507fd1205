import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLogger } from '../src/audit/pino-sink.ts';
import { loadSettings } from '../src/config/load.ts';
import { People } from '../src/factor/people.ts';
import type { Factor } from '../src/factor/person.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { systemRandom } from '../src/kernel/random.ts';
import type { Store } from '../src/kernel/store.ts';
import { type Core, openCore } from '../src/main/core.ts';
import { startServer } from '../src/main/server.ts';
import { consoleApp, consoleRealm } from '../src/operator/operator.ts';
import { genericPreset } from '../src/preset/generic.ts';
import { presets } from '../src/preset/registry.ts';
import { freePort } from '../test/support/free-port.ts';
import { describeMachine } from './report.ts';

const realm = 'gemeente';
const factor: Factor = {
  ...{ id: 'bench', kind: 'totp', level: 2, label: 'Telefoon', boundAt: 1, boundBy: 'activation-code' },
  ...{ lastUsedAt: 1, credential: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' } },
};

/**
 * `npm run bench:people`: how long the console's lists of 50,000 people take on the embedded store, asked for over HTTP
 * one after the other. `--quick` is a smoke run; `--out folder` says where the result goes.
 */
async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, out: { type: 'string' }, people: { type: 'string' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'sluis-people-'));
  const count = Number(values.people ?? (values.quick ? 300 : 50_000));
  try {
    const text = await measured(folder, count, values.quick ? 5 : 200);
    console.log(text);
    const results =
      values.out ?? (values.quick ? undefined : fileURLToPath(new URL('../../loadtest/results', import.meta.url)));
    if (results === undefined) return;
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, `${new Date().toISOString().slice(0, 10)}-people.md`), text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(folder: string, count: number, times: number): Promise<string> {
  const port = await freePort();
  const loaded = loadSettings(configuration(port), { folder, presets: { named: presets, generic: genericPreset } });
  if (!loaded.ok) throw new Error('the configuration is refused');
  const logger = createLogger({ level: 'silent' });
  const surroundings = { clock: systemClock, random: systemRandom, logger, keys: undefined };
  const core = await openCore(loaded.settings, surroundings);
  try {
    await fill(core, join(folder, 'data', 'sluis.db'), count);
    const server = await startServer(core);
    try {
      const ask = await asOperator(core, port);
      const lists = listsOf(count);
      const lines: string[] = [];
      for (const [what, places] of lists) lines.push(line(what, await timed(ask, places, times)));
      const { cores, processor, memory, node } = describeMachine();
      return `# Lists of ${count} people in the console\n\n${cores} cores (${processor}), ${memory}, Node ${node}; embedded store, ${times} requests each, one after the other, in ms.\n\n| list | median | 95th percentile | most |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
    } finally {
      await server.close();
    }
  } finally {
    await core.store.close();
  }
}

/** What operators ask for; `%` is another number each time. */
function listsOf(count: number): readonly (readonly [string, (n: number) => string])[] {
  const name = (n: number) => nameOf((n * 7919) % count);
  return [
    ['by name, the first page', () => '/people'],
    ['by name, any page', n => `/people?from=${name(n)}`],
    ['by name, from the end', () => '/people?order=down'],
    ['by first day, newest first', () => '/people?sort=since&order=down'],
    ['one state', n => `/people?state=invited&from=${name(n)}`],
    ['searched by a rare word', n => `/people?search=${name(n).split('.')[1]}`],
    ['searched by one letter, in a state that few have', () => '/people?search=p&state=closed'],
    ['one person', n => `/people/${realm}/${name(n)}`],
    ['today', () => '/'],
    ['who reaches what', () => '/access'],
  ];
}

function nameOf(number: number): string {
  return `p${(number % 26).toString(36)}.naam${String(number).padStart(6, '0')}`;
}

/** Through the product's own code, in one transaction: nobody waits for the disk here. */
async function fill(core: Core, file: string, count: number): Promise<void> {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
  const people = new People({ ...core, store: writerOn(db) });
  for (let number = 0; number < count; number += 1) {
    const { id } = await people.create(realm, nameOf(number));
    if (number % 10 === 0) continue;
    const activation = { hash: 'h', until: 1, by: 'bench', upTo: 2, replaces: false, issuedAt: 1 } as const;
    await people.update(id, person =>
      number % 10 === 1 ? { ...person, activation } : { ...person, factors: [{ ...factor, id: `f${number}` }] },
    );
  }
  // Everybody is in the lists: nothing is to be taken in while it is measured.
  await people.fillLists(realm);
  db.exec('COMMIT');
  db.close();
}

/** As much of the store as people are written with. */
function writerOn(db: DatabaseSync): Store {
  const [read, write, put] = [
    db.prepare('SELECT value, version FROM record WHERE key = ?'),
    db.prepare(
      'INSERT INTO record (key, value, version) VALUES (?, ?, 1) ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = version + 1',
    ),
    db.prepare('INSERT OR IGNORE INTO member (key, member) VALUES (?, ?)'),
  ];
  const drop = db.prepare('DELETE FROM member WHERE key = ? AND member = ?');
  const store: Pick<Store, 'get' | 'create' | 'replace' | 'add' | 'drop' | 'members'> = {
    get: async key => {
      const row = read.get(key);
      return row === undefined ? undefined : { value: String(row['value']), version: Number(row['version']) };
    },
    create: async (key, value) => write.run(key, value).changes > 0,
    replace: async (key, _version, value) => write.run(key, value).changes > 0,
    members: async () => [],
    add: async (key, member) => (put.run(key, member).changes > 0 ? 'added' : 'present'),
    drop: async (key, member) => drop.run(key, member).changes > 0,
  };
  return store as Store;
}

type Ask = (place: string) => Promise<number>;

/** An operator who is in, and what one of her pages costs her. */
async function asOperator(core: Core, port: number): Promise<Ask> {
  const until = Date.now() + 30 * 24 * 3_600_000;
  const asked = {
    email: 'bench@gemeente.test',
    name: 'Bench',
    role: 'admin',
    until,
    reason: 'bench',
    source: 'bench',
  } as const;
  const { operator } = await core.operators.invite(asked, { command: 'bench' });
  await core.operators.settle(operator.id, 'no password opens it');
  await core.people.update(operator.id, person => ({ ...person, factors: [factor] }));
  const proved = { level: 2, factor: factor.id, factorAt: Date.now(), portal: undefined };
  const fresh = { realm: consoleRealm, app: consoleApp, person: operator.id, name: operator.email, ...proved };
  const { cookie } = await core.sessions.begin(fresh);
  const headers = { host: `beheer.localhost:${port}`, cookie: `__Host-sluis-console=${cookie}` };
  return place =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const sent = request({ host: '127.0.0.1', port, path: place, headers }, answer => {
        answer
          .on('data', () => undefined)
          .on('end', () => {
            if (answer.statusCode === 200) resolve(performance.now() - began);
            else reject(new Error(`${place}: ${answer.statusCode}`));
          });
      });
      sent.on('error', reject).end();
    });
}

async function timed(ask: Ask, place: (n: number) => string, times: number): Promise<readonly number[]> {
  for (let n = 0; n < 5; n += 1) await ask(place(n));
  const all: number[] = [];
  for (let n = 0; n < times; n += 1) all.push(await ask(place(n)));
  return all.toSorted((a, b) => a - b);
}

function line(what: string, times: readonly number[]): string {
  const at = (part: number) => (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
  return `| ${what} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
}

function configuration(port: number): string {
  return `version: 1
data: ./data
listen: { address: 127.0.0.1, port: ${port} }
realms:
  ${realm}:
    title: Gemeente Voorbeeld
    portal: http://sluis.localhost:${port}
    firstFactor: activation-code
apps:
  demo:
    title: Demo
    realm: ${realm}
    origin: http://demo.localhost:${port}
    upstream: http://127.0.0.1:9
    preset: demo
console: { origin: "http://beheer.localhost:${port}" }
`;
}

await bench().catch((error: unknown) => {
  console.error(`The bench stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
