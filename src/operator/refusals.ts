import { SluisError } from '../kernel/errors.ts';
import { isOver } from './four-eyes.ts';
import { isAble, longestMandate, type Operator, type Outside } from './operator.ts';

/** Who asks: somebody in the console, or who may read the data folder anyway and runs a command. */
export type Asking = Pick<Operator, 'id' | 'email'> | { readonly command: string };

/** Nobody gives herself more, or takes the last admin away: who asks is an admin who stays one. */
export function refuseAsking(all: readonly Operator[], asking: Asking, about: string, now: number): void {
  if ('command' in asking) return;
  const who = refuseNoAdmin(all, asking, now);
  if (who.id === about) throw refused('nobody changes her own mandate', 'Ask another admin.');
}

export function refuseNoAdmin(all: readonly Operator[], { id }: Pick<Operator, 'id'>, now: number): Operator {
  const who = all.find(one => one.id === id);
  if (who === undefined || who.role !== 'admin' || !isAble(who, now)) throw refused('only an admin may do this');
  return who;
}

export function refuseMandate(until: number, now: number): void {
  if (until > now && until - now <= longestMandate) return;
  throw refused('a mandate ends at a day to come, two years from now at the latest');
}

/** So many stand in one record. */
const most = 500;

/** Who was only asked for counts no more once that is over, though she is taken out later. */
export function refuseFull(all: readonly Operator[], now: number): void {
  if (all.filter(one => !isOver(one, now)).length >= most) throw refused(`there are ${most} operators already`);
}

export const noFirstFactor = { password: undefined, outside: undefined, spare: undefined };

/** One identity is one operator's, and hers stays hers. */
export function mayLink(all: readonly Operator[], one: Operator, outside: Outside): boolean {
  if (outside.kind === 'ldap') return true;
  const { issuer, subject } = outside;
  const same = (other: Operator) =>
    other.outside?.kind === 'oidc' && other.outside.issuer === issuer && other.outside.subject === subject;
  if (one.outside?.kind === 'oidc' && one.outside.issuer === issuer) return same(one);
  return !all.some(other => other.id !== one.id && same(other));
}

/** As the audit names who asked. */
export function nameOf(asking: Asking): string {
  return 'command' in asking ? `command: ${asking.command}` : asking.email;
}

export function unknown(): SluisError {
  return refused('there is no such operator');
}

export function refused(message: string, remedy?: string): SluisError {
  return new SluisError('operator.refused', message, remedy === undefined ? {} : { remedy });
}
