import { plainCodec } from '../../kernel/codec.ts';
import { SluisError } from '../../kernel/errors.ts';
import { hmac, type KeyRing } from '../../kernel/key-ring.ts';
import type { FactorDeps } from '../deps.ts';
import type { Verdict } from '../kind.ts';
import type { People } from '../people.ts';
import { type Factor, type Person, setUpTime } from '../person.ts';
import type { SentKind } from './code.ts';

/** An address as one person's: in the form by which one phone or mailbox is known, however it is written. */
export interface Claiming {
  readonly kind: SentKind;
  readonly known: string;
  readonly person: Pick<Person, 'id'>;
  /** The same form, of a factor of this kind; undefined for any other. */
  knownAs(factor: Factor): string | undefined;
}

interface Claim {
  readonly person: string;
  readonly at: number;
}

type Deps = Pick<FactorDeps, 'store' | 'clock' | 'ring'> & { readonly people: Pick<People, 'byId'> };

const codec = plainCodec<Claim>();
const purpose = 'sent-to';

/**
 * Notes a number or address as this person's (R07): of two at once one gets it, in all realms. Free again once who has
 * it holds no such factor any more, since numbers are given out anew; a set-up under way has its time.
 */
export async function claimAddress(deps: Deps, claiming: Claiming): Promise<Verdict> {
  const [current = '', ...older] = keysOf(deps.ring, claiming);
  for (const key of older) if (await isOthers(deps, claiming, await claimAt(deps, key))) return 'wrong';
  const value = codec.encode(current, { person: claiming.person.id, at: deps.clock.now() });
  for (;;) {
    const record = await deps.store.get(current);
    if (record === undefined) {
      if (await deps.store.create(current, value)) return 'accepted';
      continue;
    }
    if (await isOthers(deps, claiming, read(current, record.value))) return 'wrong';
    if (await deps.store.replace(current, record.version, value)) return 'accepted';
  }
}

async function claimAt({ store }: Deps, key: string): Promise<Claim | undefined> {
  const record = await store.get(key);
  return record === undefined ? undefined : read(key, record.value);
}

async function isOthers(deps: Deps, { person, known, knownAs }: Claiming, claim: Claim | undefined): Promise<boolean> {
  if (claim === undefined || claim.person === person.id) return false;
  if (deps.clock.now() - claim.at < setUpTime) return true;
  const other = await deps.people.byId(claim.person);
  return other?.factors.some(factor => knownAs(factor) === known) === true;
}

function read(key: string, value: string): Claim {
  const claim = codec.decode(key, value);
  if (claim === undefined) throw new SluisError('store.unavailable', `the record ${key} cannot be read`);
  return claim;
}

/** A number is found from its plain hash by trying all there are: hence a MAC, by each key of the ring, the current one first. */
function keysOf(ring: KeyRing, { kind, known }: Claiming): readonly string[] {
  const ids = [ring.currentId, ...ring.ids.filter(id => id !== ring.currentId)];
  return ids.flatMap(id => {
    const key = ring.derive(purpose, id);
    return key === undefined ? [] : [`sent-to:{${hmac(key, JSON.stringify([kind, known]))}}`];
  });
}
