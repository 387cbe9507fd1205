import { randomId } from '../kernel/random.ts';
import type { FactorDeps } from './deps.ts';

/** On the app's host and on the portal's: tells the budget of attempts (R09), opens nothing. */
export const knownBrowserCookie = '__Host-sluis-known';

/** A browser is known for 180 days after a full sign-in. */
export const knownBrowserLifetime = 180 * 24 * 60 * 60_000;

const purpose = 'known-browser';
// People who share a tablet: each keeps her own budget, and the cookie stays well under 4,096 bytes.
const most = 4;

/**
 * The cookie of a browser in which an account passed a full sign-in (R09). It opens nothing: it only says whose budget
 * of attempts this browser uses. Entries `id.time.mac`, joined by `~`; the account is in the MAC and not readable.
 */
export class KnownBrowsers {
  readonly #deps: Pick<FactorDeps, 'ring' | 'clock' | 'random'>;

  constructor(deps: Pick<FactorDeps, 'ring' | 'clock' | 'random'>) {
    this.#deps = deps;
  }

  /** The cookie's new value after a full sign-in; entries of other accounts in `existing` stay, the newest four in all. */
  issue(realm: string, name: string, existing?: string): string {
    const { ring, clock, random } = this.#deps;
    const id = this.verify(existing, realm, name) ?? randomId(random);
    const time = clock.now().toString(36);
    const entry = `${id}.${time}.${ring.mac(purpose, signed(id, time, realm, name))}`;
    const others = entries(existing).filter(other => !other.startsWith(`${id}.`));
    return [entry, ...others].slice(0, most).join('~');
  }

  /** The browser's id where the cookie says that it is known to this account; undefined otherwise. */
  verify(value: string | undefined, realm: string, name: string): string | undefined {
    for (const entry of entries(value)) {
      const [id = '', time = '', ...mac] = entry.split('.');
      if (!this.#fresh(time)) continue;
      if (this.#deps.ring.verifyMac(purpose, signed(id, time, realm, name), mac.join('.'))) return id;
    }
    return undefined;
  }

  #fresh(time: string): boolean {
    const age = this.#deps.clock.now() - Number.parseInt(time, 36);
    return age >= 0 && age <= knownBrowserLifetime;
  }
}

function entries(value: string | undefined): string[] {
  if (value === undefined || value.length > 2_000) return [];
  return value
    .split('~')
    .filter(entry => /^[\w-]{22}\.[0-9a-z]{1,12}\.[\w.-]{1,200}$/.test(entry))
    .slice(0, most);
}

function signed(id: string, time: string, realm: string, name: string): string {
  return JSON.stringify([id, time, realm, name]);
}
