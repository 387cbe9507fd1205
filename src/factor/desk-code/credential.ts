import type { KeyRing } from '../../kernel/key-ring.ts';
import type { Random } from '../../kernel/random.ts';
import { normaliseReadable, readableCode } from '../../kernel/readable-code.ts';

/** What is kept of a code that the desk gave for one day (R39): never the code itself. */
export interface DeskCodeCredential {
  /** MAC of the code and whose it is. */
  readonly hash: string;
  /** The first moment at which it is over. */
  readonly until: number;
  /** Who gave it, as the audit names operators. */
  readonly by: string;
}

/** R39: one day, and no longer. */
export const deskCodeLifetime = 24 * 60 * 60_000;

// As an activation code: 16 characters of 5 bits, 80 in all (NIST SP 800-63B-4 3.1.1.1 would do with less).
const length = 16;
const purpose = 'desk-code';

/** A person, by her id. */
interface Whose {
  readonly id: string;
}

export function newDeskCode(deps: { readonly ring: KeyRing; readonly random: Random }, person: Whose) {
  const code = readableCode(deps.random, length, 4);
  return { code, hash: deps.ring.mac(purpose, signed(person, code.replaceAll('-', ''))) };
}

export function isDeskCode(ring: KeyRing, person: Whose, { hash }: DeskCodeCredential, typed: string): boolean {
  const code = normaliseReadable(typed, length);
  return code !== undefined && ring.verifyMac(purpose, signed(person, code), hash);
}

/** Whether it can be one at all: a slip is told apart from a guess. */
export function isDeskCodeShaped(typed: string): boolean {
  return normaliseReadable(typed, length) !== undefined;
}

/** Of another person the same code is another: nobody's opens anybody else's account. */
function signed({ id }: Whose, code: string): string {
  return `${id}\n${code}`;
}
