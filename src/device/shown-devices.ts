import type { Person } from '../factor/person.ts';
import { sha256 } from '../kernel/hash.ts';
import { inWords } from './agent.ts';
import {
  deviceCookie,
  isGenuine,
  issued,
  makeSecret,
  type Presented,
  readDeviceCookie,
  remakeSecret,
} from './device-cookie.ts';
import type { Endings } from './endings.ts';
import { isHere, isLiving, levelNow, untilNow } from './living.ts';
import { graceOfBefore, judge, rotated, type Verdict } from './rotation.ts';
import type { Shelves } from './shelves.ts';
import type { TrustDeps, Who } from './trust-deps.ts';
import type { Agent, TrustedDevice } from './trusted-device.ts';

export interface Showing {
  readonly person: Who;
  /** The device cookie as it came. */
  readonly cookie: string | undefined;
  readonly agent: Agent;
  readonly demands: { readonly level: number; readonly maxAge: number | undefined };
  readonly app: string;
  readonly source: string;
}

export type ShowOutcome =
  | {
      readonly outcome: 'passed';
      readonly device: TrustedDevice;
      readonly level: number;
      readonly cookie: IssuedCookie;
    }
  /** A second factor is asked; `drop`: the cookie is worth nothing any more. */
  | { readonly outcome: 'asked'; readonly drop: boolean };

export interface IssuedCookie {
  readonly value: string;
  /** Seconds. */
  readonly maxAge: number;
}

/** A device with what presenting this value of its cookie means now. */
interface Judged {
  readonly device: TrustedDevice;
  readonly shown: Presented;
  readonly verdict: Verdict;
  readonly devices: Devices | undefined;
}

type Devices = readonly TrustedDevice[];

/** What browsers present, and what they get for it: the rotation of R15 (its diagram stands in rotation.ts). */
export class ShownDevices {
  readonly #deps: TrustDeps;
  readonly #shelves: Shelves;
  readonly #endings: Endings;

  constructor(deps: TrustDeps, parts: { shelves: Shelves; endings: Endings }) {
    this.#deps = deps;
    this.#shelves = parts.shelves;
    this.#endings = parts.endings;
  }

  /** The living device whose genuine cookie this is, whatever presenting it would mean: changes nothing. */
  async holder(person: Person, cookie: string | undefined, read?: Devices): Promise<TrustedDevice | undefined> {
    const shown = readDeviceCookie(cookie);
    return shown === undefined ? undefined : this.#found(person, shown, read);
  }

  /** `read`: her devices, as they were read just before. */
  async show(person: Person, showing: Showing, read?: Devices): Promise<ShowOutcome> {
    const shown = readDeviceCookie(showing.cookie);
    for (let devices = read; ; devices = undefined) {
      const device = shown === undefined ? undefined : await this.#found(person, shown, devices);
      if (shown === undefined || device === undefined) return { outcome: 'asked', drop: showing.cookie !== undefined };
      const verdict = judge(device.rotation, shown.number, this.#deps.clock.now());
      // Whatever the page demands: who holds a copy is found as soon as it is seen.
      if (verdict === 'copied') {
        await this.#endings.end(person, ({ id }) => id === device.id, { because: 'copied', source: showing.source });
        return { outcome: 'asked', drop: true };
      }
      const settings = this.#deps.settings();
      const level = levelNow(device, person, settings);
      // Of a fresh factor is asked what trust cannot say: that it was passed just now.
      const suffices = showing.demands.level <= level && showing.demands.maxAge === undefined;
      if (!suffices || !isHere(device, showing.agent, settings)) return { outcome: 'asked', drop: false };
      const done = await this.#act(person, { device, shown, verdict, devices }, showing, level);
      if (done !== undefined) return done;
    }
  }

  /** See TrustedDevices.confirm. */
  async confirm(
    person: Person,
    cookie: string | undefined,
    passedAt: number,
    read?: Devices,
  ): Promise<IssuedCookie | undefined> {
    const { ring, clock } = this.#deps;
    const shown = readDeviceCookie(cookie);
    const device = shown === undefined ? undefined : await this.#found(person, shown, read);
    if (shown === undefined || device === undefined) return undefined;
    const before = device.rotation.tip.number;
    const number = Math.max(before, shown.number) + 1;
    const secret = makeSecret(ring, person.id, device, number);
    const next = rotated(issued(shown.number, shown.secret), issued(number, secret), clock.now());
    const changed = await this.#shelves.change(person.id, device.id, current => {
      const { tip, doubtedAt } = current.rotation;
      const isDue = doubtedAt !== undefined && passedAt >= doubtedAt && tip.number === before;
      // Older than both: it was found to be a copy by now, or will be when it is presented.
      const isOf = judge(current.rotation, shown.number, clock.now()) !== 'copied';
      return isDue && isOf ? { ...current, rotation: next } : undefined;
    });
    return changed === undefined ? undefined : this.#cookie(changed, number, secret);
  }

  /** See TrustedDevices.again. */
  async again(
    person: Person,
    signIn: string,
    cookie: string | undefined,
    read?: Devices,
  ): Promise<IssuedCookie | undefined> {
    const living = await this.#living(person, read);
    const made = living.find(device => device.signIn === sha256(signIn) && device.rotation.before === undefined);
    const device = made ?? living.find(one => this.#wasFor(person, one, readDeviceCookie(cookie)));
    if (device === undefined) return undefined;
    const { tip } = device.rotation;
    const secret = remakeSecret(this.#deps.ring, person.id, device, tip);
    return secret === undefined ? undefined : this.#cookie(device, tip.number, secret);
  }

  /** Whether the tip was given for this very value, within the minute. */
  #wasFor(person: Person, device: TrustedDevice, shown: Presented | undefined): boolean {
    const { before, at, doubtedAt } = device.rotation;
    if (shown?.device !== device.id || shown.number !== before?.number || doubtedAt !== undefined) return false;
    const fresh = Math.abs(this.#deps.clock.now() - at) <= graceOfBefore;
    return fresh && isGenuine(this.#deps.ring, person.id, device, shown);
  }

  /** Undefined where another request came between: it is judged anew. */
  async #act(person: Person, judged: Judged, showing: Showing, level: number): Promise<ShowOutcome | undefined> {
    const { device, verdict } = judged;
    const { ring } = this.#deps;
    if (verdict === 'doubted') return { outcome: 'asked', drop: false };
    if (verdict === 'doubt') return this.#doubt(person, device, showing);
    const { tip } = device.rotation;
    const secret =
      verdict === 'rotate'
        ? makeSecret(ring, person.id, device, tip.number + 1)
        : remakeSecret(ring, person.id, device, tip);
    // Made under a key that is gone: nobody can be given it again.
    if (secret === undefined) return this.#doubt(person, device, showing);
    const now = verdict === 'rotate' ? await this.#rotate(person, judged, secret) : device;
    if (now === undefined) return undefined;
    const { id, realm, name } = person;
    const { app, source } = showing;
    await this.#deps.audit.record({ type: 'device.used', realm, person: id, name, device: device.id, app, source });
    return { outcome: 'passed', device: now, level, cookie: this.#cookie(now, now.rotation.tip.number, secret) };
  }

  #rotate(person: Person, { device, shown, devices }: Judged, secret: string): Promise<TrustedDevice | undefined> {
    const now = this.#deps.clock.now();
    const { tip } = device.rotation;
    const next = rotated(issued(shown.number, shown.secret), issued(tip.number + 1, secret), now);
    return this.#shelves.change(
      person.id,
      device.id,
      current =>
        current.rotation.tip.number === tip.number && current.rotation.doubtedAt === undefined
          ? { ...current, rotation: next, lastUsedAt: now }
          : undefined,
      devices,
    );
  }

  async #doubt(person: Person, device: TrustedDevice, { source }: Showing): Promise<ShowOutcome | undefined> {
    const doubtedAt = this.#deps.clock.now();
    const { tip } = device.rotation;
    const changed = await this.#shelves.change(person.id, device.id, current =>
      current.rotation.doubtedAt === undefined && current.rotation.tip.number === tip.number
        ? { ...current, rotation: { ...current.rotation, doubtedAt } }
        : undefined,
    );
    if (changed === undefined) return undefined;
    const { id, realm, name } = person;
    const { label, agent } = device;
    const what = { device: device.id, label, agent: inWords(agent), source };
    await this.#deps.audit.record({ type: 'device.doubted', realm, person: id, name, ...what });
    return { outcome: 'asked', drop: false };
  }

  async #living(person: Person, read: Devices | undefined): Promise<Devices> {
    const { settings, clock } = this.#deps;
    const devices = await this.#endings.standing(person, read);
    return devices.filter(device => isLiving(device, person, settings(), clock.now()));
  }

  async #found(person: Person, shown: Presented, read: Devices | undefined): Promise<TrustedDevice | undefined> {
    const device = (await this.#living(person, read)).find(({ id }) => id === shown.device);
    return device !== undefined && isGenuine(this.#deps.ring, person.id, device, shown) ? device : undefined;
  }

  #cookie(device: TrustedDevice, number: number, secret: string): IssuedCookie {
    const left = untilNow(device, this.#deps.settings()) - this.#deps.clock.now();
    return { value: deviceCookie(device, number, secret), maxAge: Math.max(0, Math.floor(left / 1000)) };
  }
}
