import type { TrustSettings } from '../config/settings.ts';
import type { Factor, Person } from '../factor/person.ts';
import { sha256 } from '../kernel/hash.ts';
import { randomId } from '../kernel/random.ts';
import { inWords, isForbidden } from './agent.ts';
import { issued, makeSecret, readDeviceCookie } from './device-cookie.ts';
import { Endings, ended } from './endings.ts';
import { isLiving, mayGiveTrust, trustLevel, untilNow } from './living.ts';
import { Shelves } from './shelves.ts';
import { type IssuedCookie, type Showing, ShownDevices, type ShowOutcome } from './shown-devices.ts';
import type { TrustDeps, Who } from './trust-deps.ts';
import {
  type Agent,
  type Ended,
  type EndOfTrust,
  longestTrust,
  mostDevices,
  type SparedBrowser,
  type TrustedDevice,
} from './trusted-device.ts';

export interface Trusting {
  readonly person: Who;
  /** Id of the pending sign-in in which the factor was passed. */
  readonly signIn: string;
  readonly factor: string;
  readonly factorAt: number;
  readonly agent: Agent;
  /** It was passed with a passkey that, as the browser says, is built into this very device. */
  readonly onDevice?: boolean | undefined;
  /** The device that goes, where there are five. */
  readonly replaces?: string | undefined;
  readonly source: string;
}

export type TrustOutcome =
  | { readonly outcome: 'trusted'; readonly device: TrustedDevice }
  /** There are five: she must say which one goes (R14). */
  | { readonly outcome: 'full'; readonly devices: readonly TrustedDevice[] }
  /** Switched off, no such factor any more, one that gives no trust, or ended since. */
  | { readonly outcome: 'refused' };

/**
 * The devices that people trust: at most five a person, at most 30 days, never at level 4, each for as long as the
 * factor that it came from (R10 to R15). Nothing is remembered between requests, so what is removed is gone at every
 * instance at once.
 */
export class TrustedDevices {
  readonly #deps: TrustDeps;
  readonly #shelves: Shelves;
  readonly #endings: Endings;
  readonly #shown: ShownDevices;

  constructor(deps: TrustDeps) {
    this.#deps = deps;
    this.#shelves = new Shelves(deps);
    this.#endings = new Endings(deps, this.#shelves);
    this.#shown = new ShownDevices(deps, { shelves: this.#shelves, endings: this.#endings });
  }

  /** What the operator allows now; undefined: trust is switched off. */
  get settings(): TrustSettings | undefined {
    return this.#deps.settings();
  }

  /** Hers that live, the oldest first. */
  async list(who: Who): Promise<readonly TrustedDevice[]> {
    const { person, devices } = await this.#ofWhom(who);
    return person === undefined ? [] : this.#living(person, await this.#endings.standing(person, devices));
  }

  /** Until when, by what the operator allows now. */
  until(device: TrustedDevice): number {
    return untilNow(device, this.settings);
  }

  /** Whether this device of hers lives: asked before and after a session begins by it. */
  async isLiving(person: string, device: string): Promise<boolean> {
    return (await this.list({ id: person })).some(({ id }) => id === device);
  }

  /** Marks a device as trusted. Of one sign-in one comes out, however often it is asked. */
  async trust(trusting: Trusting): Promise<TrustOutcome> {
    const { people, clock, audit, store } = this.#deps;
    const { settings } = this;
    const person = await people.byId(trusting.person.id);
    const factor = person?.factors.find(({ id }) => id === trusting.factor);
    if (settings === undefined || person === undefined || factor === undefined || !mayGiveTrust(factor))
      return { outcome: 'refused' };
    if (isForbidden(settings, trusting.agent) || clock.now() < trusting.factorAt) return { outcome: 'refused' };
    if (settings.platformAuthenticator && trusting.onDevice !== true) return { outcome: 'refused' };
    const made = this.#made(person, trusting, factor, settings);
    const used = `device-made:{${person.id}}:${made.signIn}`;
    const mayMake = !(await store.consumed(used));
    const outcome = await this.#place(person, made, trusting, mayMake);
    if (outcome.outcome !== 'trusted' || outcome.device.id !== made.id) return outcome;
    // Ended later, the same form sent once more must not bring it back.
    await store.consume(used, longestTrust);
    await store.create(ownerKey(made.id), person.id, longestTrust);
    await this.#endings.finish(person);
    const { id, realm, name } = person;
    const { level, until } = made;
    const what = { device: made.id, agent: inWords(made.agent), factor: factor.id, level, until };
    await audit.record({ type: 'device.trusted', realm, person: id, name, ...what, source: trusting.source });
    return outcome;
  }

  /**
   * Presents the cookie of a browser in place of a second factor, after the password was proved. What passes goes on by
   * this device's trust; what shows that the cookie was copied ends it, here and now.
   */
  async show(showing: Showing): Promise<ShowOutcome> {
    const { person, devices } = await this.#ofWhom(showing.person);
    return person === undefined ? { outcome: 'asked', drop: false } : this.#shown.show(person, showing, devices);
  }

  /** The living device whose genuine cookie this is, whatever presenting it would mean: changes nothing. */
  async holder(who: Who, cookie: string | undefined): Promise<TrustedDevice | undefined> {
    const { person, devices } = await this.#ofWhom(who);
    return person === undefined ? undefined : this.#shown.holder(person, cookie, devices);
  }

  /**
   * She passed a second factor in the browser that holds a device in doubt: it goes on there, under a new value, and
   * whoever holds the other one is found when he comes. Undefined where there is nothing to confirm.
   */
  async confirm(who: Who, cookie: string | undefined, passedAt: number): Promise<IssuedCookie | undefined> {
    const { person, devices } = await this.#ofWhom(who);
    return person === undefined ? undefined : this.#shown.confirm(person, cookie, passedAt, devices);
  }

  /** For a browser whose answer was lost: what this sign-in made, or what its value was given for within the minute. */
  async again(who: Who, signIn: string, cookie: string | undefined): Promise<IssuedCookie | undefined> {
    const { person, devices } = await this.#ofWhom(who);
    return person === undefined ? undefined : this.#shown.again(person, signIn, cookie, devices);
  }

  /** Of a browser that several people use: ends each device whose genuine cookie this is, whoever's. */
  async endIn(cookies: readonly string[], source: string): Promise<void> {
    for (const cookie of cookies) {
      const shown = readDeviceCookie(cookie);
      const owner = shown === undefined ? undefined : await this.#deps.store.get(ownerKey(shown.device));
      const device = owner === undefined ? undefined : await this.holder({ id: owner.value }, cookie);
      if (owner === undefined || device === undefined) continue;
      await this.remove({ id: owner.value }, device.id, 'shared-browser', source);
    }
  }

  /** Gives a device of hers a name; false where it is not there. */
  async rename(who: Who, device: string, label: string): Promise<boolean> {
    const clean = label.replace(/\p{C}/gu, '').trim().slice(0, 60);
    return (await this.#shelves.change(who.id, device, current => ({ ...current, label: clean }))) !== undefined;
  }

  /** Removes one of hers, with the sessions that it began; false where it was not there. */
  async remove(who: Who, device: string, because: EndOfTrust, source: string): Promise<boolean> {
    return (await this.#end(who, ({ id }) => id === device, { because, source })) > 0;
  }

  /** Removes all of hers; resolves to how many there were. In the browser that is spared her sessions go on. */
  removeAll(who: Who, because: EndOfTrust, source: string, spares?: SparedBrowser): Promise<number> {
    return this.#end(who, () => true, { because, source, spares });
  }

  /** Of a factor that went: what came from it is worth nothing already; this also ends what it began. */
  removeOfFactor(who: Who, factor: string, source: string): Promise<number> {
    return this.#end(who, device => device.factor === factor, { because: 'factor-removed', source });
  }

  /** Both read anew, and side by side. */
  async #ofWhom(who: Who) {
    const { people } = this.#deps;
    const [person, devices] = await Promise.all([people.byId(who.id), this.#shelves.read(who.id)]);
    return { person, devices };
  }

  /** Stands among hers, or says why not: in one compare-and-set, so that no two instances make a sixth. */
  async #place(person: Person, made: TrustedDevice, trusting: Trusting, mayMake: boolean): Promise<TrustOutcome> {
    let outcome: TrustOutcome = { outcome: 'refused' };
    await this.#shelves.write(person.id, devices => {
      outcome = { outcome: 'refused' };
      const living = this.#living(person, devices);
      const same = devices.find(({ signIn }) => signIn === made.signIn);
      if (same !== undefined && living.includes(same)) outcome = { outcome: 'trusted', device: same };
      if (same !== undefined || !mayMake) return undefined;
      const going = living.filter(({ id }) => id === trusting.replaces);
      if (living.length - going.length >= mostDevices) {
        outcome = { outcome: 'full', devices: living };
        return undefined;
      }
      outcome = { outcome: 'trusted', device: made };
      const now = devices.map(device => {
        if (going.includes(device)) return ended(device, { because: 'replaced', source: trusting.source });
        // Its sessions may stand where the operator allows fewer days than when they began.
        return device.ended !== undefined || living.includes(device)
          ? device
          : ended(device, { because: 'expired', source: trusting.source });
      });
      return [...now, made];
    });
    return outcome;
  }

  #made(person: Person, trusting: Trusting, factor: Factor, settings: TrustSettings): TrustedDevice {
    const { ring, clock, random } = this.#deps;
    const now = clock.now();
    const bound = { id: randomId(random), salt: randomId(random) };
    const { factorAt, agent } = trusting;
    return {
      ...bound,
      ...{ factor: factor.id, factorAt, agent, label: '', createdAt: now, lastUsedAt: undefined, ended: undefined },
      level: trustLevel(factor, settings),
      signIn: sha256(trusting.signIn),
      until: now + Math.min(settings.days * 86_400_000, longestTrust),
      rotation: {
        tip: issued(1, makeSecret(ring, person.id, bound, 1)),
        before: undefined,
        at: now,
        doubtedAt: undefined,
      },
    };
  }

  async #end(who: Who, which: (device: TrustedDevice) => boolean, how: Ended): Promise<number> {
    const person = await this.#deps.people.byId(who.id);
    return person === undefined ? 0 : this.#endings.end(person, which, how);
  }

  #living(person: Person, devices: readonly TrustedDevice[]): readonly TrustedDevice[] {
    const now = this.#deps.clock.now();
    return devices.filter(device => isLiving(device, person, this.settings, now));
  }
}

/** Whose a device is: its cookie does not say. */
function ownerKey(device: string): string {
  return `trusted-device:{${device}}`;
}
