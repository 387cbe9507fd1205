import type { Person } from '../factor/person.ts';
import { inWords } from './agent.ts';
import type { Shelves } from './shelves.ts';
import type { TrustDeps } from './trust-deps.ts';
import type { Ended, TrustedDevice } from './trusted-device.ts';

/** Longer than an end takes: who broke half-way is followed up after this. */
const endingTime = 15_000;

/** The ends of trust, each with its sessions and its event. */
export class Endings {
  readonly #deps: TrustDeps;
  readonly #shelves: Shelves;

  constructor(deps: TrustDeps, shelves: Shelves) {
    this.#deps = deps;
    this.#shelves = shelves;
  }

  /**
   * Those of hers that are not over. What broke half-way comes to its end first, and so does what came from a factor
   * that she has no more, whoever took it away.
   */
  async standing(person: Person, read?: readonly TrustedDevice[]): Promise<readonly TrustedDevice[]> {
    const devices = read ?? (await this.#shelves.read(person.id));
    if (devices.some(device => device.ended !== undefined)) await this.finish(person);
    const standing = devices.filter(device => device.ended === undefined);
    if (standing.every(device => isOf(person, device))) return standing;
    // Read again: what was handed in may be older than the factor.
    const now = await this.#deps.people.byId(person.id);
    if (now !== undefined)
      await this.end(now, device => !isOf(now, device), { because: 'factor-removed', source: 'unknown' });
    return standing.filter(device => now !== undefined && isOf(now, device));
  }

  /** Over from the first write on; the sessions end after it, so that none can begin by it any more. How many there were. */
  async end(person: Person, which: (device: TrustedDevice) => boolean, how: Ended): Promise<number> {
    let count = 0;
    await this.#shelves.write(person.id, devices => {
      const going = devices.filter(device => device.ended === undefined && which(device));
      count = going.length;
      if (count === 0) return undefined;
      return devices.map(device => (going.includes(device) ? ended(device, how) : device));
    });
    await this.finish(person);
    return count;
  }

  /** Ends the sessions of what is over, tells it, and takes it off the record. */
  async finish(person: Person): Promise<void> {
    for (const device of await this.#shelves.read(person.id)) {
      if (device.ended === undefined) continue;
      const sessions = await this.#deps.endSessions(person.id, device.id, device.ended);
      // Of many at once, one tells it; where that one breaks, whoever comes later.
      if (!(await this.#deps.store.consume(`device-ended:{${person.id}}:${device.id}`, endingTime))) continue;
      await this.#tell(person, device, sessions, device.ended);
      await this.#shelves.write(person.id, devices =>
        devices.some(({ id }) => id === device.id) ? devices.filter(({ id }) => id !== device.id) : undefined,
      );
    }
  }

  async #tell(
    person: Person,
    { id: device, label, agent }: TrustedDevice,
    sessions: number,
    { because, source }: Ended,
  ): Promise<void> {
    const { id, realm, name } = person;
    const all = { realm, person: id, name, device, label, agent: inWords(agent), sessions, source };
    if (because === 'copied') return this.#deps.audit.record({ type: 'device.copied', ...all });
    return this.#deps.audit.record({ type: 'device.removed', ...all, because });
  }
}

function isOf({ factors }: Person, { factor }: TrustedDevice): boolean {
  return factors.some(({ id }) => id === factor);
}

export function ended(device: TrustedDevice, how: Ended): TrustedDevice {
  return { ...device, ended: how };
}
