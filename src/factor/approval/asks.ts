import { sealedCodec } from '../../kernel/codec.ts';
import { SluisError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { type Random, randomId } from '../../kernel/random.ts';
import type { FactorDeps } from '../deps.ts';
import type { Verdict } from '../kind.ts';
import type { Person } from '../person.ts';
import { approvalLimits, askLifetime, type Noted, pickUpTime, remembered, type Sliding } from './limits.ts';

/** What is asked of whom, and by which sign-in. Shown on the phone; never taken from what the phone says. */
export interface AskRequest {
  readonly person: Pick<Person, 'id' | 'name'>;
  /** Id of the pending sign-in. */
  readonly challenge: string;
  /** The portal browser that has it now: what is approved for one is worth nothing to the next (decision 19). */
  readonly portal: string;
  readonly app: string;
  /** A sign-in; or something that a living session of hers asks for: more at an app, or a change of her own security. */
  readonly purpose: 'sign-in' | 'step-up' | 'own';
  readonly source: string;
  /** As words from a fixed list, or undefined. */
  readonly browser: string | undefined;
  /** Id from `KnownBrowsers.verify`. */
  readonly known: string | undefined;
}

/** One asking. It takes one answer, right or wrong, and opens one sign-in. */
export interface Ask {
  readonly id: string;
  readonly challenge: string;
  readonly portal: string;
  /** Normal form of the account's name. */
  readonly account: string;
  readonly app: string;
  readonly purpose: AskRequest['purpose'];
  readonly source: string;
  readonly browser: string | undefined;
  readonly known: boolean;
  /** Whose budget it came from. */
  readonly who: string;
  /** Two digits, shown on the computer only. */
  readonly number: string;
  readonly at: number;
  readonly until: number;
  readonly state: 'open' | 'approved' | 'wrong' | 'reported' | 'passed';
  /** The factor that answered. */
  readonly by: string | undefined;
}

/** All of one person: in one record, so that each step sees the count that the one before left. */
interface Asks {
  readonly asks: readonly Ask[];
  readonly noted: readonly { readonly at: number; readonly who: string; readonly what: Noted }[];
}

type Deps = Pick<FactorDeps, 'store' | 'ring' | 'clock'>;

export type AskOutcome =
  | { readonly outcome: 'asked'; readonly ask: Ask }
  /** Too many, or strangers were reported. `until`: milliseconds since the epoch. */
  | { readonly outcome: 'limited'; readonly until: number };

/** More is somebody filling the record. */
const mostAsks = 12;
const none: Asks = { asks: [], noted: [] };
const unknownBrowsers = 'unknown';

/** Asks for an approval, in place of what this sign-in asked before; counted before anybody hears of it (R09). */
export async function openAsk(deps: Deps & { readonly random: Random }, request: AskRequest): Promise<AskOutcome> {
  const now = deps.clock.now();
  const who = request.known === undefined ? unknownBrowsers : `known:${sha256(request.known)}`;
  const id = randomId(deps.random);
  let until = 0;
  const changed = await change(deps, request.person.id, current => {
    until = closedUntil(current, who, now);
    if (until > now) return undefined;
    const others = current.asks.filter(ask => ask.challenge !== request.challenge && isKept(ask, now));
    const fresh = made(deps, request, { id, who, now, taken: others });
    return noted({ ...current, asks: [fresh, ...others].slice(0, mostAsks) }, { at: now, who, what: 'asked' });
  });
  const ask = changed?.asks.find(one => one.id === id);
  return ask === undefined ? { outcome: 'limited', until } : { outcome: 'asked', ask };
}

/** What this sign-in asked last, in the browser that has it now; it may be answered, or over. */
export async function askOf(
  deps: Deps,
  person: Pick<Person, 'id'>,
  { challenge, portal }: Pick<AskRequest, 'challenge' | 'portal'>,
): Promise<Ask | undefined> {
  return (await read(deps, person.id)).asks.find(ask => ask.challenge === challenge && ask.portal === portal);
}

/** What waits for an answer, known browsers first, then the oldest. */
export async function openAsks(deps: Deps, person: Pick<Person, 'id'>): Promise<readonly Ask[]> {
  const { asks } = await read(deps, person.id);
  return asks
    .filter(ask => isOpen(ask, deps.clock.now()))
    .toReversed()
    .toSorted((a, b) => Number(b.known) - Number(a.known) || a.at - b.at);
}

/**
 * One answer to one ask: it is used up before the number is looked at, so that of many at once one counts. Undefined
 * where nothing waits under this id any more, for this person.
 */
export async function answerAsk(
  deps: Deps,
  given: {
    readonly person: Pick<Person, 'id'>;
    readonly factor: string;
    readonly ask: string;
    readonly number: string;
  },
): Promise<Ask | undefined> {
  const now = deps.clock.now();
  return settle(deps, given, ask => {
    const right = ask.number === given.number;
    return { ...ask, state: right ? 'approved' : 'wrong', until: now + (right ? pickUpTime : 0), by: given.factor };
  });
}

/** "This is not me": the ask is over, and whoever asked asks no more for a while. */
export async function reportAsk(
  deps: Deps,
  given: { readonly person: Pick<Person, 'id'>; readonly factor: string; readonly ask: string },
): Promise<Ask | undefined> {
  return settle(deps, given, ask => ({ ...ask, state: 'reported', by: given.factor }));
}

/** Takes what was approved, once, for the sign-in that it was asked for, by the factor that answered (R24). */
export async function passAsk(
  deps: Deps,
  given: Pick<Ask, 'id' | 'challenge'> & { readonly person: Pick<Person, 'id'>; readonly factor: string },
): Promise<Verdict> {
  const now = deps.clock.now();
  let verdict: Verdict = 'wrong';
  await change(deps, given.person.id, current => {
    verdict = 'wrong';
    const ask = current.asks.find(one => one.id === given.id);
    if (ask === undefined || ask.challenge !== given.challenge || ask.by !== given.factor) return undefined;
    if (ask.state === 'passed') verdict = 'repeated';
    if (ask.state !== 'approved' || ask.until <= now) return undefined;
    verdict = 'accepted';
    return replaced(current, { ...ask, state: 'passed' });
  });
  return verdict;
}

/** Until when a report keeps somebody from asking this person; undefined where none does. */
export async function reportedUntil(deps: Deps, person: Pick<Person, 'id'>): Promise<number | undefined> {
  const now = deps.clock.now();
  const ends = (await read(deps, person.id)).noted.map(reportEnd);
  const until = Math.max(0, ...ends);
  return until > now ? until : undefined;
}

/** Forgets the reports that still count, and nothing else that was noted; false where there is none. */
export async function liftReports(deps: Deps, person: Pick<Person, 'id'>): Promise<boolean> {
  const now = deps.clock.now();
  const lifted = await change(deps, person.id, current => {
    if (!current.noted.some(entry => reportEnd(entry) > now)) return undefined;
    return { ...current, noted: current.noted.filter(({ what }) => what !== 'reported') };
  });
  return lifted !== undefined;
}

/** 0 for what is no report. */
function reportEnd({ at, who, what }: Asks['noted'][number]): number {
  if (what !== 'reported') return 0;
  return Math.max(...limitsOf(who).reported.map(limit => windowEnd([at], limit, at)));
}

async function settle(
  deps: Deps,
  given: { readonly person: Pick<Person, 'id'>; readonly ask: string },
  answer: (ask: Ask) => Ask,
): Promise<Ask | undefined> {
  const now = deps.clock.now();
  const changed = await change(deps, given.person.id, current => {
    const ask = current.asks.find(one => one.id === given.ask);
    if (ask === undefined || !isOpen(ask, now)) return undefined;
    const answered = answer(ask);
    const next = replaced(current, answered);
    const what = answered.state === 'wrong' || answered.state === 'reported' ? answered.state : undefined;
    return what === undefined ? next : noted(next, { at: now, who: ask.who, what });
  });
  return changed?.asks.find(ask => ask.id === given.ask);
}

function made(
  { random }: { readonly random: Random },
  { person, known, ...asked }: AskRequest,
  { id, who, now, taken }: { id: string; who: string; now: number; taken: readonly Ask[] },
): Ask {
  const number = drawNumber(random, new Set(taken.map(ask => ask.number)));
  const about = { ...asked, account: person.name, known: known !== undefined };
  return { ...about, id, who, number, at: now, until: now + askLifetime, state: 'open', by: undefined };
}

/** 10 to 99, each as likely; not the one of another that waits, or she could not tell them apart. */
function drawNumber(random: Random, taken: ReadonlySet<string>): string {
  for (;;) {
    const [byte = 255] = random.bytes(1);
    const number = String(10 + (byte % 90));
    if (byte < 180 && !taken.has(number)) return number;
  }
}

function isOpen(ask: Ask, now: number): boolean {
  return ask.state === 'open' && ask.until > now;
}

/** What is over is kept for its page to say so. */
function isKept(ask: Ask, now: number): boolean {
  return ask.at + 2 * askLifetime + pickUpTime > now;
}

function replaced(asks: Asks, ask: Ask): Asks {
  return { ...asks, asks: asks.asks.map(one => (one.id === ask.id ? ask : one)) };
}

function noted(asks: Asks, entry: Asks['noted'][number]): Asks {
  return { ...asks, noted: [...asks.noted.filter(({ at }) => at + remembered > entry.at), entry] };
}

/** Until when this budget is closed; 0 where it is open. */
function closedUntil({ noted: all }: Asks, who: string, now: number): number {
  const ends = Object.entries(limitsOf(who)).flatMap(([what, each]) => {
    const times = all.filter(entry => entry.who === who && entry.what === what).map(({ at }) => at);
    return each.map(limit => windowEnd(times, limit, now));
  });
  return Math.max(0, ...ends);
}

function limitsOf(who: string) {
  return approvalLimits[who === unknownBrowsers ? 'unknown' : 'known'];
}

function windowEnd(times: readonly number[], { count, window }: Sliding, now: number): number {
  const inside = times.filter(time => time + window > now);
  const blocking = inside[inside.length - count];
  return blocking === undefined ? 0 : blocking + window;
}

async function read({ store, ring }: Deps, person: string): Promise<Asks> {
  const key = keyOf(person);
  const record = await store.get(key);
  return record === undefined ? none : decode(ring, key, record.value);
}

/** Compare-and-set, on a record that may not be there yet. Undefined where `step` leaves it as it is. */
async function change(
  { store, ring }: Deps,
  person: string,
  step: (current: Asks) => Asks | undefined,
): Promise<Asks | undefined> {
  const key = keyOf(person);
  const encode = (asks: Asks) => sealedCodec<Asks>(ring, purpose).encode(key, asks);
  for (;;) {
    const record = await store.get(key);
    const next = step(record === undefined ? none : decode(ring, key, record.value));
    if (next === undefined) return undefined;
    const written =
      record === undefined
        ? await store.create(key, encode(next), remembered)
        : await store.replace(key, record.version, encode(next), remembered);
    if (written) return next;
  }
}

const purpose = 'approval-asks';

function decode(ring: FactorDeps['ring'], key: string, text: string): Asks {
  const asks = sealedCodec<Asks>(ring, purpose).decode(key, text);
  // A count that cannot be read is no count of nothing.
  if (asks === undefined)
    throw new SluisError('data.wrong-key', `the record ${key} cannot be read with the keys given`);
  return asks;
}

function keyOf(person: string): string {
  return `approval-asks:{${person}}`;
}
