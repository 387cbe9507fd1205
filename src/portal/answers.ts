import { eventually } from '../kernel/eventually.ts';
import { sha256 } from '../kernel/hash.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import type { Store } from '../kernel/store.ts';
import { pendingHardEnd } from '../visit/pending.ts';

/** What one posted form led to. Kept as JSON, so it holds no code and no secret. */
export type Outcome =
  /** On to a place of the portal; `known` where a factor was passed in this browser. */
  | { readonly kind: 'go'; readonly place: string; readonly known?: boolean }
  | { readonly kind: 'mistake'; readonly mistake: string }
  /** `sending`: not of answers, but of codes that are sent. */
  | { readonly kind: 'delayed'; readonly until: number; readonly sending?: boolean }
  /** The sign-in is done or gone; `setUp` where a factor was bound all the same. */
  | { readonly kind: 'gone'; readonly setUp?: boolean }
  /** It was answered, how is not known any more: the page itself shows where things stand. */
  | { readonly kind: 'unknown' };

// Long enough for a double click and a reload. Nothing limits forms that are refused unseen, and one person must not
// fill the disk with them.
const unverifiedLife = 2 * 60_000;
/** More than any verification takes, the slow hash of a recovery code included. */
const longestWait = 10_000;

/**
 * One posted form, one outcome: a double click, a reload or a repeat on another instance gets the same one, and what
 * was typed is never verified again (a repeat must not count as a guess, nor use up a second code).
 */
export class Answers {
  readonly #deps: { readonly store: Store; readonly ring: KeyRing };
  readonly #running = new Map<string, Promise<Outcome>>();

  constructor(deps: { readonly store: Store; readonly ring: KeyRing }) {
    this.#deps = deps;
  }

  /**
   * `parts` say which attempt of which browser this is. What was typed is one of them: another text under an old
   * attempt id (the browser's back button) is another attempt, which counts and is verified.
   */
  async once(parts: readonly string[], verify: () => Promise<Outcome>): Promise<Outcome> {
    // A MAC and not a hash: six digits would be found from a hash by trying.
    const key = `attempt:${sha256(this.#deps.ring.mac('portal-attempt', JSON.stringify(parts)))}`;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const outcome = this.#first(key, verify).finally(() => this.#running.delete(key));
    this.#running.set(key, outcome);
    return outcome;
  }

  async #first(key: string, verify: () => Promise<Outcome>): Promise<Outcome> {
    const { store } = this.#deps;
    if (!(await store.create(key, JSON.stringify({ kind: 'unknown' }), pendingHardEnd))) return this.#settled(key);
    const outcome = await verify().catch(async (error: unknown) => {
      // Broken on the way: a repeat need not wait for what never comes.
      await store.replace(key, 1, JSON.stringify({ kind: 'unknown' })).catch(() => false);
      throw error;
    });
    // For repeats, which wait for it; where it is lost they are shown where things stand.
    store.replace(key, 1, JSON.stringify(outcome), isVerified(outcome) ? undefined : unverifiedLife).catch(() => false);
    return outcome;
  }

  /** What another instance has in hand, once it is done: a double click knows nothing of workers. Killed on the way, it never is. */
  async #settled(key: string): Promise<Outcome> {
    const kept = await eventually(async () => {
      const record = await this.#deps.store.get(key);
      return record?.version === 1 ? undefined : (record ?? 'gone');
    }, longestWait);
    return kept === undefined || kept === 'gone' ? { kind: 'unknown' } : (JSON.parse(kept.value) as Outcome);
  }
}

/** Whether something was looked at that a repeat must not look at again; of all else nothing needs to last. */
function isVerified(outcome: Outcome): boolean {
  if (outcome.kind === 'mistake') return outcome.mistake !== 'malformed';
  return outcome.kind === 'go' || outcome.kind === 'gone';
}
