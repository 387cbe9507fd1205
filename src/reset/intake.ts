import { sha256 } from '../kernel/hash.ts';
import { sameText } from '../kernel/key-ring.ts';
import { randomId } from '../kernel/random.ts';
import { type Clerk, type MailEvidence, type Outcome, type ResetCase, refused, type WrittenRequest } from './case.ts';
import { accountAt, accountFault, note, type ResetDeps, refOf } from './deps.ts';
import { type Filed, type Filing, isRefusal, readFiling } from './filing.ts';
import type { CaseRecords } from './records.ts';
import { isAccount, mayWork } from './who-may.ts';

/** How a request reached us other than by its requester's own credential. `id`: the number that its case gets. */
export type Source =
  | { readonly via: 'api' | 'console'; readonly client: string; readonly id?: string }
  | { readonly via: 'mail'; readonly client: string; readonly evidence: MailEvidence; readonly id?: string };

/** How long the link in the mail to a requester works: a long weekend in between. */
export const linkValidity = 5 * 24 * 60 * 60_000;

/** How reset cases begin: complete, and asked for in writing by a named contact (R33, R34). */
export class ResetIntake {
  readonly #deps: ResetDeps;
  readonly #records: CaseRecords;

  constructor(deps: ResetDeps, records: CaseRecords) {
    this.#deps = deps;
    this.#records = records;
  }

  /** Filed with the requester's own credential at the console, by who saw the person. */
  async file(realm: string, filing: Filing, clerk: Clerk): Promise<Outcome> {
    const denied = mayWork({ clerk });
    if (denied !== undefined) return refused(denied);
    const own = { ...filing, requesterName: clerk.name, requesterAddress: clerk.address ?? '' };
    const rules = this.#deps.rules(realm);
    const filed = readFiling(own, rules);
    if (isRefusal(filed)) return refused(filed);
    const person = await accountAt(this.#deps, realm, filed.account.address);
    const fault = accountFault(filed, person, rules);
    if (fault !== undefined || person === 'shared')
      return refused(fault ?? { reason: 'shared-address', field: 'account' });
    if (isAccount(clerk, filed.account.address, person, rules.domains))
      return refused({ reason: 'same-person', as: 'account' });
    return this.#create(realm, filed, {
      via: 'console',
      request: { by: 'credential', clerk: refOf(clerk), at: this.#deps.clock.now() },
      by: clerk.id,
    });
  }

  /**
   * Filed from outside. Whether there is such an account shows in nothing: it is looked for when the case is checked. One
   * without a mail's evidence is asked back by a one-time link to the requester's official address.
   */
  async fileFor(realm: string, filing: Filing, source: Source): Promise<Outcome> {
    const filed = readFiling(filing, this.#deps.rules(realm));
    if (isRefusal(filed)) return refused(filed);
    const now = this.#deps.clock.now();
    if (source.via === 'mail') {
      const request = { by: 'mail', evidence: source.evidence, at: now } as const;
      return this.#create(realm, filed, { via: 'mail', request, by: source.client, id: source.id });
    }
    const token = randomId(this.#deps.random, 32);
    const request = { by: 'link', hash: sha256(token), until: now + linkValidity, at: undefined } as const;
    const outcome = await this.#create(realm, filed, { via: source.via, request, by: source.client, id: source.id });
    if (outcome.outcome === 'done') await this.#deps.post.askRequester(outcome.case, token);
    return outcome;
  }

  /** A clerk files for a contact who asked by telephone, or in person: the contact says yes by the link. */
  async fileOnBehalf(realm: string, filing: Filing, clerk: Clerk): Promise<Outcome> {
    const denied = mayWork({ clerk });
    return denied === undefined ? this.fileFor(realm, filing, { via: 'console', client: clerk.id }) : refused(denied);
  }

  /** What the link in the mail shows; undefined for one that never was, is used up, or is too old. */
  async byLink(realm: string, id: string, token: string): Promise<ResetCase | undefined> {
    const record = await this.#records.find(realm, id);
    return record !== undefined && this.#opens(record, token) ? record : undefined;
  }

  /** The requester says that the request is hers, or that it is not. Once. */
  async answerLink(realm: string, id: string, token: string, mine: boolean): Promise<Outcome> {
    const record = await this.byLink(realm, id, token);
    if (record === undefined) return refused({ reason: 'not-found' });
    const at = this.#deps.clock.now();
    const by = { id: record.requester.address, name: record.requester.name, address: record.requester.address };
    const act = mine ? 'prove' : 'refuse';
    const done = await this.#records.move(id, act, at, current => {
      if (!this.#opens(current, token) || current.request.by !== 'link') return undefined;
      const request: WrittenRequest = { ...current.request, at };
      return mine
        ? { ...current, request }
        : { ...current, refused: { by, at, why: 'not asked for by the requester' } };
    });
    if (done === undefined) return refused({ reason: 'not-found' });
    if (mine) await note(this.#deps, done, { type: 'reset.proved', by: by.id });
    else await note(this.#deps, done, { type: 'reset.refused', by: by.id, reason: 'not asked for by the requester' });
    return { outcome: 'done', case: done };
  }

  #opens({ request, state }: ResetCase, token: string): boolean {
    if (request.by !== 'link' || request.at !== undefined || state !== 'requested') return false;
    return sameText(request.hash, sha256(token)) && this.#deps.clock.now() < request.until;
  }

  async #create(
    realm: string,
    filed: Filed,
    made: { via: ResetCase['via']; request: WrittenRequest; by: string; id?: string | undefined },
  ): Promise<Outcome> {
    const record: ResetCase = {
      ...{ id: made.id ?? this.#records.newId(), realm, state: 'requested', filedAt: this.#deps.clock.now() },
      ...{ via: made.via, request: made.request, requester: filed.requester, identity: filed.identity },
      ...{ lostBecause: filed.lostBecause, fileNumber: filed.fileNumber },
      account: { address: filed.account.address, person: undefined, name: undefined },
      ...{ checked: undefined, executed: undefined, handedOver: [], confirmed: undefined, refused: undefined },
    };
    if (!(await this.#records.create(record))) return refused({ reason: 'state', state: 'requested', by: undefined });
    await note(this.#deps, record, {
      type: 'reset.filed',
      by: made.by,
      via: made.via,
      requester: filed.requester.address,
    });
    return { outcome: 'done', case: record };
  }
}
