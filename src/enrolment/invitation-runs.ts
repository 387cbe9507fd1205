import type { Level, RealmSettings } from '../config/settings.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import type { Clock } from '../kernel/clock.ts';
import { sealedCodec } from '../kernel/codec.ts';
import { SluisError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/hash.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { Codec, Store } from '../kernel/store.ts';
import type { Addresses } from '../notice/addresses.ts';
import type { MailState, Outbox } from '../notice/outbox.ts';
import { type ActivationCodes, refuseClosed, refuseWithFactor } from './activation.ts';
import { announcementMail } from './announcement.ts';
import type { Invitee } from './invitation-list.ts';
import { letterText } from './letter.ts';
import { refuseSending } from './rules.ts';

export interface InvitationRunsDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly people: Pick<People, 'create'>;
  readonly activation: Pick<ActivationCodes, 'invite'>;
  readonly addresses: Pick<Addresses, 'set'>;
  readonly outbox: Pick<Outbox, 'put' | 'stateOf'>;
}

/** One line of a list, and what was done for it. No name: who is erased is gone from here too (R61). */
export interface RunLine {
  readonly line: number;
  /** Random id of the account. */
  readonly person: string;
  /**
   * `none`: no address, or no mail was asked for. `known`: she was mailed within a day. `full`: too much mail waited.
   * `refused`: she was closed, or set a second step up, after the list was looked at; neither a letter nor a mail.
   */
  readonly mail: 'kept' | 'known' | 'full' | 'none' | 'refused';
  /** The mail's id in the outbox. */
  readonly id?: string | undefined;
}

/** A list that was invited. No code is in it. */
export interface InvitationRun {
  readonly id: string;
  readonly realm: string;
  readonly at: number;
  readonly by: string;
  readonly lines: readonly RunLine[];
}

export interface RunRequest {
  readonly realm: RealmSettings;
  /** Looked at before: every one of them may be invited. */
  readonly listed: readonly Invitee[];
  readonly apps: readonly { readonly title: string; readonly address: string }[];
  /** Whoever has an address is told by mail that the letter comes. */
  readonly announce: boolean;
  readonly by: string;
}

/** What a code of a list sets up at most. */
export const listLevel: Level = 2;

/** How long it is shown what became of a list: as long as its codes may work, and some. Milliseconds. */
const kept = 30 * 24 * 60 * 60_000;
const most = 30;
const atOnce = 20;
const index = 'invitation-runs';
// Each letter on a page of its own.
const pageBreak = '\f';

interface Done {
  readonly letter: string | undefined;
  readonly line: RunLine;
}

/** Invitations of a whole list: letters with codes, and mails that say that they come. */
export class InvitationRuns {
  readonly #deps: InvitationRunsDeps;
  readonly #codec: Codec<InvitationRun>;

  constructor(deps: InvitationRunsDeps) {
    this.#deps = deps;
    this.#codec = sealedCodec<InvitationRun>(deps.ring, 'invitation-run');
  }

  /**
   * Invites everybody on the list and gives the letters as they are made, once: thousands take minutes. Who stops reading
   * stops it; what was done until then is kept. Asked again with the same list, codes and letters are new, and who was
   * mailed within a day gets no second mail.
   */
  async *invite(request: RunRequest): AsyncGenerator<string, void> {
    const lines: RunLine[] = [];
    let begun = false;
    try {
      // Some at once: most of the time is waiting for the store.
      for (let start = 0; start < request.listed.length; start += atOnce) {
        const some = request.listed.slice(start, start + atOnce);
        const done = await Promise.all(some.map(invitee => this.#one(request, invitee)));
        lines.push(...done.map(({ line }) => line));
        const letters = done.flatMap(({ letter }) => letter ?? []);
        if (letters.length > 0) yield `${begun ? pageBreak : ''}${letters.join(pageBreak)}`;
        begun ||= letters.length > 0;
      }
    } finally {
      await this.#keep(request, lines);
    }
  }

  /** The newest first. */
  async recent(): Promise<readonly InvitationRun[]> {
    const members = await this.#deps.store.members(index, { limit: most });
    const runs = await Promise.all(members.map(member => this.find(idOf(member))));
    return runs.filter(run => run !== undefined).toReversed();
  }

  async find(id: string): Promise<InvitationRun | undefined> {
    const record = await this.#deps.store.get(keyOf(id));
    return record === undefined ? undefined : this.#codec.decode(keyOf(id), record.value);
  }

  /** What became of a line's mail by now; undefined where it had none, or that is known no more. */
  async mailOf({ id, mail }: RunLine): Promise<MailState | undefined> {
    if (mail === 'full') return 'failed';
    return id === undefined ? undefined : this.#deps.outbox.stateOf(id);
  }

  /** Whom nobody may invite by now is left out: it must not keep the letters of all others back. */
  async #one(request: RunRequest, invitee: Invitee): Promise<Done> {
    const person = await this.#deps.people.create(request.realm.name, invitee.name);
    try {
      return await this.#invited(request, invitee, person);
    } catch (error) {
      if (!(error instanceof SluisError) || error.code !== 'enrolment.refused') throw error;
      return { letter: undefined, line: { line: invitee.line, person: person.id, mail: 'refused' } };
    }
  }

  async #invited(request: RunRequest, { name, email, line }: Invitee, person: Person): Promise<Done> {
    refuseClosed(person);
    refuseWithFactor(person, false);
    refuseSending(request.realm, listLevel);
    const { realm, apps, by } = request;
    const { title: organisation, desk, timeZone, activationValidity: validity } = realm;
    // First: what is told of the invitation goes to the right mailbox.
    if (email !== undefined) await this.#deps.addresses.set(person, email, by);
    const to = request.announce ? (email ?? person.email) : undefined;
    const about = { id: person.id, name };
    // By its address: one that was corrected gets a mail of its own.
    const id = to === undefined ? undefined : `i${sha256(`${person.id}\n${to}`)}`;
    const told = { organisation, name, desk, apps: apps.map(({ title }) => title), language: person.language };
    const outgoing = { id, realm: realm.name, about: 'invitation', person: about };
    const mail =
      to === undefined
        ? 'none'
        : await this.#deps.outbox.put({ ...outgoing, mail: { ...announcementMail(told), to, sender: organisation } });
    // Only who is told of it in this way is not told in the other.
    const invitation = { by, replaces: false, level: listLevel, validity, announced: mail === 'kept' };
    const invited = await this.#deps.activation.invite(realm.name, name, invitation);
    const letter = letterText({ organisation, apps, desk, timeZone, name, ...invited });
    return { letter, line: { line, person: person.id, mail, ...(id === undefined ? {} : { id }) } };
  }

  async #keep({ realm, by }: RunRequest, lines: readonly RunLine[]): Promise<void> {
    const { store, clock, random } = this.#deps;
    const run = { id: randomId(random), realm: realm.name, at: clock.now(), by, lines };
    await store.create(keyOf(run.id), this.#codec.encode(keyOf(run.id), run), kept);
    const members = await store.members(index, { limit: most });
    const [oldest] = members;
    if (oldest !== undefined && members.length >= most) await store.drop(index, oldest);
    await store.add(index, memberOf(run), { cap: most, ttl: kept });
  }
}

/** By time first: members come in the order of their bytes. */
function memberOf({ at, id }: InvitationRun): string {
  return `${String(at).padStart(15, '0')}.${id}`;
}

function idOf(member: string): string {
  return member.slice(member.indexOf('.') + 1);
}

function keyOf(id: string): string {
  return `invitation-run:{${id}}`;
}
