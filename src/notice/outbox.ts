import type { Audit, AuditEvent } from '../audit/event.ts';
import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { Codec, Store } from '../kernel/store.ts';
import { mailLimits, retryDelay } from './limits.ts';
import type { Mail, Mailer, MailResult, MailTrouble } from './mailer.ts';

export interface OutboxDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
  readonly mailer: Mailer;
}

/** A mail that is to be sent, once and for certain. */
export interface Outgoing {
  /** Letters, digits, - and _. A mail of the same id is put once; without one each is another. */
  readonly id?: string | undefined;
  readonly realm: string;
  /** What it is about, for the log: `notice`. */
  readonly about: string;
  /** Whom it is to, where that is a person of the realm; for the log, in which no address stands. */
  readonly person?: { readonly id: string; readonly name: string } | undefined;
  /** How long it stays known what became of it, in milliseconds; a day by default. As long it is not put again. */
  readonly knownFor?: number;
  readonly mail: Omit<Mail, 'id'>;
}

/** As it waits; once it was sent or given up only that is left of it. */
type Kept =
  | (Outgoing & { readonly id: string; readonly putAt: number; readonly due: number; readonly tries: number })
  | { readonly over: true; readonly how?: 'sent' | 'failed' };

/** What became of a mail, as long as that is known after it was sent or given up: `knownFor`. */
export type MailState = 'waiting' | 'sent' | 'failed';

type Waiting = Exclude<Kept, { readonly over: true }>;
type Failure = Exclude<MailResult, { readonly outcome: 'taken' }>;
type Why = Extract<AuditEvent, { readonly type: 'mail.failed' }>['why'];

/**
 * Mail that waits in the store until the server has answered for it. It outlives the process that put it; any instance
 * sends it, and of many one. A server that dies between taking a mail and saying so gets it again, under the same
 * message id.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #codec: Codec<Kept>;
  #quietUntil = 0;
  #quiet: number = mailLimits.quiet;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#codec = sealedCodec<Kept>(deps.ring, 'mail');
  }

  /** Resolves once the mail is kept; `full`: it is not, and that is recorded. Rejects with 'store.unavailable'. */
  async put(outgoing: Outgoing): Promise<'kept' | 'known' | 'full'> {
    const { store, clock, random } = this.#deps;
    const id = outgoing.id ?? randomId(random);
    const now = clock.now();
    const fresh: Waiting = { ...outgoing, id, putAt: now, due: now, tries: 0 };
    const made = await store.create(mailKey(id), this.#encode(fresh), mailLimits.giveUp + mailLimits.known);
    const kept = made ? fresh : await this.#read(id);
    if (kept === undefined || 'over' in kept) return 'known';
    // Also for one that was known: whoever put it may have been killed before this.
    const added = await store.add(queue, memberOf(kept), { cap: mailLimits.waiting });
    if (added !== 'full') return made ? 'kept' : 'known';
    await store.remove(mailKey(id));
    await this.#failed(kept, 'full', undefined);
    return 'full';
  }

  /** Undefined for one that was never put, or is known no more. */
  async stateOf(id: string): Promise<MailState | undefined> {
    const record = await this.#deps.store.get(mailKey(id));
    const kept = record === undefined ? undefined : this.#codec.decode(mailKey(id), record.value);
    return kept !== undefined && 'over' in kept ? kept.how : kept && 'waiting';
  }

  /** How many wait. */
  waiting(): Promise<number> {
    return this.#deps.store.size(queue);
  }

  /** To one person (R61). */
  async waitingFor(person: string): Promise<readonly { about: string; to: string; subject: string; putAt: number }[]> {
    return (await this.#of(person)).map(({ about, mail, putAt }) => {
      return { about, to: mail.to, subject: mail.subject, putAt };
    });
  }

  /** Takes what waits for a person away: she was erased (R61). What is being sent at this moment goes. */
  async forget(person: string): Promise<void> {
    const { store } = this.#deps;
    for (const kept of await this.#of(person)) {
      await store.remove(mailKey(kept.id));
      await store.drop(queue, memberOf(kept));
    }
  }

  async #of(person: string): Promise<readonly Waiting[]> {
    const hers: Waiting[] = [];
    for (const member of await this.#deps.store.members(queue, { limit: mailLimits.waiting })) {
      const kept = await this.#read(partsOf(member).id);
      if (kept !== undefined && !('over' in kept) && kept.person?.id === person) hers.push(kept);
    }
    return hers;
  }

  /**
   * Sends what is due, one after the other. Ends early where the server itself fails. `stop` lets the mail go on that is
   * being sent, `cut` does not. Rejects with 'store.unavailable'.
   */
  async run({ stop, cut }: { readonly stop?: AbortSignal; readonly cut?: AbortSignal } = {}): Promise<void> {
    const { store, clock } = this.#deps;
    if (clock.now() < this.#quietUntil) return;
    for (const member of await store.members(queue, { limit: mailLimits.run })) {
      const { due, id } = partsOf(member);
      // In the order of their times.
      if (due > clock.now() || stop?.aborted === true) return;
      if (!(await store.create(claimKey(id), '', mailLimits.claim))) continue;
      const goOn = await this.#turn(member, id, cut);
      await store.remove(claimKey(id));
      if (!goOn) return;
    }
  }

  /** False where the server itself failed: whatever else is due would fare no better. */
  async #turn(member: string, id: string, cut: AbortSignal | undefined): Promise<boolean> {
    const kept = await this.#read(id);
    if (kept === undefined || 'over' in kept || memberOf(kept) !== member) {
      await this.#deps.store.drop(queue, member);
      return true;
    }
    const result = await this.#deps.mailer.send({ ...kept.mail, id }, { within: mailLimits.send, cut });
    const tried = { ...kept, tries: kept.tries + 1 };
    if (result.outcome === 'taken') await this.#sent(tried, member);
    else await this.#notSent(tried, member, result);
    return result.outcome === 'taken' || !this.#rests(result.trouble);
  }

  async #sent(kept: Waiting, member: string): Promise<void> {
    this.#quiet = mailLimits.quiet;
    await this.#over(kept, member, 'sent');
    await this.#deps.audit.record({ type: 'mail.sent', ...aboutOf(kept), tries: kept.tries });
  }

  async #notSent(kept: Waiting, member: string, { outcome, trouble }: Failure): Promise<void> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const why = outcome === 'refused' ? outcome : now - kept.putAt >= mailLimits.giveUp ? 'given-up' : undefined;
    if (why !== undefined) {
      // Recorded first: told twice is better than lost unseen.
      await this.#failed(kept, why, trouble);
      return this.#over(kept, member, 'failed');
    }
    const next = { ...kept, due: now + retryDelay(kept.tries) };
    // In this order: whoever is killed between leaves a place in the queue too many, never none.
    await store.add(queue, memberOf(next));
    await this.#replace(kept.id, next);
    await store.drop(queue, member);
  }

  async #over({ id, knownFor }: Waiting, member: string, how: 'sent' | 'failed'): Promise<void> {
    await this.#replace(id, { over: true, how }, knownFor ?? mailLimits.known);
    await this.#deps.store.drop(queue, member);
  }

  /** Whose the mail is by its claim. */
  async #replace(id: string, kept: Kept, ttl?: number): Promise<void> {
    const { store } = this.#deps;
    const record = await store.get(mailKey(id));
    const text = this.#codec.encode(mailKey(id), kept);
    const life = ttl === undefined ? [] : [ttl];
    if (record !== undefined) await store.replace(mailKey(id), record.version, text, ...life);
  }

  #rests({ at }: MailTrouble): boolean {
    if (at === 'recipient' || at === 'message') return false;
    this.#quietUntil = this.#deps.clock.now() + this.#quiet;
    this.#quiet = Math.min(this.#quiet * 2, mailLimits.quietLongest);
    return true;
  }

  async #failed(kept: Waiting, why: Why, trouble: MailTrouble | undefined): Promise<void> {
    const { at, status, said } = trouble ?? {};
    const told = { ...(at && { at }), ...(status && { status }), ...(said && { said }) };
    await this.#deps.audit.record({ type: 'mail.failed', ...aboutOf(kept), tries: kept.tries, why, ...told });
  }

  /** One that cannot be read must not keep those behind it waiting. */
  async #read(id: string): Promise<Kept | undefined> {
    const { store, audit } = this.#deps;
    const record = await store.get(mailKey(id));
    if (record === undefined) return undefined;
    const kept = this.#codec.decode(mailKey(id), record.value);
    if (kept !== undefined) return kept;
    await audit.record({ type: 'mail.failed', realm: '', mail: id, about: 'unknown', tries: 0, why: 'unreadable' });
    await store.remove(mailKey(id));
    return undefined;
  }

  #encode(kept: Waiting): string {
    return this.#codec.encode(mailKey(kept.id), kept);
  }
}

function aboutOf({ id, realm, about, person }: Waiting) {
  return { realm, mail: id, about, ...(person === undefined ? {} : { person: person.id, name: person.name }) };
}

const queue = 'outbox';
const digits = 15;

/** By time first: members come in the order of their bytes. */
function memberOf({ due, id }: Waiting): string {
  return `${String(Math.max(0, Math.floor(due))).padStart(digits, '0')}.${id}`;
}

function partsOf(member: string): { due: number; id: string } {
  return { due: Number(member.slice(0, digits)), id: member.slice(digits + 1) };
}

function mailKey(id: string): string {
  return `mail:{${id}}`;
}

function claimKey(id: string): string {
  return `mail-claim:{${id}}`;
}
