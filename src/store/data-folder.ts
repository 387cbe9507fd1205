import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { SluisError } from '../kernel/errors.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Store } from '../kernel/store.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';

/** The one folder in which Sluis keeps everything: the database, and the keys where the operator gave none. */
export interface DataFolder {
  readonly path: string;
  readonly database: string;
  readonly keys: string;
  /** Whether a database stands in it already. */
  readonly used: boolean;
}

/**
 * Makes the folder where there is none (mode 0700), and proves that it can be written. Throws 'data.unwritable' with
 * place, cause and remedy.
 */
export function openDataFolder(path: string): DataFolder {
  try {
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(path, 0o700);
    proveWritable(path);
  } catch (error) {
    throw unwritable(path, error);
  }
  const database = join(path, 'sluis.db');
  return { path, database, keys: join(path, 'keys'), used: hasContent(database) };
}

/**
 * The store of a data folder, migrated, and proved to belong to these keys. Rejects with 'data.newer',
 * 'data.wrong-key', 'data.unwritable' or 'store.unavailable'; nothing stays open then.
 */
export async function openStore(
  folder: DataFolder,
  ring: KeyRing,
  clock: Clock,
  onClosed?: () => void,
): Promise<SqliteStore> {
  makeForOwnerOnly(folder.database);
  const store = await SqliteStore.open({ path: folder.database, clock, onClosed });
  try {
    await checkRing(store, ring, folder.path);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

const ringSet = 'key-ring';
const ringPurpose = 'key-ring check';

/**
 * Every key that ever sealed here has left a sealed value, and all of them must open: a record that no key opens
 * would read as absent, and its owner as somebody without a factor. Throws 'data.wrong-key'.
 */
export async function checkRing(store: Store, ring: KeyRing, place: string): Promise<void> {
  for (const id of await store.members(ringSet)) {
    const key = checkKey(id);
    const record = await store.get(key);
    if (record === undefined || ring.open(ringPurpose, record.value, key) === undefined) throw wrongKey(place, id);
  }
  const key = checkKey(ring.currentId);
  // The value before its name: a crash between the two leaves no name that cannot be opened.
  await store.create(key, ring.seal(ringPurpose, ring.currentId, key));
  await store.add(ringSet, ring.currentId);
}

function checkKey(id: string): string {
  return `key-ring-check:${id}`;
}

function wrongKey(place: string, id: string): SluisError {
  return new SluisError(
    'data.wrong-key',
    `The data in ${place} was sealed with key "${id}", which was not given or is another key now.`,
    {
      remedy:
        'Give the keys that were in use when this data was written; a new key goes first, the old ones stay behind it.',
    },
  );
}

/** SQLite gives its side files the mode of the database, so that has to be narrow before it is first opened. */
function makeForOwnerOnly(database: string): void {
  try {
    closeSync(openSync(database, 'a', 0o600));
  } catch (error) {
    throw unwritable(database, error);
  }
}

function proveWritable(path: string): void {
  const probe = join(path, `.probe-${process.pid}`);
  try {
    closeSync(openSync(probe, 'w', 0o600));
  } finally {
    rmSync(probe, { force: true });
  }
}

function hasContent(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}

export function unwritable(place: string, cause: unknown): SluisError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SluisError('data.unwritable', `The data folder cannot be used: ${place}: ${reason}.`, {
    cause,
    remedy:
      'Name another folder in the configuration (data), or give the user that runs Sluis the right to write there.',
  });
}
