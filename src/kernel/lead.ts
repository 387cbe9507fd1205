import { type Random, randomId } from './random.ts';
import type { Store } from './store.ts';

/** Which of all instances does something that one does for all; a dead one is followed by another once its time is over. */
export class Lead {
  readonly #store: Store;
  readonly #key: string;
  readonly #time: number;
  readonly #own: string;

  /** `time`: how long an instance that says nothing more still leads; milliseconds. */
  constructor(
    { store, random }: { readonly store: Store; readonly random: Random },
    options: { readonly name: string; readonly time: number },
  ) {
    this.#store = store;
    this.#key = `${options.name}-lead`;
    this.#time = options.time;
    this.#own = randomId(random);
  }

  /** Whether it is this one, for now. Rejects with 'store.unavailable'. */
  async leads(): Promise<boolean> {
    if (await this.#store.create(this.#key, this.#own, this.#time)) return true;
    const record = await this.#store.get(this.#key);
    if (record?.value !== this.#own) return false;
    return this.#store.replace(this.#key, record.version, this.#own, this.#time);
  }
}
