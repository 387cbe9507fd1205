import type { AuditEntry } from '../audit/chain.ts';
import type { Audit, AuditEvent } from '../audit/event.ts';
import { Follower, type FollowerDeps } from '../audit/follower.ts';
import { sha256 } from '../kernel/hash.ts';
import type { Language } from '../kernel/language.ts';
import type { NoticeRealm } from '../notice/compose.ts';
import type { Mailer } from '../notice/mailer.ts';
import type { Outbox } from '../notice/outbox.ts';
import { readingOf, type Sighting, type SignalKind, signalLimits } from './rules.ts';

/** Texts of mails about signals. */
export type SignalText =
  | 'signal.subject'
  | 'signal.about'
  | 'signal.many'
  | `signal.${SignalKind}`
  | `signal.${SignalKind}-do`;

export interface SignalDeps extends FollowerDeps {
  readonly audit: Audit;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly mailer: Pick<Mailer, 'configured'>;
  /** Who is told; as it is configured now. */
  to(): readonly string[];
  realm(name: string): NoticeRealm | undefined;
  say(language: Language, id: SignalText, values: Readonly<Record<string, string | number>>): string;
}

type Raised = Extract<AuditEvent, { readonly type: 'signal.raised' }>;

/** Told once in so long of one subject, and so many mails in all; milliseconds. */
export const signalMail = { again: 60 * 60_000, cap: 20 } as const;

/**
 * Sees in the audit trail what a human must act on (R51), records it as an event of its own, and mails that event to
 * whom the operator named. What is counted is counted in the store, for all instances.
 */
export class Signals {
  readonly #deps: SignalDeps;
  readonly #follower: Follower;

  constructor(deps: SignalDeps) {
    this.#deps = deps;
    this.#follower = new Follower(deps, { name: 'signal', settle: 0 });
  }

  begin(): Promise<void> {
    return this.#follower.begin();
  }

  /** Looks at what happened since the last time. Rejects with 'store.unavailable': then it is looked at again. */
  run({ stop }: { readonly stop?: AbortSignal } = {}): Promise<void> {
    return this.#follower.run(entries => this.#lookAt(entries), stop);
  }

  async #lookAt(entries: readonly AuditEntry[]): Promise<void> {
    for (const entry of entries) {
      if (entry.event.type === 'signal.raised') await this.#mail(entry, entry.event);
      else await this.#read(entry);
    }
  }

  async #read({ number, event }: AuditEntry): Promise<void> {
    const { store } = this.#deps;
    const { sightings, takesBack, resets } = readingOf(event);
    if (takesBack !== undefined) await store.drop(countKey(takesBack), memberOf(takesBack, number));
    if (resets !== undefined) await store.create(resetKey(resets), '', signalLimits['added-after-reset'].window);
    for (const sighting of sightings) {
      const early = sighting.afterReset === true && (await store.get(resetKey(sighting.subject))) === undefined;
      if (!early) await this.#see(sighting, number, event);
    }
  }

  async #see(sighting: Sighting, number: number, event: AuditEvent): Promise<void> {
    const { store, audit } = this.#deps;
    const { signal, atOnce } = sighting;
    const { count, window } = signalLimits[signal];
    if (await store.consumed(onceKey(sighting))) return;
    await store.add(countKey(sighting), memberOf(sighting, number), { cap: count, ttl: window });
    const seen = await store.size(countKey(sighting));
    if (seen < count && atOnce !== true) return;
    // In this order: recorded twice is better than lost.
    await audit.record({ type: 'signal.raised', realm: event.realm, signal, count: seen, ...aboutOf(signal, event) });
    await store.consume(onceKey(sighting), signalMail.again);
  }

  async #mail({ number, at }: AuditEntry, event: Raised): Promise<void> {
    const { store, mailer, outbox } = this.#deps;
    const realm = this.#deps.realm(event.realm);
    if (!mailer.configured || realm === undefined) return;
    const member = String(number);
    const few = await store.add('signals-mailed', member, { cap: signalMail.cap, ttl: signalMail.again });
    const hour = Math.floor(this.#deps.clock.now() / signalMail.again);
    const id = few === 'full' ? `sm${hour}` : `s${number}`;
    const mail = this.#compose(realm, event, Date.parse(at), few === 'full');
    for (const [index, to] of this.#deps.to().entries())
      await outbox.put({ id: `${id}-${index}`, realm: event.realm, about: 'signal', mail: { ...mail, to } });
  }

  #compose(realm: NoticeRealm, event: Raised, at: number, many: boolean) {
    const bodyIn = (language: 'nl' | 'en') => {
      const values = valuesOf(language, realm, event, at);
      const say = (id: SignalText) => this.#deps.say(language, id, values);
      const text = many
        ? [say('signal.many')]
        : [say(`signal.${event.signal}`), say('signal.about'), say(`signal.${event.signal}-do`)];
      return { subject: say('signal.subject'), text: `${text.join('\n\n')}\n` };
    };
    const [dutch, english] = [bodyIn('nl'), bodyIn('en')];
    return {
      language: 'nl' as const,
      subject: `${dutch.subject} / ${english.subject}`,
      text: `${dutch.text}\n${'-'.repeat(40)}\n\n${english.text}`,
      sender: 'Sluis',
    };
  }
}

/** Of an account where it is about one; of the source where it is about that, or where the event names it. */
function aboutOf(signal: SignalKind, event: AuditEvent): Pick<Raised, 'person' | 'name' | 'source'> {
  const source = 'source' in event && event.source !== undefined ? { source: event.source } : {};
  if (signal === 'one-source-many-accounts') return source;
  return {
    ...source,
    ...('person' in event && event.person !== undefined ? { person: event.person } : {}),
    ...('name' in event && event.name !== undefined ? { name: event.name } : {}),
  };
}

const tags = { nl: 'nl-NL', en: 'en-GB' } as const;

function valuesOf(language: 'nl' | 'en', { title, timeZone }: NoticeRealm, event: Raised, at: number) {
  const format = new Intl.DateTimeFormat(tags[language], { dateStyle: 'long', timeStyle: 'short', timeZone });
  const { name = '-', source = '-', count } = event;
  return { organisation: title, name, source, count, when: format.format(at) };
}

function memberOf({ member }: Sighting, number: number): string {
  return member === undefined ? String(number) : sha256(member);
}

function countKey({ signal, subject }: Sighting): string {
  return `signal:{${sha256(subject)}}:${signal}`;
}

function onceKey({ signal, subject }: Sighting): string {
  return `signal-raised:{${sha256(subject)}}:${signal}`;
}

function resetKey(person: string): string {
  return `signal-reset:{${person}}`;
}
