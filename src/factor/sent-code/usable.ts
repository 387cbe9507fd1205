import type { MailboxRule } from '../../config/settings.ts';
import { mayCarry } from '../email/mailbox.ts';
import type { Factor } from '../person.ts';
import type { NumberRules } from '../sms/number.ts';

/** Which factors may serve at one app as this configuration has it. */
export type Usable = (factor: Factor) => boolean;

/**
 * Where nobody says otherwise: no code is sent, so a factor that needs one is none; and the desk's code is for getting into an
 * app, not for what she changes of her own (rule 2).
 */
export const withoutSending: Usable = ({ kind }) => kind !== 'sms' && kind !== 'email' && kind !== 'desk-code';

/** The same on the way into an app, where the desk's code is what it is for (R39). */
export function atApps(usable: Usable): Usable {
  return factor => factor.kind === 'desk-code' || usable(factor);
}

/** What the configuration says of codes that are sent; `mailboxes` by id of the app. */
export interface SendingRules {
  readonly sms: NumberRules | undefined;
  readonly email: { readonly mailboxes: ReadonlyMap<string, MailboxRule> } | undefined;
}

export function usableAt({ sms, email }: SendingRules, app: string): Usable {
  return factor => {
    if (factor.kind === 'sms')
      return sms?.prefixes.some(prefix => factor.credential.number.startsWith(prefix)) === true;
    if (factor.kind === 'email') return mayCarry(email?.mailboxes.get(app), factor.credential.address);
    return atApps(withoutSending)(factor);
  };
}
