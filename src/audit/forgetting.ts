import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Codec, type Store, update } from '../kernel/store.ts';
import { isAct, isByName, type Named } from './by-name.ts';
import type { AuditRow, AuditTrail } from './chain.ts';
import type { AuditEntry } from './entry.ts';
import { forgetNotes } from './of-person.ts';
import { type PartName, partNames } from './parts.ts';

interface Task {
  readonly person: Named;
  readonly by: string;
  /** Looked through up to here. */
  readonly after: number;
  /** When it may be gone on with by whoever finds it. */
  readonly due: number;
  /** All was taken away once; what was written about her in that moment is looked for once more. */
  readonly once: boolean;
}

const tasks = 'audit-forget';
const page = 500;
/** Long enough for whatever was under way when she was erased. */
const again = 10 * 60_000;
const mostTasks = 20;

/**
 * Takes a person who was erased out of the trail (R61): names and addresses of every entry about her. Her random id stays,
 * which leads to nobody any more, and with it what was done and by whom. It is kept until it is done, wherever a process
 * ends.
 */
export class Forgetting {
  readonly #deps: { readonly store: Store; readonly clock: Clock; readonly trail: AuditTrail };
  readonly #codec: Codec<Task>;

  constructor(deps: {
    readonly store: Store;
    readonly ring: KeyRing;
    readonly clock: Clock;
    readonly trail: AuditTrail;
  }) {
    this.#deps = deps;
    this.#codec = sealedCodec<Task>(deps.ring, 'audit-forget');
  }

  /** Before she is erased: it will be done, also where this process ends right now. */
  async begin({ id, realm, name, former }: Named, by: string): Promise<void> {
    const { store, clock } = this.#deps;
    const task: Task = { person: { id, realm, name, former }, by, after: 0, due: clock.now() + again, once: false };
    await store.remove(keyOf(id));
    await store.create(keyOf(id), this.#codec.encode(keyOf(id), task));
    // Last: whoever finds a place without a task takes it away.
    await store.add(tasks, id);
  }

  /** Once she is: all that is there by now. */
  async finish(id: string): Promise<void> {
    while (await this.#step(id));
  }

  /** What is due of all that was begun, a page of each; true where there is more to do. Rejects with 'store.unavailable'. */
  async step(): Promise<boolean> {
    const { store, clock } = this.#deps;
    let more = false;
    for (const id of await store.members(tasks, { limit: mostTasks })) {
      const task = await this.#task(id);
      if (task === undefined) await store.drop(tasks, id);
      else if (task.due <= clock.now()) more = (await this.#step(id)) || more;
    }
    return more;
  }

  /** One page of the trail. */
  async #step(id: string): Promise<boolean> {
    const { store, clock, trail } = this.#deps;
    const task = await this.#task(id);
    if (task === undefined) return false;
    const rows = await trail.rows(task.after, page);
    await this.#take(task, rows);
    const after = rows.at(-1)?.number ?? task.after;
    const ended = rows.length < page;
    if (ended) await forgetNotes(store, id);
    if (ended && task.once) {
      await store.remove(keyOf(id));
      await store.drop(tasks, id);
      return false;
    }
    const further = ended ? { after, due: clock.now() + again, once: true } : { after };
    await update(store, keyOf(id), this.#codec, current => ({ ...current, ...further }));
    return !ended;
  }

  async #take({ person, by, once }: Task, rows: readonly AuditRow[]): Promise<void> {
    const why = { realm: person.realm, because: 'erasure', person: person.id, by } as const;
    for (const name of partNames) {
      const hers = rows.filter(
        ({ entry }) => entry !== undefined && hasPart(entry, name) && isTaken(entry, name, person, once),
      );
      // Hers by a name that somebody else wrote there, perhaps: it goes, and is not buried.
      const damaged = hers.find(({ genuine }) => !genuine)?.number;
      const numbers = hers.map(({ number }) => number);
      await this.#deps.trail.remove(name, numbers, damaged === undefined ? why : { ...why, damaged });
    }
  }

  async #task(id: string): Promise<Task | undefined> {
    const record = await this.#deps.store.get(keyOf(id));
    return record && this.#codec.decode(keyOf(id), record.value);
  }
}

function hasPart({ parts, gone }: AuditEntry, name: PartName): boolean {
  return parts?.[name] !== undefined && (gone === undefined || !(name in gone));
}

function isTaken(entry: AuditEntry, name: PartName, person: Named, once: boolean): boolean {
  if ('person' in entry.event && entry.event.person === person.id) return true;
  // Afterwards somebody else may have the name.
  if (once) return false;
  return isByName(entry, person) || (name === 'who' && isAct(entry, person));
}

function keyOf(id: string): string {
  return `audit-forget:{${id}}`;
}
