import type { Person } from '../factor/person.ts';
import { isAble } from '../operator/operator.ts';
import { may } from '../operator/role.ts';
import { isAccount } from '../reset/who-may.ts';
import type { MessageId } from '../ui/messages.ts';
import type { Ask } from './route.ts';

type Account = Pick<Person, 'name' | 'email'>;

/**
 * Why the desk gives this account nothing by this operator: nobody lets himself in, whatever he may do at the console (R34);
 * an account of somebody with a role there is for admins, as at the reset desk. Undefined: it may.
 */
export async function refusedAccount(ask: Ask, account: Account): Promise<MessageId | undefined> {
  const { deps, operator } = ask;
  if (isOwnerOf(ask, operator.email, account)) return 'console.refused.own-account';
  if (may(operator.role, 'change-operators')) return undefined;
  const able = (await deps.operators.list()).filter(one => isAble(one, deps.clock.now()));
  return able.some(({ email }) => isOwnerOf(ask, email, account)) ? 'console.refused.staff-account' : undefined;
}

function isOwnerOf({ deps }: Ask, email: string, account: Account): boolean {
  const domains = deps.settings.reset?.domains ?? [];
  return isAccount({ id: email, address: email }, account.email ?? account.name, account, domains);
}
