import { sha256 } from '../../kernel/hash.ts';
import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import type { Factor } from '../person.ts';
import { normaliseCode } from '../totp/credential.ts';
import { type HardwareTokenCredential, matchMoving } from './credential.ts';

type Deps = Pick<FactorDeps, 'store' | 'clock'>;

/** Presses that nobody typed: RFC 4226 7.4 asks for a bound, and each adds one code that a guess may hit. */
export const lookAhead = 10;
/** Steps around the one that the token's clock is believed to be in (RFC 6238 5.2). */
const around = 1;
/** How far two codes in a row may bring a token back; steps, or presses. */
const resyncReach = 100;

interface State {
  /** The highest moving factor that was accepted. */
  readonly used: number;
  /** Steps that its clock is ahead of ours (RFC 6238 6). */
  readonly drift: number;
}

/**
 * One code; or two in a row with a + between, which bring a token back whose clock or counter has run away. What is
 * accepted is used up in the whole fleet (R24), and neither way opens a value at or below one that was used. Kept by
 * the token and not by its owner: handed to the next person it goes on where it was.
 */
export async function verifyHardwareToken(
  deps: Deps,
  {
    factor: { credential },
    answer,
  }: Pick<Given<'hardware-token'>, 'answer'> & { factor: Pick<Factor<'hardware-token'>, 'credential'> },
): Promise<Verdict> {
  const key = `{${sha256(credential.serial)}}`;
  const state = await stateOf(deps, key, credential);
  const codes = answer.split('+').map(normaliseCode);
  const moving =
    codes.length === 2 ? matchPair(deps, credential, state, codes) : matchOne(deps, credential, state, codes[0] ?? '');
  if (moving === undefined) return 'wrong';
  // Kept without end: a clock set back must not open a used step again.
  if (moving <= state.used || !(await deps.store.advance(`token-used:${key}`, moving))) return 'repeated';
  await noteDrift(deps, key, credential, moving);
  return 'accepted';
}

function matchOne(deps: Deps, credential: HardwareTokenCredential, state: State, code: string): number | undefined {
  const expected = expectedAt(deps, credential, state);
  const range =
    credential.period === undefined
      ? // One back: a code that was just used is told apart from a wrong one.
        { from: state.used, to: state.used + lookAhead }
      : { from: expected - around, to: expected + around };
  return matchMoving(credential, code, range);
}

/** Two codes that follow each other: a guess would have to hit both (RFC 4226 7.4). */
function matchPair(
  deps: Deps,
  credential: HardwareTokenCredential,
  state: State,
  [first = '', second = '']: readonly string[],
): number | undefined {
  const expected = expectedAt(deps, credential, state);
  const from = credential.period === undefined ? state.used + 1 : expected - resyncReach;
  for (let at = from; at <= expected + resyncReach; at += 1) {
    const found = matchMoving(credential, first, { from: at, to: expected + resyncReach });
    if (found === undefined) return undefined;
    if (matchMoving(credential, second, { from: found + 1, to: found + 1 }) !== undefined) return found + 1;
    at = found;
  }
  return undefined;
}

function expectedAt({ clock }: Deps, { period }: HardwareTokenCredential, { used, drift }: State): number {
  return period === undefined ? used + 1 : stepAt(clock.now(), period) + drift;
}

function stepAt(now: number, period: number): number {
  return Math.floor(now / 1000 / period);
}

async function stateOf({ store }: Deps, key: string, credential: HardwareTokenCredential): Promise<State> {
  const used = (await store.reached(`token-used:${key}`)) ?? credential.counter - 1;
  if (credential.period === undefined) return { used, drift: 0 };
  const noted = await store.get(`token-drift:${key}`);
  return { used, drift: noted === undefined ? 0 : Number(noted.value) };
}

/** A lost write costs nothing but a step of its window: the drift is noted again at the next sign-in. */
async function noteDrift({ store, clock }: Deps, key: string, credential: HardwareTokenCredential, moving: number) {
  if (credential.period === undefined) return;
  const drift = String(moving - stepAt(clock.now(), credential.period));
  const noted = await store.get(`token-drift:${key}`);
  if (noted?.value === drift) return;
  if (noted === undefined) await store.create(`token-drift:${key}`, drift);
  else await store.replace(`token-drift:${key}`, noted.version, drift);
}
