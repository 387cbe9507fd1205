import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { SluisError } from '../kernel/errors.ts';
import type { RingKey } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import { type DataFolder, unwritable } from './data-folder.ts';

export interface KeySources {
  /** Text of the keys as it stood in the environment. */
  readonly fromEnv?: string | undefined;
  /** Path of a file with the keys. */
  readonly fromFile?: string | undefined;
}

/**
 * The operator's keys, the first being the current one: from the environment, else from a file, else from the data
 * folder, where one is made once. Throws 'config.unreadable' or 'config.invalid' for given keys,
 * 'data.unwritable' for those of the folder, and 'data.wrong-key' where the folder has data but its keys are gone.
 */
export function loadKeys(folder: DataFolder, random: Random, given: KeySources = {}): RingKey[] {
  const keys = givenKeys(given);
  if (keys !== undefined) return keys;
  if (!existsSync(folder.keys)) makeKeys(folder, random);
  return parseKeys(readOwn(folder.keys), folder.keys, 'data.wrong-key');
}

/** Keys from elsewhere than the data folder; undefined where none are given. Throws as `loadKeys`. */
export function givenKeys({ fromEnv, fromFile }: KeySources): RingKey[] | undefined {
  if (fromEnv !== undefined) return parseKeys(fromEnv, 'the environment', 'config.invalid');
  return fromFile === undefined ? undefined : parseKeys(readGiven(fromFile), fromFile, 'config.invalid');
}

/** One key a line, or apart by spaces or commas: `id:base64url of 32 bytes or more`; `#` begins a comment. */
export function parseKeys(text: string, place: string, code: 'config.invalid' | 'data.wrong-key'): RingKey[] {
  const words = text
    .split(/\r?\n/)
    .map(line => line.replace(/#.*/, ''))
    .join(' ')
    .split(/[\s,]+/)
    .filter(word => word !== '');
  const keys = words.map((word, index) => parseKey(word, `key ${index + 1} of ${place}`, code));
  if (keys.length === 0) throw badKeys(`no key in ${place}`, code);
  if (new Set(keys.map(key => key.id)).size < keys.length) throw badKeys(`two keys with one id in ${place}`, code);
  return keys;
}

function parseKey(word: string, place: string, code: 'config.invalid' | 'data.wrong-key'): RingKey {
  // The id stands before a dot in what it sealed, so it has none itself.
  const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]{43,})={0,2}$/.exec(word);
  const secret = Buffer.from(match?.[2] ?? '', 'base64url');
  if (match?.[1] === undefined || secret.length < 32) throw badKeys(`${place} is not written as it should be`, code);
  return { id: match[1], secret };
}

/** Never says what was found: it may be most of a key. */
function badKeys(what: string, code: 'config.invalid' | 'data.wrong-key'): SluisError {
  return new SluisError(code, `The keys cannot be used: ${what}.`, {
    remedy: 'Write one key a line as id:secret, the secret being 32 random bytes or more in base64url.',
  });
}

function readGiven(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SluisError('config.unreadable', `The keys cannot be read: ${reason}.`, {
      cause: error,
      remedy: 'Give the user that runs Sluis the right to read this file, or name another one.',
    });
  }
}

function readOwn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unwritable(file, error);
  }
}

function makeKeys(folder: DataFolder, random: Random): void {
  if (folder.used) {
    throw new SluisError('data.wrong-key', `There is data in ${folder.path}, but its keys (${folder.keys}) are gone.`, {
      remedy: 'Put the keys file back from the backup, or give the keys that were in use. New keys could open nothing.',
    });
  }
  const secret = random.bytes(32);
  const id = createHash('sha256').update(secret).digest('hex').slice(0, 8);
  try {
    writeOnce(folder, `${id}:${secret.toString('base64url')}\n`, randomId(random, 6));
  } catch (error) {
    throw unwritable(folder.keys, error);
  }
}

/** Whole or not at all, and never over a file that another process put there meanwhile. */
function writeOnce(folder: DataFolder, text: string, suffix: string): void {
  const draft = `${folder.keys}.${suffix}`;
  try {
    writeThrough(draft, text);
    putInPlace(draft, folder.keys);
    syncFolder(folder.path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeThrough(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A link, unlike a rename, fails where the name is taken: of two that start together, both use the first one's keys. */
function putInPlace(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    // File systems without links (some network shares).
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    renameSync(draft, file);
  }
}

function syncFolder(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
