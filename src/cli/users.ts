import type { Level, RealmSettings } from '../config/settings.ts';
import type { ActivationCodes } from '../enrolment/activation.ts';
import { refuseWithFactor } from '../enrolment/activation.ts';
import {
  type Invitee,
  type LineFault,
  type Normalise,
  readInvitees,
  refuseFaults,
} from '../enrolment/invitation-list.ts';
import { type Letter, letterText } from '../enrolment/letter.ts';
import { isForDesk, refuseSending } from '../enrolment/rules.ts';
import { deskCodeOf } from '../factor/desk-code/standing.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import { highestLevel } from '../factor/ways.ts';
import type { Clock } from '../kernel/clock.ts';
import { SluisError } from '../kernel/errors.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import type { Addresses } from '../notice/addresses.ts';

export interface UsersDeps {
  readonly people: People;
  readonly activation: ActivationCodes;
  readonly addresses: Addresses;
  readonly clock: Clock;
  /** The realm's normal form of a typed name. */
  readonly normalise: Normalise;
  /** R38: which codes are handed over at the desk only, to who shows who she is. */
  readonly firstFactor: RealmSettings['firstFactor'];
  /** What letters say of the realm. */
  readonly letter: Pick<Letter, 'organisation' | 'apps' | 'desk' | 'timeZone'>;
  /** Ends all sessions of the person of this name; resolves to how many there were. */
  endSessions(realm: string, name: string): Promise<number>;
  /** Who runs the command, for the audit. */
  readonly by: string;
}

export interface InviteRequest {
  readonly realm: string;
  /** One name, or a CSV text as `readInvitees` takes it. */
  readonly who: { readonly name: string; readonly email?: string | undefined } | { readonly csv: string };
  /** Letters to print, instead of bare codes. */
  readonly letter: boolean;
  readonly replace: boolean;
  readonly reason: string | undefined;
  /** The highest level of a factor that the code binds. */
  readonly level: Level;
  /** Milliseconds. */
  readonly validity: number;
}

/** Where a command writes its text. */
export type Out = (text: string) => void;

// Each letter on a page of its own.
const pageBreak = '\f';

/**
 * Invites one person or everybody on a list, and prints codes or letters. Every line is checked before the first code is
 * made: throws 'cli.usage', 'account.name-refused' or 'enrolment.refused' with nothing written.
 */
export async function usersInvite(deps: UsersDeps, request: InviteRequest, out: Out): Promise<void> {
  const people = await checkedPeople(deps, request);
  const { realm, replace: replaces, reason, validity, level } = request;
  for (const [index, { name, email }] of people.entries()) {
    // First: what is told of the invitation goes to the right mailbox.
    if (email !== undefined) await deps.addresses.set(await deps.people.create(realm, name), email, deps.by);
    const invited = await deps.activation.invite(realm, name, { by: deps.by, replaces, reason, validity, level });
    // Somebody who lost everything may have lost a device that is signed in.
    if (replaces) await deps.endSessions(realm, name);
    if (request.letter) out(`${index === 0 ? '' : pageBreak}${letterText({ ...deps.letter, name, ...invited })}`);
    else if ('csv' in request.who) out(`${name},${invited.code}\n`);
    else out(describeCode(isForDesk(deps.firstFactor, level), name, invited));
  }
}

/** One line a person, by name: second step, open invitation, recovery codes left. */
export async function usersList(deps: UsersDeps, request: { realm: string }, out: Out): Promise<void> {
  let after: string | undefined;
  let count = 0;
  for (;;) {
    const page = await deps.people.list(request.realm, after === undefined ? { limit: 500 } : { limit: 500, after });
    if (page.length === 0) break;
    for (const person of page) out(`${person.name.padEnd(24)} ${summary(person, deps.clock.now())}\n`);
    count += page.length;
    after = page.at(-1)?.name;
  }
  out(count === 0 ? 'Nobody yet. Invite somebody: sluis users invite <name>\n' : '');
}

/** Ends all sessions of one person, for a stolen device or a leaver. Throws 'account.unknown'. */
export async function usersSignOut(deps: UsersDeps, request: { realm: string; name: string }, out: Out): Promise<void> {
  const person = await known(deps, request);
  const ended = await deps.endSessions(request.realm, person.name);
  out(
    ended === 0
      ? `${person.name} was not signed in.\n`
      : `${person.name} is signed out: ${ended} ${ended === 1 ? 'session' : 'sessions'} ended.\n`,
  );
}

/** Gives a person a mail address, or takes it away (undefined). Throws 'account.unknown' or 'cli.usage'. */
export async function usersMail(
  deps: UsersDeps,
  request: { realm: string; name: string; address: string | undefined },
  out: Out,
): Promise<void> {
  const person = await known(deps, request);
  const email = request.address === undefined ? undefined : mailAddress(request.address);
  if (!(await deps.addresses.set(person, email, deps.by))) return out('Nothing changes.\n');
  const told = [person.email, email].filter(address => address !== undefined);
  out(`${person.name} ${email === undefined ? 'has no mail address any more' : `gets mail at ${email}`}.\n`);
  out(`Told to: ${told.join(' and ')}.\n`);
  const others = email === undefined ? [] : await deps.people.byEmail(request.realm, email);
  if (others.length > 1)
    out(`Note: ${others.length} people have this address. A desk that looks it up finds all of them.\n`);
}

/** All that is known of one person, without secrets. Throws 'account.unknown'. */
export async function usersShow(deps: UsersDeps, request: { realm: string; name: string }, out: Out): Promise<void> {
  out(`${details(await known(deps, request), deps.clock.now()).join('\n')}\n`);
}

async function known(deps: UsersDeps, request: { realm: string; name: string }): Promise<Person> {
  const name = normalised(deps, request.name);
  const person = await deps.people.byName(request.realm, name);
  if (person !== undefined) return person;
  throw new SluisError('account.unknown', `${name} is not known in realm ${request.realm}`, {
    remedy: 'See who is: sluis users list',
  });
}

type Checked = Pick<Invitee, 'name' | 'email'>;

async function checkedPeople(deps: UsersDeps, request: InviteRequest): Promise<readonly Checked[]> {
  refuseRequest(request);
  // Where the desk hands codes over, each is made while its owner stands there: before the first of a list is.
  if (request.letter || 'csv' in request.who)
    refuseSending({ name: request.realm, firstFactor: deps.firstFactor }, request.level);
  if ('name' in request.who) {
    const name = normalised(deps, request.who.name);
    const person = await deps.people.byName(request.realm, name);
    if (person !== undefined) refuseWithFactor(person, request.replace, request.level);
    return [{ name, email: request.who.email === undefined ? undefined : mailAddress(request.who.email) }];
  }
  const lines = readInvitees(request.who.csv, deps.normalise);
  const faults: LineFault[] = [];
  for (const { name, line } of lines) {
    const person = await deps.people.byName(request.realm, name);
    if (
      person !== undefined &&
      !request.replace &&
      person.factors.length > 0 &&
      request.level <= highestLevel(person)
    ) {
      faults.push({ line, fault: `${name} has a second step already` });
    }
  }
  refuseFaults(faults);
  return lines;
}

function refuseRequest(request: InviteRequest): void {
  if (!(request.validity > 0)) throw new SluisError('cli.usage', 'an invitation must be valid for some time');
  const reason = (request.reason ?? '').trim();
  if (request.replace && reason === '') {
    throw new SluisError('enrolment.refused', 'replacing a second step needs a reason', {
      remedy: 'Say why with --reason, for example the number of the call at the desk.',
    });
  }
}

function normalised(deps: UsersDeps, typed: string): string {
  const name = deps.normalise(typed);
  if (name !== undefined) return name;
  throw new SluisError(
    'account.name-refused',
    `${JSON.stringify(typed.slice(0, 80))} is not a name that the apps of this realm accept`,
  );
}

function mailAddress(typed: string): string {
  const address = parseMailAddress(typed);
  if (address !== undefined) return address;
  throw new SluisError('cli.usage', `${JSON.stringify(typed.slice(0, 80))} is not a mail address`, {
    remedy: 'Write it as in anna@gemeente.nl: no name beside it, no quotes, no brackets.',
  });
}

function describeCode(atDesk: boolean, name: string, invited: { code: string; until: number }): string {
  const hand = atDesk ? 'Hand it over at the desk only, to who showed who she is.\n' : '';
  return `Activation code of ${name}: ${invited.code}\n${hand}Valid until ${iso(invited.until)}, for one set-up. It is not shown again.\n`;
}

function summary(person: Person, now: number): string {
  const parts = [person.factors.length === 0 ? 'no second step' : person.factors.map(({ kind }) => kind).join(', ')];
  if (person.activation !== undefined) parts.push(invitation(person.activation.until, now));
  if (person.recovery !== undefined) parts.push(`${person.recovery.hashes.length} recovery codes left`);
  return parts.join('; ');
}

function invitation(until: number, now: number): string {
  return until > now ? `invited until ${iso(until)}` : `invitation ended ${iso(until)}`;
}

function details(person: Person, now: number): string[] {
  const factors = person.factors.map(
    ({ kind, label, level, boundAt, boundBy, lastUsedAt }) =>
      `  ${kind}${label === '' ? '' : ` "${label}"`}, level ${level}, bound ${iso(boundAt)} by ${boundBy}, ` +
      (lastUsedAt === undefined ? 'never used' : `last used ${iso(lastUsedAt)}`),
  );
  return [
    `name      ${person.name}`,
    `realm     ${person.realm}`,
    `person    ${person.id}`,
    `mail      ${person.email ?? 'no address: she is told nothing by mail'}`,
    `since     ${iso(person.createdAt)}`,
    `second step${factors.length === 0 ? ': none' : ''}`,
    ...factors,
    ...deskCode(person),
    `recovery  ${person.recovery === undefined ? 'none' : `${person.recovery.hashes.length} codes left`}`,
    `invited   ${person.activation === undefined ? 'no open invitation' : `${invitation(person.activation.until, now)}, by ${person.activation.by}`}`,
  ];
}

/** That she has one, never the code: nobody reads that again (R39). */
function deskCode(person: Person): string[] {
  const code = deskCodeOf(person);
  if (code === undefined) return [];
  return [`desk code given ${iso(code.boundAt)}, until ${iso(code.credential.until)}, level ${code.level}`];
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
