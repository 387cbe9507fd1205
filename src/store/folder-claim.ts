import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SluisError } from '../kernel/errors.ts';
import { unwritable } from './data-folder.ts';
import { isSameMachine, type Machine } from './machine.ts';

/** A mark that was not renewed for so long was left behind by a machine that fell over; milliseconds. */
export const staleAfter = 120_000;
const renewEvery = 30_000;
/** So long it is told of at every start that another machine had this folder. */
const forgottenAfter = 24 * 60 * 60_000;

export interface FolderClaim {
  /** Takes the mark away. */
  release(): void;
}

interface ClaimOptions {
  readonly folder: string;
  readonly machine: Machine;
  /** Tells this process from others: random, for containers all have the process number 1. */
  readonly id: string;
  readonly warn: (what: string, remedy: string) => void;
}

interface Mark {
  readonly file: string;
  readonly machine: Machine;
  /** Milliseconds by which it is older than ours. */
  readonly age: number;
}

/**
 * Marks a folder with an embedded store as used by this machine. SQLite keeps its processes apart through memory that
 * only one kernel has: on two machines a code could be used twice, and the database break. Throws 'data.shared' where
 * another machine's mark is fresh; warns where it left one behind.
 */
export function claimFolder(options: ClaimOptions): FolderClaim {
  const own = join(options.folder, `${prefix}${options.id}`);
  const release = () => rmSync(own, { force: true });
  // First ours, then a look at others: of two that begin at once, one at least sees the other.
  write(own, options.machine);
  try {
    for (const mark of foreignMarks(own, options)) settle(mark, options);
  } catch (error) {
    release();
    throw error;
  }
  const timer = setInterval(() => renew(own, options), renewEvery).unref();
  return {
    release: () => {
      clearInterval(timer);
      release();
    },
  };
}

const prefix = 'used-by-';

/** The time of a file is its file server's: two machines whose clocks differ agree on it. */
function foreignMarks(own: string, { folder, machine }: ClaimOptions): Mark[] {
  const now = statSync(own).mtimeMs;
  const files = readdirSync(folder).filter(name => name.startsWith(prefix));
  return files.flatMap(name => {
    const mark = read(join(folder, name), now);
    if (mark === undefined || mark.file === own) return [];
    const same = isSameMachine(mark.machine, machine);
    if (mark.age >= (same ? staleAfter : forgottenAfter)) rmSync(mark.file, { force: true });
    return same ? [] : [mark];
  });
}

function settle(mark: Mark, { folder, warn }: ClaimOptions): void {
  if (mark.age < staleAfter) throw shared(folder, mark);
  warn(
    `the machine ${mark.machine.name} used ${folder} until ${spoken(mark.age)} ago and did not leave it in order; this machine goes on with it`,
    'see that it does not come back to this folder: give each machine one of its own, or all of them store.redis',
  );
}

/** A file server may tell of new files late, so that the look at the beginning can miss one. */
function renew(own: string, options: ClaimOptions): void {
  try {
    write(own, options.machine);
    const others = foreignMarks(own, options).filter(({ age }) => age < staleAfter);
    for (const other of others) options.warn(shared(options.folder, other).message, remedy);
  } catch {
    // A folder that cannot be written is told of by the store, at once and louder.
  }
}

/** Under another name first, so that nobody reads half of it. */
function write(file: string, machine: Machine): void {
  const draft = `${file}.new`.replace(prefix, `.${prefix}`);
  try {
    writeFileSync(draft, JSON.stringify(machine), { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Undefined where it went away meanwhile. What cannot be read is a stranger's. */
function read(file: string, now: number): Mark | undefined {
  try {
    const age = now - statSync(file).mtimeMs;
    return { file, machine: machineIn(readFileSync(file, 'utf8')), age };
  } catch {
    return undefined;
  }
}

function machineIn(text: string): Machine {
  try {
    const { name, id, boot } = JSON.parse(text) as Record<keyof Machine, unknown>;
    return { name: String(name), id: String(id), boot: String(boot) };
  } catch {
    return { name: 'of an unknown name', id: '', boot: '' };
  }
}

const remedy =
  'Stop Sluis on one of them. Several machines share a Redis (store.redis), each with a data folder of its own.';

function shared(folder: string, { machine: { name }, age }: Mark): SluisError {
  return new SluisError(
    'data.shared',
    `The data folder ${folder} is used by another machine, ${name} (${spoken(age)} ago), and SQLite cannot be shared by two.`,
    { remedy: `${remedy} If ${name} was lost, wait two minutes.` },
  );
}

function spoken(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return seconds < staleAfter / 1000 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}
