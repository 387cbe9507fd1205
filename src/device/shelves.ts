import { sealedCodec } from '../kernel/codec.ts';
import { SluisError } from '../kernel/errors.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Codec, Store } from '../kernel/store.ts';
import { longestTrust, type TrustedDevice } from './trusted-device.ts';

type Devices = readonly TrustedDevice[];

/** The devices of each person in the store: one sealed record a person, also of those that are over and not yet told. */
export class Shelves {
  readonly #store: Store;
  readonly #codec: Codec<Devices>;
  /** Of each copy that was read; 0 where there was none. */
  readonly #versions = new WeakMap<Devices, number>();

  constructor(deps: { readonly store: Store; readonly ring: KeyRing }) {
    this.#store = deps.store;
    this.#codec = sealedCodec<Devices>(deps.ring, 'trusted-devices');
  }

  async read(person: string): Promise<Devices> {
    const record = await this.#store.get(keyOf(person));
    const devices = record === undefined ? [] : this.#decode(person, record.value);
    this.#versions.set(devices, record?.version ?? 0);
    return devices;
  }

  /**
   * Changes all of a person's by compare-and-set; `change` may run more than once, undefined leaves them as they are. With
   * what was read just before in hand that is changed first: where it is old by now, or the change leaves it, all is read.
   */
  async write(person: string, change: (devices: Devices) => Devices | undefined, inHand?: Devices): Promise<void> {
    const first = inHand && change(inHand);
    if (inHand !== undefined && first !== undefined && (await this.#replace(person, inHand, first))) return;
    for (;;) {
      const current = await this.read(person);
      const next = change(current);
      if (next === undefined || (await this.#replace(person, current, next))) return;
    }
  }

  /** None outlives the longest trust, and each write comes from a use: the record goes with the last of them. */
  async #replace(person: string, current: Devices, next: Devices): Promise<boolean> {
    const key = keyOf(person);
    const text = this.#codec.encode(key, next);
    const version = this.#versions.get(current);
    if (version === undefined) return false;
    return version === 0
      ? this.#store.create(key, text, longestTrust)
      : this.#store.replace(key, version, text, longestTrust);
  }

  /** Changes one that is not over; undefined where it is gone, or `change` left it. */
  async change(
    person: string,
    id: string,
    change: (current: TrustedDevice) => TrustedDevice | undefined,
    inHand?: Devices,
  ): Promise<TrustedDevice | undefined> {
    let changed: TrustedDevice | undefined;
    await this.write(
      person,
      devices => {
        const current = devices.find(device => device.id === id && device.ended === undefined);
        const next = current === undefined ? undefined : change(current);
        changed = next;
        return next === undefined ? undefined : devices.map(device => (device.id === id ? next : device));
      },
      inHand,
    );
    return changed;
  }

  #decode(person: string, text: string): Devices {
    const devices = this.#codec.decode(keyOf(person), text);
    if (devices !== undefined) return devices;
    throw new SluisError('data.wrong-key', 'a record of trusted devices cannot be read with the keys given', {
      remedy: 'Add the key under which this data folder was written to the key ring.',
    });
  }
}

/** Beside the person's own record, which changes for other reasons: using a device must not stand in their way. */
function keyOf(person: string): string {
  return `trusted-devices:{${person}}`;
}
