import type { FactorDeps } from '../factor/deps.ts';
import type { KindName, Person, SetUpPermission } from '../factor/person.ts';
import { highestLevel } from '../factor/ways.ts';
import { sealedCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import { randomId } from '../kernel/random.ts';
import { type Codec, update } from '../kernel/store.ts';
import type { Outside } from './operator.ts';

/** An operator on her way in, in one browser: the first factor or an invitation was right, the second is not there yet. */
export interface ConsoleSignIn {
  /** Random: what is drawn for this sign-in is worth nothing in another. */
  readonly id: string;
  readonly operator: string;
  readonly email: string;
  /** `fresh`: she is in already, and shows her factor once more. */
  readonly purpose: 'sign-in' | 'invitation' | 'fresh';
  /** The session that becomes fresh. */
  readonly session: string | undefined;
  /** Place of the console to go on to. */
  readonly to: string;
  readonly setUp: SetUpPermission | undefined;
  /** Hash of the password that she chose; counts once her factor is bound. */
  readonly password: string | undefined;
  /** Her first factor elsewhere, which was right: kept with her once her second is. */
  readonly outside: Outside | undefined;
  readonly draft: { readonly kind: KindName; readonly secret: string } | undefined;
}

const signInTime = 10 * 60_000;
/** As long as an invitation allows a set-up. */
const invitedTime = 60 * 60_000;

/** Sign-ins under way, one a browser; sealed, since they hold seeds. */
export class ConsoleSignIns {
  readonly #deps: Pick<FactorDeps, 'store' | 'random'>;
  readonly #codec: Codec<ConsoleSignIn>;

  constructor(deps: Pick<FactorDeps, 'store' | 'ring' | 'random'>) {
    this.#deps = deps;
    this.#codec = sealedCodec<ConsoleSignIn>(deps.ring, 'console-sign-in');
  }

  /** Takes the place of an earlier one of this browser. */
  async begin(
    browser: string,
    fresh: Pick<ConsoleSignIn, 'operator' | 'email' | 'purpose' | 'to'> & Partial<ConsoleSignIn>,
  ): Promise<ConsoleSignIn> {
    const { store, random } = this.#deps;
    const key = keyOf(browser);
    const none = { session: undefined, setUp: undefined, password: undefined, outside: undefined, draft: undefined };
    const signIn: ConsoleSignIn = { ...none, ...fresh, id: randomId(random) };
    const text = this.#codec.encode(key, signIn);
    const ttl = fresh.purpose === 'invitation' ? invitedTime : signInTime;
    await store.remove(key);
    if (await store.create(key, text, ttl)) return signIn;
    // Two at once in one browser: the other one stands.
    return (await this.find(browser)) ?? signIn;
  }

  async find(browser: string): Promise<ConsoleSignIn | undefined> {
    const key = keyOf(browser);
    const record = await this.#deps.store.get(key);
    return record === undefined ? undefined : this.#codec.decode(key, record.value);
  }

  /** Undefined where it is done, gone, or another one by now. */
  async step(
    browser: string,
    { id }: ConsoleSignIn,
    change: Partial<Pick<ConsoleSignIn, 'password' | 'outside' | 'draft'>>,
  ): Promise<ConsoleSignIn | undefined> {
    return update(this.#deps.store, keyOf(browser), this.#codec, current =>
      current.id === id ? { ...current, ...change } : undefined,
    );
  }

  /** True for the one that ends it: of two answers at once one goes on. */
  end(browser: string): Promise<boolean> {
    return this.#deps.store.remove(keyOf(browser));
  }
}

/** What an operator must reach: as the configuration says; else 3 where she has such a factor, and never below 2 (R52). */
export function demandedOf(person: Person | undefined, level: number | undefined): number {
  return Math.max(2, level ?? (highestLevel(person) >= 3 ? 3 : 2));
}

function keyOf(browser: string): string {
  return `console-sign-in:{${sha256(browser)}}`;
}
