import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SluisError } from '../kernel/errors.ts';
import { KeyRing, type RingKey } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { openDataFolder, openStore } from './data-folder.ts';
import { loadKeys, parseKeys } from './keys.ts';

const clock = { now: () => 1_000_000 };
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluis-data-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function mode(file: string): string {
  return (statSync(file).mode & 0o777).toString(8);
}

function key(id: string, fill: number): RingKey {
  return { id, secret: Buffer.alloc(32, fill) };
}

function text(...keys: RingKey[]): string {
  return keys.map(each => `${each.id}:${each.secret.toString('base64url')}`).join('\n');
}

async function openWith(...keys: RingKey[]): Promise<void> {
  const store = await openStore(openDataFolder(join(root, 'data')), new KeyRing(keys, systemRandom), clock);
  await store.close();
}

function refusal(step: () => unknown): SluisError {
  try {
    step();
  } catch (error) {
    if (error instanceof SluisError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the data folder', () => {
  it('is made for its owner only, with all that comes into it', async () => {
    const path = join(root, 'deep', 'data');
    const folder = openDataFolder(path);
    expect(folder.used).toBe(false);
    const store = await openStore(folder, new KeyRing(loadKeys(folder, systemRandom), systemRandom), clock);
    await store.create('k', 'v');
    expect(mode(path)).toBe('700');
    expect(readdirSync(path).toSorted()).toEqual(['keys', 'sluis.db', 'sluis.db-shm', 'sluis.db-wal']);
    for (const file of readdirSync(path)) expect(`${file} ${mode(join(path, file))}`).toBe(`${file} 600`);
    await store.close();
    expect(openDataFolder(path).used).toBe(true);
  });

  it('leaves a folder that was there as it is', () => {
    const path = join(root, 'mine');
    mkdirSync(path);
    chmodSync(path, 0o755);
    openDataFolder(path);
    expect(mode(path)).toBe('755');
    expect(readdirSync(path)).toEqual([]);
  });

  it('says place, cause and remedy where it cannot be used', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'data'), '/dev/null/data']) {
      const error = refusal(() => openDataFolder(path));
      expect(error.code).toBe('data.unwritable');
      expect(error.message).toContain(path);
      expect(error.message).toMatch(/EEXIST|ENOTDIR|ENOENT|EACCES|EROFS/);
      expect(error.remedy).toContain('(data)');
    }
  });

  it('says data.unwritable where a folder stands in the place of the database', async () => {
    mkdirSync(join(root, 'data', 'sluis.db'), { recursive: true });
    await expect(openWith(key('a', 1))).rejects.toMatchObject({ code: 'data.unwritable' });
  });
});

describe('keys', () => {
  it('are made once and are the same ever after', () => {
    const folder = openDataFolder(root);
    const first = loadKeys(folder, systemRandom);
    expect(first).toHaveLength(1);
    expect(first[0]?.secret).toHaveLength(32);
    expect(loadKeys(folder, systemRandom)).toEqual(first);
    expect(mode(folder.keys)).toBe('600');
    expect(readdirSync(root)).toEqual(['keys']);
    expect(readFileSync(folder.keys, 'utf8')).toBe(`${text(...first)}\n`);
  });

  it('of another process that was quicker are used, not written over', () => {
    const folder = openDataFolder(root);
    let drafts = 0;
    const slow = {
      bytes(length: number) {
        // Between seeing no file and writing one, the other process puts its own there.
        if (drafts === 0) writeFileSync(folder.keys, text(key('quick', 7)));
        drafts += 1;
        return systemRandom.bytes(length);
      },
    };
    expect(loadKeys(folder, slow)).toEqual([key('quick', 7)]);
    expect(readdirSync(root)).toEqual(['keys']);
  });

  it('are taken from the environment before a file, and from a file before the folder', () => {
    const folder = openDataFolder(join(root, 'data'));
    const file = join(root, 'given');
    writeFileSync(file, `# rotated in spring\n${text(key('new', 2), key('old', 1))}\n\n`);
    expect(loadKeys(folder, systemRandom, { fromFile: file })).toEqual([key('new', 2), key('old', 1)]);
    expect(loadKeys(folder, systemRandom, { fromFile: file, fromEnv: text(key('env', 3)) })).toEqual([key('env', 3)]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a comment', '# none'],
    ['no id', Buffer.alloc(32, 1).toString('base64url')],
    ['a short secret', `a:${Buffer.alloc(31, 9).toString('base64url')}`],
    ['a dot in the id', `a.b:${Buffer.alloc(32, 9).toString('base64url')}`],
    ['plain base64', `a:${Buffer.alloc(32, 0xff).toString('base64')}`],
    ['one id twice', text(key('a', 1), key('a', 2))],
  ])('with %s are refused, and never quoted', (_what, given) => {
    const error = refusal(() => parseKeys(given, 'the environment', 'config.invalid'));
    expect(error.code).toBe('config.invalid');
    expect(error.message).toContain('the environment');
    const secret = given.split(':')[1];
    if (secret !== undefined) expect(error.message).not.toContain(secret.slice(0, 8));
  });

  it('in a file that is not there are refused with its place', () => {
    const file = join(root, 'none');
    const error = refusal(() => loadKeys(openDataFolder(root), systemRandom, { fromFile: file }));
    expect(error.code).toBe('config.unreadable');
    expect(error.message).toContain(file);
  });

  it('that are cut short in the folder are refused, not made anew', () => {
    const folder = openDataFolder(root);
    writeFileSync(folder.keys, 'abc:half');
    expect(refusal(() => loadKeys(folder, systemRandom)).code).toBe('data.wrong-key');
    expect(readFileSync(folder.keys, 'utf8')).toBe('abc:half');
  });

  it('are not made anew beside data that other keys have sealed', async () => {
    await openWith(key('a', 1));
    const folder = openDataFolder(join(root, 'data'));
    expect(refusal(() => loadKeys(folder, systemRandom)).code).toBe('data.wrong-key');
    expect(readdirSync(folder.path)).not.toContain('keys');
  });
});

describe('a database and its keys', () => {
  it('belong together', async () => {
    await openWith(key('a', 1));
    await openWith(key('a', 1));
    await expect(openWith(key('b', 2))).rejects.toMatchObject({ code: 'data.wrong-key' });
    await expect(openWith(key('a', 2))).rejects.toMatchObject({ code: 'data.wrong-key' });
    await expect(openWith(key('b', 2), key('a', 2))).rejects.toMatchObject({ code: 'data.wrong-key' });
    await openWith(key('a', 1));
  });

  it('let a key be replaced as long as the old one stays', async () => {
    await openWith(key('a', 1));
    await openWith(key('b', 2), key('a', 1));
    await expect(openWith(key('b', 2))).rejects.toMatchObject({ code: 'data.wrong-key' });
    await expect(openWith(key('a', 1))).rejects.toMatchObject({ code: 'data.wrong-key' });
    await openWith(key('c', 3), key('a', 1), key('b', 2));
  });

  it('leave no trace of keys that were refused', async () => {
    await openWith(key('a', 1));
    await expect(openWith(key('b', 2))).rejects.toMatchObject({ code: 'data.wrong-key' });
    await openWith(key('a', 1));
  });
});
