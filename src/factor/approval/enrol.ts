import { sealedCodec } from '../../kernel/codec.ts';
import { sha256 } from '../../kernel/hash.ts';
import { sameText } from '../../kernel/key-ring.ts';
import type { Random } from '../../kernel/random.ts';
import { update } from '../../kernel/store.ts';
import type { FactorDeps } from '../deps.ts';
import type { Verdict } from '../kind.ts';
import type { Person } from '../person.ts';
import { deviceOf, isPublicKey, isSigned, signedText } from './credential.ts';

/** A set-up that waits for a phone. */
interface Link {
  /** Id of the pending sign-in: the page that shows the link is the only one that can finish. */
  readonly pending: string;
  readonly person: string;
  readonly account: string;
  /** Phones of hers that stay: one of them is no second one. */
  readonly has: readonly string[];
  readonly until: number;
  readonly tries: number;
  /** The first phone that opened it, and the code that it shows. */
  readonly phone: { readonly publicKey: string; readonly code: string } | undefined;
}

type Deps = Pick<FactorDeps, 'store' | 'ring' | 'clock'>;

const linkLifetime = 10 * 60_000;
/** Of 10^6 codes. */
const mostTries = 5;

/** Begins a set-up. `token` is what the computer shows as a picture and as text, for one phone: 80 random bits or more. */
export async function beginLink(
  deps: Deps,
  given: Pick<Link, 'pending' | 'account' | 'has'> & { readonly token: string; readonly person: Pick<Person, 'id'> },
): Promise<void> {
  const { token, pending, person, account, has } = given;
  const key = keyOf(token);
  const until = deps.clock.now() + linkLifetime;
  const link: Link = { pending, person: person.id, account, has, until, tries: 0, phone: undefined };
  await deps.store.create(key, codecOf(deps).encode(key, link), linkLifetime);
}

export type JoinOutcome =
  /** The phone shows this code; typed on the computer, it shows that the two belong together. */
  | { readonly outcome: 'joined'; readonly code: string; readonly account: string }
  /** Never given out, over, or not signed by the key that it came with. */
  | { readonly outcome: 'gone' }
  /** Another phone opened it first. */
  | { readonly outcome: 'used' }
  /** R07: this phone approves for somebody else. */
  | { readonly outcome: 'other-person' }
  /** It approves for her already. */
  | { readonly outcome: 'known' }
  /** It was hers: it makes a new key, and comes again with that. */
  | { readonly outcome: 'renew' };

/** A phone opens the link, and shows that it holds the key. The first one gets it; the same one again gets the same. */
export async function joinLink(
  deps: Deps & { readonly random: Random },
  given: {
    readonly token: string;
    /** As it came to the phone, which signed that. */
    readonly typed: string;
    readonly publicKey: string;
    readonly signature: string;
    readonly origin: string;
  },
): Promise<JoinOutcome> {
  const { token, typed, publicKey, signature, origin } = given;
  const key = keyOf(token);
  if (!isPublicKey(publicKey)) return { outcome: 'gone' };
  if (!isSigned(publicKey, signedText('enrol', origin, [typed, publicKey]), signature)) return { outcome: 'gone' };
  const link = await readLink(deps, key);
  if (link === undefined) return { outcome: 'gone' };
  const device = deviceOf(publicKey);
  const owner = await ownerOf(deps, device);
  if (owner !== undefined && owner !== link.person) return { outcome: 'other-person' };
  if (owner !== undefined) return { outcome: link.has.includes(device) ? 'known' : 'renew' };
  const code = drawCode(deps.random);
  const joined = await update(deps.store, key, codecOf(deps), current =>
    current.phone === undefined ? { ...current, phone: { publicKey, code } } : undefined,
  );
  const { phone } = joined ?? (await readLink(deps, key)) ?? link;
  if (phone === undefined) return { outcome: 'gone' };
  if (phone.publicKey !== publicKey) return { outcome: 'used' };
  return { outcome: 'joined', code: phone.code, account: link.account };
}

export type ConfirmOutcome =
  | { readonly outcome: 'right'; readonly publicKey: string }
  | { readonly outcome: 'wrong' }
  /** No phone has opened it yet: nothing was tried. */
  | { readonly outcome: 'waiting' }
  | { readonly outcome: 'gone' };

/** The code that was typed on the computer, of the sign-in that began it. The try is counted before it is looked at. */
export async function confirmLink(
  deps: Deps,
  given: {
    readonly token: string;
    readonly pending: string;
    readonly person: Pick<Person, 'id'>;
    readonly code: string;
  },
): Promise<ConfirmOutcome> {
  const key = keyOf(given.token);
  const link = await readLink(deps, key);
  if (link === undefined) return { outcome: 'gone' };
  if (link.pending !== given.pending || link.person !== given.person.id) return { outcome: 'gone' };
  if (link.phone === undefined) return { outcome: 'waiting' };
  const counted = await update(deps.store, key, codecOf(deps), current =>
    current.tries < mostTries ? { ...current, tries: current.tries + 1 } : undefined,
  );
  if (counted?.phone === undefined) return { outcome: 'gone' };
  const { publicKey, code } = counted.phone;
  return sameText(code, given.code) ? { outcome: 'right', publicKey } : { outcome: 'wrong' };
}

/** Whether a link can still be used by somebody; it need not be, later. */
export async function isLinkOpen(deps: Deps, token: string): Promise<boolean> {
  const link = await readLink(deps, keyOf(token));
  return link !== undefined && link.tries < mostTries;
}

/**
 * Notes a phone as this person's, for good, and uses the link up: a key that any person ever had binds nobody else
 * (R07). A phone that goes to somebody else makes a new one there.
 */
export async function claimPhone(
  { store }: Pick<Deps, 'store'>,
  given: { readonly token: string; readonly publicKey: string; readonly person: Pick<Person, 'id'> },
): Promise<Verdict> {
  if (!(await store.remove(keyOf(given.token)))) return 'wrong';
  const device = deviceOf(given.publicKey);
  return (await store.create(deviceKey(device), given.person.id)) ? 'accepted' : 'wrong';
}

/** Id of the person whose phone this is, or was. */
export async function ownerOf({ store }: Pick<FactorDeps, 'store'>, device: string): Promise<string | undefined> {
  return (await store.get(deviceKey(device)))?.value;
}

async function readLink({ store, ring, clock }: Deps, key: string): Promise<Link | undefined> {
  const record = await store.get(key);
  const link = record === undefined ? undefined : codecOf({ ring }).decode(key, record.value);
  return link !== undefined && link.until > clock.now() ? link : undefined;
}

/** Six digits, each code as likely. */
function drawCode(random: Random): string {
  for (;;) {
    const value = random.bytes(4).readUInt32BE();
    if (value < 4_294_000_000) return String(value % 1_000_000).padStart(6, '0');
  }
}

function codecOf({ ring }: Pick<FactorDeps, 'ring'>) {
  return sealedCodec<Link>(ring, 'approval-link');
}

function keyOf(token: string): string {
  return `approval-link:{${sha256(token)}}`;
}

function deviceKey(device: string): string {
  return `approval-device:{${device}}`;
}
