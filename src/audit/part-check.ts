import { sha256 } from '../kernel/hash.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { LogEntry, Store } from '../kernel/store.ts';
import { auditLog, faultOfLink, type Link, readLink } from './entry.ts';
import { type Gone, goneText, type PartName, readPart } from './parts.ts';
import { hasNumber, isRemoval, type RemovalEvent } from './removal-event.ts';

/** `part`: not what was written. `part-gone`: gone, and no entry says that it was taken away. */
export type PartFault = 'part' | 'part-gone';

/** So many removals are remembered: one takes away what stands beside some hundreds of entries. */
const mostKnown = 500;

/** Whether what stands beside entries is as it was written, or lawfully gone. For one reading: it remembers removals. */
export class PartCheck {
  readonly #deps: { readonly store: Store; readonly ring: KeyRing };
  readonly #removals = new Map<number, RemovalEvent | undefined>();

  constructor(deps: { readonly store: Store; readonly ring: KeyRing }) {
    this.#deps = deps;
  }

  /** Of an entry that is itself as it was written: what is wrong beside it, or which of its parts were taken away. */
  async look({ number, asides = {} }: LogEntry, { event }: Link): Promise<PartFault | readonly PartName[]> {
    const digests = event.parts ?? {};
    // Only its own: `constructor` is a name that every object has.
    if (Object.keys(asides).some(name => !Object.hasOwn(digests, name))) return 'part';
    const gone: PartName[] = [];
    for (const [name, digest] of Object.entries(digests)) {
      const text = asides[name];
      if (text === undefined) return 'part-gone';
      if (sha256(text) === digest) continue;
      const fault = await this.#goneFault(number, name as PartName, text);
      if (fault !== undefined) return fault;
      gone.push(name as PartName);
    }
    return gone;
  }

  async #goneFault(number: number, name: PartName, text: string): Promise<PartFault | undefined> {
    const part = readPart(text);
    const gone = 'gone' in part ? part.gone : undefined;
    if (gone === undefined || goneText(gone) !== text) return 'part';
    return (await this.#isLawful(number, name, gone)) ? undefined : 'part-gone';
  }

  async #isLawful(number: number, name: PartName, { entry, because }: Gone): Promise<boolean> {
    const removal = entry > number ? await this.#removal(entry) : undefined;
    return removal?.what === name && removal.because === because && hasNumber(removal.numbers, number);
  }

  /** Its place in the chain is looked at when it is come to. */
  async #removal(number: number): Promise<RemovalEvent | undefined> {
    if (this.#removals.has(number)) return this.#removals.get(number);
    const { store, ring } = this.#deps;
    const [row] = Number.isSafeInteger(number) ? await store.read(auditLog, number - 1, 1) : [];
    const link = row?.number === number ? readLink(row.entry) : undefined;
    // Nothing stands beside one.
    const bare = Object.keys(row?.asides ?? {}).length === 0;
    const genuine = bare && link?.number === number && faultOfLink(ring, link) === undefined;
    const removal = genuine && isRemoval(link.event) ? link.event : undefined;
    if (this.#removals.size >= mostKnown) this.#removals.clear();
    this.#removals.set(number, removal);
    return removal;
  }
}
