import type { FactorDeps } from '../factor/deps.ts';
import { sealedCodec } from '../kernel/codec.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Codec, Store } from '../kernel/store.ts';
import type { Operator } from './operator.ts';

const place = 'operators';

/** All operators: they stand in one record, so that what must hold among them is decided in one step. */
export class OperatorRecord {
  readonly #store: Store;
  readonly #codec: Codec<readonly Operator[]>;

  constructor({ store, ring }: Pick<FactorDeps, 'store' | 'ring'>) {
    this.#store = store;
    this.#codec = sealedCodec<readonly Operator[]>(ring, 'operators');
  }

  async read(): Promise<readonly Operator[]> {
    return (await this.#read()).operators;
  }

  /** What `change` throws changes nothing. Resolves to the operator of this id, as she is then. */
  async write(change: (all: readonly Operator[]) => readonly Operator[], id: string): Promise<Operator | undefined> {
    for (;;) {
      const { operators, version } = await this.#read();
      const next = change(operators);
      const text = this.#codec.encode(place, next);
      const kept = version === undefined ? this.#store.create(place, text) : this.#store.replace(place, version, text);
      if (await kept) return next.find(one => one.id === id);
    }
  }

  async #read(): Promise<{ operators: readonly Operator[]; version: number | undefined }> {
    const record = await this.#store.get(place);
    if (record === undefined) return { operators: [], version: undefined };
    const operators = this.#codec.decode(place, record.value);
    if (operators !== undefined) return { operators, version: record.version };
    // Written over, every mandate would be gone: who cannot be read is nobody's to replace.
    throw new SluisError('data.wrong-key', 'the record of the operators cannot be read with the keys given', {
      remedy: 'Add the key under which this data folder was written to the key ring.',
    });
  }
}
