import { sha256 } from '../../kernel/hash.ts';
import { type Taken, takeCounted, takeSliding } from '../bucket.ts';
import type { FactorDeps } from '../deps.ts';
import { hash } from '../people.ts';
import { networksOf } from '../source-net.ts';
import type { SentFor } from './code.ts';
import { type Cap, sendLimits } from './limits.ts';

export interface Spending extends SentFor {
  readonly source: string;
  /** Id of a known browser of this account, from `KnownBrowsers.verify`. */
  readonly browser: string | undefined;
  /** How many codes of this kind may go out in an hour, to everybody together. */
  readonly perHour: number;
}

export type Spent =
  | { readonly spent: true; giveBack(): Promise<void> }
  /** Nothing was counted; `until` is when to try again, `by` the cap that is full. */
  | { readonly spent: false; readonly until: number; readonly by: string };

interface Step {
  readonly by: string;
  take(): Promise<Taken>;
}

/** Counts one sending before it is done, in every cap that it falls under; what was counted goes back where one is full. */
export async function spend(deps: Pick<FactorDeps, 'store' | 'clock' | 'ring'>, spending: Spending): Promise<Spent> {
  const held: Extract<Taken, { taken: true }>[] = [];
  const giveBack = async () => {
    for (const taken of held) await taken.giveBack();
  };
  for (const { by, take } of stepsOf(deps, spending)) {
    const taken = await take();
    if (taken.taken) {
      held.push(taken);
      continue;
    }
    await giveBack();
    return { spent: false, until: taken.until, by };
  }
  return { spent: true, giveBack };
}

function stepsOf(
  { store, clock, ring }: Pick<FactorDeps, 'store' | 'clock' | 'ring'>,
  spending: Spending,
): readonly Step[] {
  const { kind, challenge, address, source, browser, perHour } = spending;
  const whose = browser === undefined ? 'unknown' : 'known';
  const sliding = (by: string, key: string, cap: Cap): Step => {
    return { by, take: () => takeSliding({ store, key, now: clock.now() }, cap) };
  };
  const counted = (by: string, count: number): Step => {
    const cap = { count, window: sendLimits.overallWindow };
    return { by, take: () => takeCounted(store, `sends-overall:{${kind}}:${by}`, cap, () => clock.now()) };
  };
  // By where it goes: a number that was mistyped is put right at once. A plain hash of it could be tried out.
  const to = sha256(ring.mac('sent-gap', address));
  return [
    sliding('gap', `sends-gap:{${challenge}}:${kind}:${to}`, sendLimits.gap),
    ...personCaps(spending).map(({ key, cap }) => sliding('person', key, cap)),
    ...networksOf(source).map((network, index) =>
      sliding(
        'source',
        `sends-source:{${hash(network)}}:${kind}:${whose}`,
        sendLimits.source[whose][index === 0 ? 0 : 1],
      ),
    ),
    // Last: only what got past all others counts against everybody.
    ...(whose === 'unknown' ? [counted('unknown', Math.ceil(perHour * sendLimits.unknownPart))] : []),
    counted('all', perHour),
    asked(store, spending, clock.now()),
  ];
}

/** Never given back, so that what a gateway refuses at once ends some time too; behind all caps, since who waits asks nothing. */
function asked(store: FactorDeps['store'], spending: Spending, now: number): Step {
  const { whose, which } = budgetOf(spending);
  const key = `sends-asked:{${spending.person}}:${spending.kind}:${which}`;
  const take = async (): Promise<Taken> => {
    const taken = await takeSliding({ store, key, now }, sendLimits.asked[whose]);
    return taken.taken ? { ...taken, giveBack: async () => undefined } : taken;
  };
  return { by: 'asked', take };
}

function personCaps(spending: Spending): readonly { key: string; cap: Cap }[] {
  const { kind, person } = spending;
  const { whose, which } = budgetOf(spending);
  return sendLimits.person[whose].map(cap => ({ key: `sends:{${person}}:${kind}:${which}:${cap.window}`, cap }));
}

/** Strangers share one; each known browser, and what is being set up, has its own. */
function budgetOf({ factor, browser }: Spending) {
  const whose = factor === 'set-up' ? 'set-up' : browser === undefined ? 'unknown' : 'known';
  return { whose, which: whose === 'known' ? `known:${hash(browser ?? '')}` : whose } as const;
}
