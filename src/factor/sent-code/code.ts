import { plainCodec } from '../../kernel/codec.ts';
import { SluisError } from '../../kernel/errors.ts';
import type { Random } from '../../kernel/random.ts';
import type { StoredRecord } from '../../kernel/store.ts';
import type { FactorDeps } from '../deps.ts';
import type { Verdict } from '../kind.ts';
import { normaliseCode } from '../totp/credential.ts';

export type SentKind = 'email' | 'sms';

/** What one code is for: it is worth nothing for anything else (SECURITY a.17). */
export interface SentFor {
  readonly kind: SentKind;
  /** Id of the pending sign-in. */
  readonly challenge: string;
  /** Random id of the person. */
  readonly person: string;
  /** Id of the factor; `set-up` for an address that is nobody's yet. */
  readonly factor: string;
  /** Where it goes: a number in E.164, or a mail address. */
  readonly address: string;
}

/** NIST SP 800-63B-4 3.1.3.2: at most ten minutes. */
export const codeLifetime = 10 * 60_000;
/** As long as a pending sign-in may live: what was tried on one code counts for the next one too. */
const remembered = 60 * 60_000;
/** Wrong answers that one challenge bears, whatever is sent anew: beside the attempts of R09, which count by account. */
export const mostTries = 10;

interface Sent {
  /** Of the code and all that it is for; never the code itself. */
  readonly mac: string;
  readonly factor: string;
  /** 0: it was never sent. */
  readonly until: number;
  readonly tries: number;
  readonly used: boolean;
  /** How many were drawn for this challenge. */
  readonly count: number;
}

type Deps = Pick<FactorDeps, 'store' | 'clock' | 'ring'>;

const codec = plainCodec<Sent>();
const purpose = 'sent-code';

export interface Drawn {
  readonly code: string;
  /** For a code that surely went nowhere: the one before it, if there is one, is good again. */
  undo(): Promise<void>;
}

/** Six new digits in place of those of before, which are dead from here on; what was tried counts on. */
export async function drawCode(deps: Deps & Pick<FactorDeps, 'random'>, sentFor: SentFor): Promise<Drawn> {
  const key = keyOf(sentFor);
  const code = digits(deps.random);
  const mac = deps.ring.mac(purpose, signed(sentFor, code));
  for (;;) {
    const record = await deps.store.get(key);
    const before = read(key, record);
    const next: Sent = {
      mac,
      factor: sentFor.factor,
      until: deps.clock.now() + codeLifetime,
      tries: before?.tries ?? 0,
      used: false,
      count: (before?.count ?? 0) + 1,
    };
    if (await write(deps, key, record, next)) return { code, undo: () => undo(deps, key, mac, before) };
  }
}

async function undo(deps: Deps, key: string, mac: string, before: Sent | undefined): Promise<void> {
  for (;;) {
    const record = await deps.store.get(key);
    const current = read(key, record);
    if (current?.mac !== mac) return;
    const { tries, count } = current;
    const next = before === undefined ? { ...current, until: 0 } : { ...before, tries, count };
    if (await write(deps, key, record, next)) return;
  }
}

/**
 * One answer: it is counted, and a right code used up, in the one write without which nothing is told. Of many at once,
 * on any instance, one is accepted (R24).
 */
export async function takeCode(deps: Deps, sentFor: SentFor, typed: string): Promise<Verdict> {
  const key = keyOf(sentFor);
  for (;;) {
    const record = await deps.store.get(key);
    const sent = read(key, record);
    // Sent to another of her numbers: nothing was tried on this one.
    if (sent === undefined || sent.factor !== sentFor.factor || !isLive(sent, deps.clock.now())) return 'wrong';
    const right = deps.ring.verifyMac(purpose, signed(sentFor, normaliseCode(typed)), sent.mac);
    if (sent.used) return right ? 'repeated' : 'wrong';
    const next = right ? { ...sent, used: true } : { ...sent, tries: sent.tries + 1 };
    if (await write(deps, key, record, next)) return right ? 'accepted' : 'wrong';
  }
}

/** How the code of a challenge stands. `unsent`: none was drawn, or it went nowhere; `spent`: no code will open it any more. */
export interface Standing {
  readonly state: 'none' | 'unsent' | 'open' | 'used' | 'expired' | 'spent';
  /** The factor that it went to. */
  readonly factor: string;
  /** How many were drawn. */
  readonly count: number;
}

export async function standingOf(
  deps: Pick<FactorDeps, 'store' | 'clock'>,
  challenge: Pick<SentFor, 'kind' | 'challenge'>,
): Promise<Standing> {
  const key = keyOf(challenge);
  const sent = read(key, await deps.store.get(key));
  if (sent === undefined) return { state: 'none', factor: '', count: 0 };
  const { factor, count } = sent;
  return { state: stateOf(sent, deps.clock.now()), factor, count };
}

function stateOf(sent: Sent, now: number): Standing['state'] {
  if (sent.tries >= mostTries) return 'spent';
  if (sent.until === 0) return 'unsent';
  if (now > sent.until) return 'expired';
  return sent.used ? 'used' : 'open';
}

function isLive(sent: Sent, now: number): boolean {
  const state = stateOf(sent, now);
  return state === 'open' || state === 'used';
}

/** Drawn again where the remainder would favour some codes. */
function digits(random: Random): string {
  const codes = 1_000_000;
  const fair = Math.floor(2 ** 32 / codes) * codes;
  for (;;) {
    const drawn = random.bytes(4).readUInt32BE();
    if (drawn < fair) return String(drawn % codes).padStart(6, '0');
  }
}

function signed({ kind, challenge, person, factor, address }: SentFor, code: string): string {
  return JSON.stringify([kind, challenge, person, factor, address, code]);
}

function read(key: string, record: StoredRecord | undefined): Sent | undefined {
  if (record === undefined) return undefined;
  const sent = codec.decode(key, record.value);
  if (sent === undefined) throw new SluisError('store.unavailable', `the record ${key} cannot be read`);
  return sent;
}

function write(
  { store }: Pick<FactorDeps, 'store'>,
  key: string,
  record: StoredRecord | undefined,
  sent: Sent,
): Promise<boolean> {
  const value = codec.encode(key, sent);
  return record === undefined
    ? store.create(key, value, remembered)
    : store.replace(key, record.version, value, remembered);
}

function keyOf({ kind, challenge }: Pick<SentFor, 'kind' | 'challenge'>): string {
  return `sent-code:{${challenge}}:${kind}`;
}
