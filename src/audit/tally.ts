import type { AuditEvent } from './event.ts';

type MailFailure = Extract<AuditEvent, { readonly type: 'mail.failed' }>['why'];
type Signal = Extract<AuditEvent, { readonly type: 'signal.raised' }>['signal'];

/** How often each kind of event was recorded by this process: of closed lists only, so of nobody in particular. */
export class Tally {
  readonly #events = new Map<AuditEvent['type'], number>();
  readonly #signals = new Map<Signal, number>();
  readonly #mailFailures = new Map<MailFailure, number>();

  count(event: AuditEvent): void {
    increase(this.#events, event.type);
    if (event.type === 'signal.raised') increase(this.#signals, event.signal);
    if (event.type === 'mail.failed') increase(this.#mailFailures, event.why);
  }

  get events(): ReadonlyMap<AuditEvent['type'], number> {
    return this.#events;
  }

  get signals(): ReadonlyMap<Signal, number> {
    return this.#signals;
  }

  get mailFailures(): ReadonlyMap<MailFailure, number> {
    return this.#mailFailures;
  }
}

function increase<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
