import { SluisError } from '../kernel/errors.ts';
import { maySharePerson } from '../reset/official-address.ts';
import { type Asked, isAble, type Operator } from './operator.ts';
import { may, type Role } from './role.ts';

/** An admin who asked may wait for a colleague over a long weekend; then it is asked anew. */
export const askedTime = 4 * 24 * 60 * 60_000;

/** Hands out codes and tokens, so that a second account of hers would be the second pair of eyes of everything. */
export function handsOutCodes(role: Role): boolean {
  return may(role, 'invite-person');
}

/**
 * Whether an invitation takes two admins. Always where somebody worked under that name: who gets the code gets her
 * account. And for each role that hands codes out: an admin who could make herself a colleague would never be watched.
 * How many admins there are does not matter: who ends the others first would be alone, and free.
 */
export function invitingTakesTwo(before: Operator | undefined, role: Role): boolean {
  return handsOutCodes(role) || (before !== undefined && before.neverIn !== true);
}

/** Whether a change of the mandate takes two: it gives more than she had. */
export function renewingTakesTwo(before: Operator | undefined, role: Role): boolean {
  return before !== undefined && before.role !== role && (role === 'admin' || !handsOutCodes(before.role));
}

/** What stands in the record for a request alone, and is too old to be confirmed. */
export function isOver({ asked }: Operator, now: number): boolean {
  return asked?.only === true && now - asked.at > askedTime;
}

/** What may still be confirmed. */
export function openAsk(operator: Operator | undefined, now: number): Asked | undefined {
  const asked = operator?.asked;
  return asked !== undefined && now - asked.at <= askedTime ? asked : undefined;
}

/** Throws 'operator.refused' where nobody but the asker and the account could confirm it. */
export function refuseAlone(
  all: readonly Operator[],
  asker: Operator,
  account: string,
  { now, domains }: { readonly now: number; readonly domains: readonly string[] },
): void {
  if (maySharePerson(asker.email, account, domains)) throw samePerson(asker.email, account);
  const others = all.filter(
    one =>
      isAble(one, now) &&
      one.role === 'admin' &&
      ![asker.email, account].some(email => maySharePerson(one.email, email, domains)),
  );
  if (others.length > 0) return;
  throw new SluisError(
    'operator.refused',
    'this takes two admins, and there is no other one\non the machine: sluis admin invite <address> --role <role> --reason <why>',
  );
}

/** Throws 'operator.refused' unless this admin may confirm what that one asked. Both are admins at this moment. */
export function refuseConfirming(
  all: readonly Operator[],
  { id, email }: Pick<Operator, 'id' | 'email'>,
  account: Operator,
  { ask, now, domains }: { readonly ask: string; readonly now: number; readonly domains: readonly string[] },
): Asked {
  const asked = openAsk(account, now);
  if (asked === undefined || asked.id !== ask)
    throw new SluisError('operator.refused', 'this is not asked, or not any more');
  const asker = all.find(one => one.id === asked.by.id);
  if (asker === undefined || asker.role !== 'admin' || !isAble(asker, now))
    throw new SluisError('operator.refused', 'who asked is no admin any more');
  const pairs = [
    [email, asker.email],
    [email, account.email],
    [asker.email, account.email],
  ] as const;
  for (const [one, other] of pairs) if (maySharePerson(one, other, domains)) throw samePerson(one, other);
  if (id === asker.id || id === account.id) throw samePerson(email, asker.email);
  return asked;
}

function samePerson(one: string, other: string): SluisError {
  return new SluisError('operator.refused', `${one} and ${other} may be one person`, {
    remedy: 'It takes two admins, and neither of them is whose account it is.',
  });
}
