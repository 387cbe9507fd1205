import { eraseAccount } from '../enrolment/erasure.ts';
import { Lead } from '../kernel/lead.ts';
import type { Core } from './core.ts';

/** As the audit names who did it. */
const by = 'retention';

/** Times in milliseconds. */
const retentionLimits = { lead: 5 * 60_000, accounts: 20, rest: 60_000, step: 2_000, again: 60 * 60_000 } as const;

/**
 * Takes away what was kept long enough (R61), once for the whole fleet and little by little: each round does one page of
 * everything. What a round leaves is done by the next, whoever leads then.
 */
export class Retention {
  readonly #core: Core;
  readonly #lead: Lead;
  /** Up to which closed account each realm was looked through; and when all of that is begun again. */
  readonly #after = new Map<string, string | undefined>();
  #restUntil = 0;
  #next = 0;

  constructor(core: Core) {
    this.#core = core;
    this.#lead = new Lead(core, { name: 'retention', time: retentionLimits.lead });
  }

  /** Often, and at most a page of work each time: on the embedded store it holds up everybody else. */
  async round(): Promise<void> {
    const { clock } = this.#core;
    if (clock.now() < this.#next) return;
    const more = await this.run();
    this.#next = clock.now() + (more ? retentionLimits.step : retentionLimits.rest);
  }

  /** True where there is more to do already. Rejects with 'store.unavailable'. */
  async run(): Promise<boolean> {
    if (!(await this.#lead.leads())) return false;
    const { auditRetention, forgetting, settings } = this.#core;
    const { audit, auditNames, auditAddresses } = settings.retention;
    const trail = await auditRetention.step({ entries: audit, who: auditNames, where: auditAddresses });
    const forgotten = await forgetting.step();
    return (await this.#records()) || trail || forgotten;
  }

  /** An hour after all were looked through they are looked through again. */
  async #records(): Promise<boolean> {
    const { clock, settings, operators, resetDesk } = this.#core;
    const now = clock.now();
    if (now < this.#restUntil) return false;
    const { resetCases, operators: ofOperators } = settings.retention;
    await operators.forget(now - ofOperators);
    let more = false;
    for (const realm of settings.realms.keys()) {
      more = (await resetDesk.records.forget(realm, now - resetCases)) || more;
      more = (await this.#closed(realm, now - settings.retention.closedAccounts)) || more;
    }
    this.#restUntil = more ? 0 : now + retentionLimits.again;
    return more;
  }

  async #closed(realm: string, before: number): Promise<boolean> {
    const { people } = this.#core;
    const after = this.#after.get(realm);
    const from = after === undefined ? {} : { from: after };
    const page = await people.page({ realm, state: 'closed', limit: retentionLimits.accounts, ...from });
    for (const person of page.people)
      if (person.closed !== undefined && person.closed.at < before)
        await eraseAccount(this.#parts(), { person, by, reason: 'closed long ago' });
    this.#after.set(realm, page.next);
    return page.next !== undefined;
  }

  #parts() {
    const { sessions, ends } = this.#core;
    return {
      ...this.#core,
      sessionsOf: (person: string) => sessions.ofPerson(person),
      endSessionsOf: (person: string) => ends.ofPerson(person, 'by-operator'),
    };
  }
}
