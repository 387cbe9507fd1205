import type { MailboxRule } from '../../config/settings.ts';

/** Whether a code by mail to this address may stand beside that password. Without a rule: no. */
export function mayCarry(rule: MailboxRule | undefined, address: string): boolean {
  if (rule === undefined || rule.word === 'same-password') return false;
  return rule.word === 'demands-mfa' || !isOwn(rule, address);
}

function isOwn({ own }: MailboxRule, address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return own.some(other => domain === other || domain.endsWith(`.${other}`));
}
