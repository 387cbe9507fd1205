import type { AuditTrail, Noted } from './chain.ts';

export interface HeadWatchDeps {
  readonly trail: Pick<AuditTrail, 'newest' | 'holds'>;
  /** To where who can write to the store cannot: the log, which is shipped. */
  readonly note: (head: Noted) => void;
  /** What was noted here before is gone, or another entry stands in its place; `now` is the newest there is. */
  readonly alarm: (gone: { readonly noted: Noted; readonly now: Noted | undefined }) => void;
}

/**
 * Notes again and again how far the trail is, also where only commands wrote to it, and looks whether what it noted the
 * last time still stands: the head in the store can be put back together with the entries (decision 20).
 */
export class HeadWatch {
  readonly #deps: HeadWatchDeps;
  #noted: Noted | undefined;

  constructor(deps: HeadWatchDeps) {
    this.#deps = deps;
  }

  /** Rejects with 'store.unavailable'. */
  async round(): Promise<void> {
    const { trail, note, alarm } = this.#deps;
    const now = await trail.newest();
    const noted = this.#noted;
    const holds = noted === undefined || (await trail.holds(noted));
    if (!holds) alarm({ noted, now });
    this.#noted = now ?? (holds ? noted : undefined);
    if (now !== undefined) note(now);
  }
}
