import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { storeContract } from '../../kernel/store.contract.ts';
import { migrate, migrations } from './migrations.ts';
import { SqliteStore } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function freshFile(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

function fixed(now = 1_000_000) {
  return { now: () => now };
}

storeContract('SQLite in memory', async clock => ({ store: await SqliteStore.open({ path: ':memory:', clock }) }));

storeContract('SQLite on a file that two have open', async clock => {
  const path = freshFile();
  return {
    store: await SqliteStore.open({ path, clock }),
    reopen: () => SqliteStore.open({ path, clock }),
  };
});

/** A process of its own that appends to the log and takes what it can of a hundred one-time things. */
const writer = `
  import { SqliteStore } from ${JSON.stringify(new URL('./sqlite-store.ts', import.meta.url).href)};
  const store = await SqliteStore.open({ path: process.argv[1], clock: { now: () => 1_000_000 } });
  const taken = [];
  for (let turn = 0; turn < 100; turn += 1) {
    if (await store.consume('once:' + turn, 1000)) taken.push(turn);
    for (;;) {
      const head = (await store.head('log'))?.number ?? 0;
      if (await store.append('log', head, process.argv[2] + turn)) break;
    }
    await store.count('count', 1000);
  }
  await store.close();
  process.stdout.write(JSON.stringify(taken));
`;

async function runWriter(path: string, name: string): Promise<number[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, path, name]);
  let output = '';
  let errors = '';
  child.stdout.on('data', chunk => (output += String(chunk)));
  child.stderr.on('data', chunk => (errors += String(chunk)));
  const [code] = await once(child, 'close');
  expect(errors).toBe('');
  expect(code).toBe(0);
  return JSON.parse(output) as number[];
}

describe('several processes on one fresh file', () => {
  it('R08: share every step and lose none', async () => {
    const path = freshFile();
    const taken = await Promise.all(['a', 'b', 'c'].map(name => runWriter(path, name)));
    expect(taken.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, turn) => turn));
    const store = await SqliteStore.open({ path, clock: fixed() });
    const entries = await store.read('log', 0, 1000);
    expect(entries.map(entry => entry.number)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    expect(new Set(entries.map(entry => entry.entry)).size).toBe(300);
    expect((await store.peek('count'))?.count).toBe(300);
    await store.close();
  });

  it('see what another process wrote while both have it open', async () => {
    const path = freshFile();
    const store = await SqliteStore.open({ path, clock: fixed() });
    await store.append('log', 0, 'mine');
    const taken = await runWriter(path, 'theirs');
    expect(taken).toHaveLength(100);
    expect(await store.consume('once:5', 1000)).toBe(false);
    expect((await store.head('log'))?.number).toBe(101);
    await store.close();
  });
});

describe('pruning', () => {
  it('deletes what has expired, in batches, and nothing that lives', async () => {
    let now = 0;
    const path = freshFile();
    const store = await SqliteStore.open({ path, clock: { now: () => now } });
    for (let turn = 0; turn < 5; turn += 1) {
      await store.create(`short:${turn}`, 'v', 10);
      await store.consume(`once:${turn}`, 10);
      await store.advance(`mark:${turn}`, 1, 10);
      await store.count(`count:${turn}`, 10);
      await store.add('set', `short${turn}`, { ttl: 10 });
    }
    await store.create('lives', 'v', 11);
    await store.create('stays', 'v');
    await store.add('set', 'stays');
    await store.append('log', 0, 'stays');
    expect(await store.prune()).toBe(0);
    now = 10;
    expect(await store.prune(3)).toBe(15);
    expect(await store.prune(3)).toBe(10);
    expect(await store.prune(3)).toBe(0);
    expect(await store.get('lives')).toBeDefined();
    expect(await store.get('stays')).toBeDefined();
    expect(await store.members('set')).toEqual(['stays']);
    expect((await store.head('log'))?.number).toBe(1);
    await store.close();
  });

  it('happens by writing alone, so that a file does not grow for ever', async () => {
    let now = 0;
    const path = freshFile();
    const store = await SqliteStore.open({ path, clock: { now: () => now } });
    for (let turn = 0; turn < 800; turn += 1) {
      now += 1;
      await store.consume(`once:${turn}`, 10);
    }
    await store.close();
    const db = new DatabaseSync(path);
    expect(Number(db.prepare('SELECT count(*) AS rows FROM spent').get()?.['rows'])).toBeLessThan(300);
    db.close();
  });
});

describe('R61: what was taken away', () => {
  it('stands in no byte of the file, nor of what was written ahead of it, while others have it open', async () => {
    const path = freshFile();
    const store = await SqliteStore.open({ path, clock: fixed() });
    const other = await SqliteStore.open({ path, clock: fixed() });
    const words = (word: string) =>
      [path, `${path}-wal`].flatMap(file => readFileSync(file, 'latin1').match(word) ?? []);
    const long = (word: string) => `${word} `.repeat(400);
    for (let number = 0; number < 60; number += 1) {
      await store.append('log', number, long('entry'), { who: 'replaced-name', where: 'trimmed-address' });
      await store.create(`record:${number}`, long('removed-record'));
      await store.add('set', `dropped-member-${number}`);
    }
    await store.settle();
    expect(words('removed-record')).not.toEqual([]);
    const numbers = Array.from({ length: 60 }, (_, at) => at + 1);
    await store.replaceAsides('log', 'who', numbers, 'gone');
    await store.replaceAsides('log', 'where', [60], 'gone');
    await store.trim('log', 60);
    for (let number = 0; number < 60; number += 1) {
      await store.remove(`record:${number}`);
      await store.drop('set', `dropped-member-${number}`);
    }
    await other.settle();
    for (const word of ['replaced-name', 'trimmed-address', 'removed-record', 'dropped-member'])
      expect(words(word), word).toEqual([]);
    await store.close();
    await other.close();
  });
});

describe('opening', () => {
  it('writes ahead and waits for the disk', async () => {
    const path = freshFile();
    await (await SqliteStore.open({ path, clock: fixed() })).close();
    const db = new DatabaseSync(path);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });

  it('waits for another process that is at a fresh file', async () => {
    const path = freshFile();
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE other (x); BEGIN; SELECT * FROM other');
    // Switching to write-ahead is refused at once while somebody reads.
    const opening = SqliteStore.open({ path, clock: fixed() });
    db.exec('COMMIT');
    db.close();
    const store = await opening;
    expect(await store.create('k', 'v')).toBe(true);
    await store.close();
  });

  it('keeps what stands when it is opened again', async () => {
    const path = freshFile();
    const first = await SqliteStore.open({ path, clock: fixed() });
    await first.create('k', 'v');
    await first.close();
    const second = await SqliteStore.open({ path, clock: fixed() });
    expect(await second.get('k')).toEqual({ value: 'v', version: 1 });
    await second.close();
  });

  it('refuses data of a newer release and leaves it as it is', async () => {
    const path = freshFile();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(SqliteStore.open({ path, clock: fixed() })).rejects.toMatchObject({ code: 'data.newer' });
    const after = new DatabaseSync(path);
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    expect(after.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table'").get()).toEqual({
      tables: 0,
    });
    after.close();
  });

  it('says store.unavailable, with the cause, for a file that is no database or cannot be opened', async () => {
    const path = freshFile();
    writeFileSync(path, 'this is no database, but it is long enough to be taken for one'.repeat(20));
    for (const bad of [path, folder, join(path, 'beneath-a-file.db')]) {
      await expect(SqliteStore.open({ path: bad, clock: fixed() })).rejects.toMatchObject({
        code: 'store.unavailable',
        cause: expect.any(Error),
      });
    }
  });
});

describe('kept counts', () => {
  it('begin with what stood before they were kept', async () => {
    const path = freshFile();
    const db = new DatabaseSync(path);
    migrate(db, migrations.slice(0, 1));
    db.exec("INSERT INTO member (key, member) VALUES ('a', '1'), ('a', '2'), ('b', '1')");
    db.exec("INSERT INTO member (key, member, expires) VALUES ('a', '3', 1000001), ('a', '4', 999999)");
    db.close();
    const store = await SqliteStore.open({ path, clock: fixed() });
    expect(await Promise.all(['a', 'b', 'c'].map(key => store.size(key)))).toEqual([3, 1, 0]);
    await store.close();
  });

  it('leave no trace of a set that nobody is in any more, nor count what was pruned (R61)', async () => {
    let now = 0;
    const path = freshFile();
    const store = await SqliteStore.open({ path, clock: { now: () => now } });
    await store.add('people', 'anna');
    await store.add('people', 'bert', { ttl: 10 });
    await store.drop('people', 'anna');
    now = 10;
    await store.prune();
    expect(await store.size('people')).toBe(0);
    await store.close();
    const db = new DatabaseSync(path);
    expect(db.prepare('SELECT * FROM lasting').all()).toEqual([]);
    db.close();
  });
});

describe('migrating', () => {
  it('takes the steps that are missing, once, in order', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, ['CREATE TABLE a (x)']);
    migrate(db, ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y', 'INSERT INTO a (x, y) VALUES (1, 2)']);
    migrate(db, ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y', 'INSERT INTO a (x, y) VALUES (1, 2)']);
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 1, y: 2 }]);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
  });

  it('leaves everything as it was where one step fails', () => {
    const db = new DatabaseSync(':memory:');
    expect(() => migrate(db, ['CREATE TABLE a (x)', 'nonsense'])).toThrow(/nonsense/);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 0 });
    expect(() => db.prepare('SELECT * FROM a')).toThrow(/no such table/);
    expect(db.isTransaction).toBe(false);
  });
});
