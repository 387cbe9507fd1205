import type { Level } from '../config/settings.ts';
import type { Person } from '../factor/person.ts';
import { highestLevel } from '../factor/ways.ts';
import { SluisError } from '../kernel/errors.ts';
import {
  type Clerk,
  type ConfirmedBy,
  confirmedBy,
  type Outcome,
  type Refusal,
  type ResetCase,
  refused,
} from './case.ts';
import { accountAt, accountFault, type CaseNote, note, type ResetDeps, refOf } from './deps.ts';
import { longest, text } from './filing.ts';
import { type CaseRecords, isOpenTo } from './records.ts';
import type { CaseAct } from './transitions.ts';
import { codeHolder, isFresh, mayCheck, mayExecute, mayWork, type Parties } from './who-may.ts';

/** The reset desk (R33 to R36): every act of a case, each checked against who does it and where the case stands. */
export class ResetCases {
  readonly #deps: ResetDeps;
  readonly records: CaseRecords;

  constructor(deps: ResetDeps, records: CaseRecords) {
    this.#deps = deps;
    this.records = records;
  }

  /** All that the request says holds, for an account that is there (R33, R36). */
  async check(realm: string, id: string, clerk: Clerk): Promise<Outcome> {
    return this.#act(realm, id, clerk, 'check', async parties => {
      const { record, person } = parties;
      const { request } = record;
      const denied = mayCheck(parties);
      if (denied !== undefined) return denied;
      if (request.by === 'link' && request.at === undefined) return { reason: 'unproved', field: 'request' };
      const fault = accountFault(record, parties.shared ? 'shared' : person, this.#deps.rules(realm));
      if (fault !== undefined || person === undefined) return fault ?? { reason: 'unknown-account', field: 'account' };
      const account = { ...record.account, person: person.id, name: person.name };
      return { ...record, account, checked: { by: refOf(clerk), at: parties.now } };
    });
  }

  /**
   * Takes the second step away: factors, recovery codes, sessions and trust end, requester and user are told (R35). Which
   * of two came first is settled before anything is done; what a crash left undone is done by doing it again.
   */
  async execute(realm: string, id: string, clerk: Clerk): Promise<Outcome> {
    const outcome = await this.#act(realm, id, clerk, 'execute', async parties => {
      const { record, person } = parties;
      const denied = mayExecute(parties) ?? (await this.#accountMoved(parties));
      if (denied !== undefined) return denied;
      if (person === undefined) return { reason: 'unknown-account', field: 'account' };
      // Of an execution that broke off: her factors may be gone by now.
      const level = record.executed?.upTo ?? (this.#isVisit(record) ? Math.max(2, highestLevel(person)) : 2);
      const executed = {
        by: refOf(clerk),
        at: parties.now,
        upTo: level as Level,
        doneAt: undefined,
        factors: 0,
        sessions: 0,
      };
      return { ...record, executed };
    });
    return outcome.outcome === 'done' ? this.#carryOut(outcome.case) : outcome;
  }

  async #carryOut(record: ResetCase): Promise<Outcome> {
    const { activation, people, post, clock } = this.#deps;
    const { executed, realm, id } = record;
    const person = await people.byId(record.account.person ?? '');
    if (executed === undefined || person === undefined) return refused({ reason: 'not-found' });
    // The code that comes of it is nobody's; whoever saw the person gets another, made for that moment.
    const how = { by: codeGiver(record), replaces: true, reason: `reset ${id}`, level: executed.upTo } as const;
    await activation.invite(realm, person.name, { ...how, validity: this.#deps.validity(realm) });
    const sessions = await this.#deps.endAllOf(person.id);
    await post.tellExecuted(record, person);
    const factors = person.factors.length;
    const done = await this.records.update(id, current =>
      current.executed === undefined
        ? undefined
        : { ...current, executed: { ...current.executed, doneAt: clock.now(), factors, sessions } },
    );
    const because = record.lostBecause;
    await note(this.#deps, record, { type: 'reset.executed', by: executed.by.id, because, factors, sessions });
    if (because === 'stolen') await note(this.#deps, record, { type: 'reset.stolen', by: executed.by.id });
    return done === undefined ? refused({ reason: 'not-found' }) : { outcome: 'done', case: done };
  }

  /**
   * The activation code of the case, for who saw the person, and for nobody else: shown now and never again. While it was
   * not used another may be made, and the one before is void.
   */
  async handOver(
    realm: string,
    id: string,
    clerk: Clerk,
  ): Promise<
    Outcome | { readonly outcome: 'code'; readonly code: string; readonly until: number; readonly case: ResetCase }
  > {
    const outcome = await this.#act(realm, id, clerk, 'hand-over', async ({ record, person, now }) => {
      const denied = mayWork({ clerk });
      if (denied !== undefined) return denied;
      if (codeHolder(record)?.id !== clerk.id) return { reason: 'not-holder' };
      const stale = isFresh({ clerk, now });
      if (stale !== undefined) return stale;
      if (record.executed?.doneAt === undefined) return { reason: 'unfinished' };
      // Used up, replaced by an invitation, or run out: it is no longer this case that decides.
      const open = person?.activation?.by === codeGiver(record) && person.activation.until > now;
      if (!open || person.factors.length > 0) return { reason: 'enrolled' };
      return { ...record, handedOver: [...record.handedOver, { by: refOf(clerk), at: now }].slice(-20) };
    });
    if (outcome.outcome !== 'done') return outcome;
    return this.#makeCode(outcome.case, clerk);
  }

  async #makeCode(record: ResetCase, clerk: Clerk) {
    const { activation, people } = this.#deps;
    const person = await people.byId(record.account.person ?? '');
    if (person === undefined || record.executed === undefined) return refused({ reason: 'not-found' });
    const how = { by: codeGiver(record), replaces: false, level: record.executed.upTo } as const;
    try {
      const validity = this.#deps.validity(record.realm);
      const made = await activation.invite(record.realm, person.name, { ...how, validity });
      await note(this.#deps, record, { type: 'reset.handed-over', by: clerk.id, until: made.until });
      return { outcome: 'code', ...made, case: record } as const;
    } catch (error) {
      // Set up in this very moment.
      if (error instanceof SluisError && error.code === 'enrolment.refused') return refused({ reason: 'enrolled' });
      throw error;
    }
  }

  /** Requester and user were told, and how: where a mail came back, somebody calls. */
  async confirm(realm: string, id: string, clerk: Clerk, how: string): Promise<Outcome> {
    const outcome = await this.#act(realm, id, clerk, 'confirm', async ({ record, now }) => {
      const denied = mayWork({ clerk });
      if (denied !== undefined) return denied;
      if (!confirmedBy.some(one => one === how)) return { reason: how === '' ? 'missing' : 'invalid', field: 'how' };
      if (record.executed?.doneAt === undefined) return { reason: 'unfinished' };
      return { ...record, confirmed: { by: refOf(clerk), at: now, how: how as ConfirmedBy } };
    });
    return this.#noted(outcome, { type: 'reset.confirmed', by: clerk.id, how });
  }

  async refuse(realm: string, id: string, clerk: Clerk, why: string): Promise<Outcome> {
    const outcome = await this.#act(realm, id, clerk, 'refuse', async ({ record, now }) => {
      const fault = mayWork({ clerk }) ?? text('reason', why, longest.reason);
      return fault ?? { ...record, refused: { by: refOf(clerk), at: now, why: why.trim() } };
    });
    if (outcome.outcome === 'done') await this.#deps.post.tellRefused(outcome.case);
    return this.#noted(outcome, { type: 'reset.refused', by: clerk.id, reason: why });
  }

  /** One act: from the case as it stands now, by a compare-and-set at exactly that. Refusals are on record too. */
  async #act(
    realm: string,
    id: string,
    clerk: Clerk,
    act: CaseAct,
    judge: (parties: WithPerson) => Promise<ResetCase | Refusal>,
  ): Promise<Outcome> {
    const record = await this.records.find(realm, id);
    if (record === undefined) return refused({ reason: 'not-found' });
    if (!isOpenTo(record, act, this.#deps.clock.now())) return refused(tooLate(record));
    const found = await this.#personOf(record);
    const shared = found === 'shared';
    const person = shared ? undefined : found;
    const staffAccount = person !== undefined && (await this.#deps.hasConsoleRole(person));
    const { domains } = this.#deps.rules(realm);
    const now = this.#deps.clock.now();
    const judged = await judge({ record, clerk, person, shared, staffAccount, domains, now });
    if (!('id' in judged)) {
      await note(this.#deps, record, { type: 'reset.denied', by: clerk.id, act, reason: judged.reason });
      return refused(judged);
    }
    const done = await this.records.move(id, act, this.#deps.clock.now(), current =>
      same(current, record) ? judged : undefined,
    );
    if (done !== undefined) {
      if (act === 'check')
        await note(this.#deps, done, { type: 'reset.checked', by: clerk.id, method: done.identity.method });
      return { outcome: 'done', case: done };
    }
    const winner = await this.records.find(realm, id);
    return refused(winner === undefined ? { reason: 'not-found' } : tooLate(winner));
  }

  #personOf({ realm, account }: ResetCase): Promise<Person | 'shared' | undefined> {
    return account.person === undefined
      ? accountAt(this.#deps, realm, account.address)
      : this.#deps.people.byId(account.person);
  }

  /** Between check and execution the address, or the name, went to somebody else (R39). */
  async #accountMoved({ record, person }: WithPerson): Promise<Refusal | undefined> {
    const now = await accountAt(this.#deps, record.realm, record.account.address);
    const named = person && (await this.#deps.people.byName(record.realm, person.name));
    if (person !== undefined && now !== 'shared' && now?.id === person.id && named?.id === person.id)
      return accountFault(record, person, this.#deps.rules(record.realm));
    return { reason: 'unknown-account', field: 'account' };
  }

  #isVisit({ realm, identity }: ResetCase): boolean {
    return this.#deps.rules(realm).methods.some(({ id, visit }) => visit && id === identity.method);
  }

  async #noted(outcome: Outcome, event: CaseNote): Promise<Outcome> {
    if (outcome.outcome === 'done') await note(this.#deps, outcome.case, event);
    return outcome;
  }
}

interface WithPerson extends Parties {
  readonly person: Person | undefined;
  /** Several people have the address of the case. */
  readonly shared: boolean;
}

/** By which an activation code is known for this case's. */
function codeGiver({ id }: ResetCase): string {
  return `reset ${id}`;
}

function same(a: ResetCase, b: ResetCase): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function tooLate(record: ResetCase): Refusal {
  const last = record.refused ?? record.confirmed ?? record.executed ?? record.checked;
  return { reason: 'state', state: record.state, by: last?.by.name };
}
