import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { eventually } from '../kernel/eventually.ts';
import { openWith, sealWith } from '../kernel/key-ring.ts';
import type { Random } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import type { Visit, Visits } from '../visit/visits.ts';
import type { Outcome } from './sign-in-attempt.ts';

/** A second click within this time shares the first one's answer. */
const joinTime = 60_000;
/** How long a click waits for the one before it at another instance. One that was killed on the way tells nothing more. */
const longestWait = 30_000;
/** What was refused before the visit was spent holds for that moment only: the visit can still be used. */
const momentary = 2_000;

/**
 * Joins double clicks whose second half came to another worker or instance: one password, sent once (rule 10), one
 * answer. What the first came to stands in the store for a minute, under the visit's own key: a cookie of the visit
 * and the same body are what it takes to read it, as they are in one process.
 */
export class SignInJoins {
  readonly #deps: { readonly store: Store; readonly random: Random; readonly visits: Visits };

  constructor(deps: { readonly store: Store; readonly random: Random; readonly visits: Visits }) {
    this.#deps = deps;
  }

  /** True for the one, in the whole fleet, that sends it. Before the visit is spent: who finds it spent finds this too. */
  begin(visit: Visit, bodyMac: string): Promise<boolean> {
    return this.#deps.store.create(keyOf(visit, bodyMac), running, longestWait);
  }

  /** What the first one came to, waited for; undefined where nobody is at it, or it does not say. */
  async outcome(visit: Visit, bodyMac: string): Promise<Outcome | undefined> {
    const key = keyOf(visit, bodyMac);
    const found = await eventually(async () => {
      const record = await this.#deps.store.get(key);
      return record?.value === running ? undefined : (record ?? 'gone');
    }, longestWait);
    return found === undefined || found === 'gone' ? undefined : this.#read(visit, key, found.value);
  }

  /** Tells the others. That they cannot be told spoils nothing for the first: they get a fresh form. */
  async settle(visit: Visit, bodyMac: string, outcome: Outcome): Promise<void> {
    const key = keyOf(visit, bodyMac);
    const sealed = sealWith(visit.key, deflateRawSync(textOf(outcome), { level: 1 }), key, this.#deps.random);
    try {
      const life = leftUnspent(outcome) ? momentary : joinTime;
      await this.#deps.store.replace(key, 1, sealed.toString('base64url'), life);
    } catch {
      // The store is lost: what waits asks for it in vain, and says so itself.
    }
  }

  /** It broke on the way: who comes next finds the visit as it is. */
  async drop(visit: Visit, bodyMac: string): Promise<void> {
    await this.#deps.store.remove(keyOf(visit, bodyMac)).catch(() => false);
  }

  #read(visit: Visit, key: string, value: string): Outcome | undefined {
    const opened = openWith(visit.key, Buffer.from(value, 'base64url'), key);
    if (opened === undefined) return undefined;
    const kept = JSON.parse(inflateRawSync(opened).toString('utf8')) as Kept;
    if (kept.kind !== 'failed') return kept;
    const begun = this.#deps.visits.read(kept.begun, visit.app);
    if (begun === undefined) return undefined;
    const answer = { ...kept.answer, body: Buffer.from(kept.answer.body, 'base64') };
    return { ...kept, answer, begun: { visit: begun, cookie: kept.begun } };
  }
}

const running = 'running';

/** What is refused before the visit is spent. */
function leftUnspent(outcome: Outcome): boolean {
  return outcome.kind === 'note' && (outcome.note === 'name' || outcome.note === 'limited');
}

type Failed = Extract<Outcome, { kind: 'failed' }>;
/** An outcome as JSON: bytes as base64, and of the new visit its cookie, from which it is read again. */
type Kept =
  | Exclude<Outcome, Failed>
  | (Omit<Failed, 'answer' | 'begun'> & {
      readonly answer: Omit<Failed['answer'], 'body'> & { readonly body: string };
      readonly begun: string;
    });

function textOf(outcome: Outcome): string {
  if (outcome.kind !== 'failed') return JSON.stringify(outcome satisfies Kept);
  const { answer, begun } = outcome;
  const kept: Kept = { ...outcome, answer: { ...answer, body: answer.body.toString('base64') }, begun: begun.cookie };
  return JSON.stringify(kept);
}

function keyOf(visit: Visit, bodyMac: string): string {
  return `sign-in:{${visit.id}}:${bodyMac}`;
}
