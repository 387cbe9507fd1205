import type { TrustSettings } from '../../src/config/settings.ts';
import { agentOf } from '../../src/device/agent.ts';
import { deviceCookieName } from '../../src/device/device-cookie.ts';
import type { ShowOutcome } from '../../src/device/shown-devices.ts';
import type { TrustDeps } from '../../src/device/trust-deps.ts';
import { TrustedDevices } from '../../src/device/trusted-devices.ts';
import { People } from '../../src/factor/people.ts';
import type { Factor, Person } from '../../src/factor/person.ts';
import { randomId } from '../../src/kernel/random.ts';
import type { Store } from '../../src/kernel/store.ts';
import { SessionEnds } from '../../src/session/session-ends.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { ParkedSubmissions } from '../../src/visit/parked.ts';
import { PendingSignIns } from '../../src/visit/pending.ts';
import { type BenchClock, openBench, realm, source } from '../vectors/factor-bench.ts';

export const day = 86_400_000;
export const second = 1000;

export const windows = agentOf(
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
);

export const allowed: TrustSettings = { days: 30, level: 2, platforms: undefined, platformAuthenticator: false };

export interface TrustBenchOptions {
  readonly clock?: BenchClock;
  readonly store?: Store;
  /** The same data as another instance has it open; the same store where not given. */
  readonly other?: Store;
}

export type TrustBench = Awaited<ReturnType<typeof openTrust>>;

/** Two instances with trusted devices and sessions, each with its own memory, on one store, under one clock. */
export async function openTrust(options: TrustBenchOptions = {}) {
  const bench = await openBench(options);
  const rules: { now: TrustSettings | undefined } = { now: allowed };
  const instance = (store: Store) => {
    const deps = { ...bench.deps, store };
    const people = new People(deps);
    const settings = { idle: day, absolute: day, grace: 60_000 };
    const sessions = new Sessions({ ...deps, settings });
    const parts = { sessions, pendings: new PendingSignIns(deps), parked: new ParkedSubmissions(deps) };
    const ends = new SessionEnds({ ...parts, audit: deps.audit });
    const endSessions: TrustDeps['endSessions'] = (person, device, { because, spares }) =>
      ends.ofTrust(person, device, because === 'copied' ? 'device-copied' : 'trust-ended', spares);
    const devices = new TrustedDevices({ ...deps, people, settings: () => rules.now, endSessions });
    return { devices, sessions, ends, people };
  };
  const one = instance(bench.store);
  const two = instance(options.other ?? bench.store);
  return { ...bench, rules, one, two, instances: [one, two] as const };
}

export type Instance = TrustBench['one'];

/** Somebody with these factors, each of its level, bound without a ceremony: ids `f0`, `f1`. */
export async function personWith(bench: TrustBench, name: string, levels: readonly (2 | 3 | 4)[]): Promise<Person> {
  const { id } = await bench.people.create(realm, name);
  const factors = levels.map((level, index) => factorOf(bench, `f${index}`, level));
  const person = await bench.people.update(id, current => ({ ...current, factors }));
  if (person === undefined) throw new Error(`${name} is not there`);
  return person;
}

export function factorOf({ clock }: TrustBench, id: string, level: 2 | 3 | 4): Factor {
  const all = { id, level, label: id, boundAt: clock.time, boundBy: 'desk', lastUsedAt: undefined } as const;
  if (level === 2) return { ...all, kind: 'totp', credential: { secret: 'JBSWY3DPEHPK3PXP' } };
  const key = { id, publicKey: '', transports: [], backupEligible: false, counter: 0, aaguid: '' };
  return { ...all, kind: 'webauthn', credential: key };
}

/** A browser of one person, as far as trust goes: it holds one cookie, unless its answers get lost. */
export class DeviceBrowser {
  cookie: string | undefined;
  readonly person: Person;
  readonly #bench: TrustBench;

  constructor(bench: TrustBench, person: Person, cookie?: string) {
    this.#bench = bench;
    this.person = person;
    this.cookie = cookie;
  }

  get name(): string {
    return deviceCookieName(this.person.id);
  }

  copy(): DeviceBrowser {
    return new DeviceBrowser(this.#bench, this.person, this.cookie);
  }

  /** She passed a factor in a sign-in of her own and says that this device is hers. */
  async trust(at: Instance, { factor = 'f0', replaces }: { factor?: string; replaces?: string } = {}) {
    const signIn = randomId(this.#bench.deps.random);
    const factorAt = this.#bench.clock.time;
    const asked = { person: this.person, signIn, factor, factorAt, agent: windows, replaces, source };
    const outcome = await at.devices.trust(asked);
    if (outcome.outcome === 'trusted') this.#keep(await at.devices.again(this.person, signIn, this.cookie));
    return outcome;
  }

  /** The password was proved: what this browser's cookie does. `lost`: its answer never arrives. */
  async show(at: Instance, { level = 2, maxAge, lost = false }: ShowOptions = {}): Promise<ShowOutcome> {
    const outcome = await at.devices.show({
      person: this.person,
      cookie: this.cookie,
      agent: windows,
      demands: { level, maxAge },
      app: 'webmail',
      source,
    });
    if (lost) return outcome;
    if (outcome.outcome === 'passed') this.#keep(outcome.cookie);
    else if (outcome.drop) this.cookie = undefined;
    return outcome;
  }

  /** She passed a second factor here, for the doubt. */
  async confirm(at: Instance, { lost = false } = {}): Promise<boolean> {
    const cookie = await at.devices.confirm(this.person, this.cookie, this.#bench.clock.time);
    if (!lost && cookie !== undefined) this.#keep(cookie);
    return cookie !== undefined;
  }

  /** A session that begins by what was passed, as the release begins it. */
  async enter(at: Instance, outcome: ShowOutcome): Promise<string> {
    if (outcome.outcome !== 'passed') throw new Error('nothing was passed');
    const { device, level } = outcome;
    const { id: person, name } = this.person;
    const { session } = await at.sessions.begin(
      {
        realm,
        app: 'webmail',
        person,
        name,
        level,
        factor: device.factor,
        factorAt: device.factorAt,
        portal: undefined,
        trust: device.id,
      },
      { notAfter: at.devices.until(device) },
    );
    return session.id;
  }

  #keep(cookie: { readonly value: string } | undefined): void {
    if (cookie !== undefined) this.cookie = cookie.value;
  }
}

interface ShowOptions {
  readonly level?: number;
  readonly maxAge?: number;
  readonly lost?: boolean;
}

/** How often an event of this type was recorded so far. */
export function told(bench: TrustBench, type: string): number {
  return bench.events.filter(event => event.type === type).length;
}
