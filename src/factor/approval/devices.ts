import type { FactorDeps } from '../deps.ts';
import type { People } from '../people.ts';
import type { Factor, Person } from '../person.ts';
import { deviceOf, isSigned, type Purpose, signedText } from './credential.ts';
import { ownerOf } from './enrol.ts';

export interface Device {
  readonly person: Person;
  readonly factor: Factor<'approval'>;
}

/** What a phone sends beside what it signs. */
export interface Signed {
  readonly device: string;
  /** Milliseconds since the epoch, by the server's clock as the phone was told it. */
  readonly time: number;
  readonly signature: string;
}

export type DeviceOutcome =
  | ({ readonly outcome: 'found' } & Device)
  /** Its clock differs, or this was sent before. */
  | { readonly outcome: 'stale' }
  /** Nobody's phone (any more), or not signed by it. */
  | { readonly outcome: 'unknown' };

/** How far from our clock a phone may sign. */
const freshness = 60_000;

/**
 * Whose phone sends this: by the key of a factor that she has now, over this very text. Times only rise, so that nothing
 * that was seen on its way says a second time what waits for her.
 */
export async function findDevice(
  deps: Pick<FactorDeps, 'store' | 'clock'> & { readonly people: People },
  asked: { readonly purpose: Purpose; readonly origin: string; readonly parts: readonly string[] },
  { device, time, signature }: Signed,
): Promise<DeviceOutcome> {
  const owner = await ownerOf(deps, device);
  const person = owner === undefined ? undefined : await deps.people.byId(owner);
  const factor = approversOf(person).find(one => deviceOf(one.credential.publicKey) === device);
  if (person === undefined || factor === undefined) return { outcome: 'unknown' };
  const text = signedText(asked.purpose, asked.origin, [device, String(time), ...asked.parts]);
  if (!isSigned(factor.credential.publicKey, text, signature)) return { outcome: 'unknown' };
  if (Math.abs(time - deps.clock.now()) > freshness) return { outcome: 'stale' };
  const first = await deps.store.advance(`approval-time:{${device}}`, time, 4 * freshness);
  return first ? { outcome: 'found', person, factor } : { outcome: 'stale' };
}

/** The phones of a person, as factors. */
export function approversOf(person: Pick<Person, 'factors'> | undefined): readonly Factor<'approval'>[] {
  return (person?.factors ?? []).flatMap(factor => (factor.kind === 'approval' ? [factor] : []));
}
