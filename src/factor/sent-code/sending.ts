import type { MailboxRule } from '../../config/settings.ts';
import type { FactorDeps } from '../deps.ts';
import { type AddressRules, claimMailbox, type ReadAddress, readAddress } from '../email/enrol.ts';
import type { Verdict } from '../kind.ts';
import type { People } from '../people.ts';
import type { Factor, Person } from '../person.ts';
import { claimNumber } from '../sms/enrol.ts';
import { type NumberRules, readNumber } from '../sms/number.ts';
import { spend } from './budget.ts';
import { drawCode, type SentFor, type SentKind, standingOf } from './code.ts';
import { type Usable, usableAt } from './usable.ts';

/** What goes out, in the language of who reads it. */
export interface CodeText {
  /** Without the code: mail servers log it. */
  readonly subject: string;
  readonly text: string;
  readonly language: 'nl' | 'en';
}

/** `unknown`: it may have been delivered all the same. Trouble is told to the operator by the carrier. */
export type Carried = 'taken' | 'refused' | 'unknown';

/** Takes a message to a number or mail address. Never rejects. */
export interface CodeCarrier {
  carry(message: CodeText & { readonly to: string; readonly sender: string }): Promise<Carried>;
}

export interface SmsWay extends NumberRules {
  readonly carrier: CodeCarrier;
  readonly perHour: number;
}

export interface EmailWay extends Pick<AddressRules, 'functional'> {
  readonly carrier: CodeCarrier;
  readonly perHour: number;
  /** By id of the app. */
  readonly mailboxes: ReadonlyMap<string, MailboxRule>;
}

export interface SendRequest {
  readonly kind: SentKind;
  readonly person: Pick<Person, 'id' | 'realm' | 'name'>;
  readonly app: string;
  readonly challenge: string;
  /** Id of the factor, or `set-up`. */
  readonly factor: string;
  readonly address: string;
  /** Title of the realm: as whom a mail comes. */
  readonly sender: string;
  readonly source: string;
  /** Id from `KnownBrowsers.verify`. */
  readonly browser: string | undefined;
  compose(code: string): CodeText;
}

export type SendOutcome =
  | { readonly outcome: 'sent' }
  /** `sure`: it went nowhere. Otherwise it may still come. */
  | { readonly outcome: 'failed'; readonly sure: boolean }
  | { readonly outcome: 'delayed'; readonly until: number }
  /** Too many wrong answers in this challenge: no code opens it any more. */
  | { readonly outcome: 'spent' };

type Deps = FactorDeps & { readonly people: People };

/** Codes that are sent, as one configuration has them: by which ways, to whom, how often. */
export class SentCodes {
  readonly #deps: Deps;
  readonly #sms: SmsWay | undefined;
  readonly #email: EmailWay | undefined;

  constructor(deps: Deps, ways: { readonly sms: SmsWay | undefined; readonly email: EmailWay | undefined }) {
    this.#deps = deps;
    this.#sms = ways.sms;
    this.#email = ways.email;
  }

  /** Which factors may serve at this app (R20): asked wherever a factor is, and again where a code is sent. */
  usableAt(app: string): Usable {
    return usableAt({ sms: this.#sms, email: this.#email }, app);
  }

  /** Whether somebody on the way to this app may set the kind up at all. */
  offers(kind: SentKind, app: string): boolean {
    if (kind === 'sms') return this.#sms !== undefined;
    const rule = this.#email?.mailboxes.get(app);
    return rule !== undefined && rule.word !== 'same-password';
  }

  /** What somebody typed as her number or address, for a set-up on the way to this app. */
  read(kind: SentKind, typed: string, app: string): ReadAddress | { readonly mistake: 'country' } {
    if (kind === 'email') {
      const rules = { functional: this.#email?.functional ?? [], mailbox: this.#email?.mailboxes.get(app) };
      return readAddress(typed, rules);
    }
    const number = readNumber(typed, this.#sms ?? { prefixes: [] });
    return 'number' in number ? { address: number.number } : number;
  }

  /** Notes where her codes go as hers alone (R07), after she typed one that was sent there. */
  claim(kind: SentKind, address: string, person: Pick<Person, 'id' | 'realm'>): Promise<Verdict> {
    if (kind === 'sms') return claimNumber(this.#deps, { number: address, person });
    return claimMailbox(this.#deps, { address, person });
  }

  /** Counts, draws and sends one code. Those of before for this challenge are dead then. */
  async send(request: SendRequest): Promise<SendOutcome> {
    const way = request.kind === 'sms' ? this.#sms : this.#email;
    if (way === undefined) return { outcome: 'failed', sure: true };
    const sentFor = sentForOf(request);
    if ((await standingOf(this.#deps, sentFor)).state === 'spent') return { outcome: 'spent' };
    const { source, browser } = request;
    const spent = await spend(this.#deps, { ...sentFor, source, browser, perHour: way.perHour });
    if (!spent.spent) return this.#delayed(request, spent);
    const { code, undo } = await drawCode(this.#deps, sentFor);
    const { address: to, sender } = request;
    const carried = await way.carrier.carry({ ...request.compose(code), to, sender });
    if (carried === 'taken') {
      await this.#record(request, 'code.sent');
      return { outcome: 'sent' };
    }
    // What may have arrived stays good, and stays counted: else a gateway that breaks after sending floods for nothing.
    if (carried === 'refused') await Promise.all([undo(), spent.giveBack()]);
    await this.#record(request, 'code.not-sent', carried);
    return { outcome: 'failed', sure: carried === 'refused' };
  }

  async #delayed(request: SendRequest, { until, by }: { until: number; by: string }): Promise<SendOutcome> {
    const { store, clock } = this.#deps;
    // One entry for each stretch: asking again costs nothing, and must not fill the disk.
    const told = `sends-told:{${request.person.id}}:${request.kind}:${by}`;
    const first = by !== 'gap' && (await store.consume(told, Math.max(1, until - clock.now())));
    if (first) await this.#record(request, 'code.not-sent', 'delayed');
    return { outcome: 'delayed', until };
  }

  async #record(request: SendRequest, type: 'code.sent' | 'code.not-sent', reason: NotSent = 'delayed'): Promise<void> {
    const { kind, factor, app, source, person } = request;
    const event = { realm: person.realm, person: person.id, name: person.name, app, kind, factor, source };
    await this.#deps.audit.record(type === 'code.sent' ? { type, ...event } : { type, ...event, reason });
  }
}

type NotSent = 'refused' | 'unknown' | 'delayed';

function sentForOf({ kind, challenge, person, factor, address }: SendRequest): SentFor {
  return { kind, challenge, person: person.id, factor, address };
}

/** Where the codes of a factor go; undefined for a kind that is not sent any. */
export function addressOf(factor: Factor): string | undefined {
  if (factor.kind === 'sms') return factor.credential.number;
  return factor.kind === 'email' ? factor.credential.address : undefined;
}
