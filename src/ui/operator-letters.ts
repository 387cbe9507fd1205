import { type Language, languages } from '../kernel/language.ts';
import type { Operator } from '../operator/operator.ts';
import type { Told } from '../operator/post.ts';
import { translateTo } from './messages.ts';

export interface OperatorLetter {
  readonly language: Language;
  readonly subject: string;
  readonly text: string;
}

/** To whose invitation it is, alone: where to go, and what to fill in there. The code stands in no address. */
export function codeLetter(
  { by, code, address, until }: { by: string; code: string; address: string; until: number },
  timeZone: string,
): OperatorLetter {
  return inBoth(language => {
    const t = translateTo(language);
    const format = new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', {
      ...{ dateStyle: 'long', timeStyle: 'short', timeZone },
    });
    const how = t('operator.mail.code-how', { until: format.format(until) });
    const text = [t('operator.mail.code', { by }), how, `${address}\n${code}`, t('operator.mail.code-else')];
    return { subject: t('operator.mail.code-subject'), text };
  });
}

/** To every admin. */
export function adminsLetter(
  what: Told,
  { email, role, by, reason }: Pick<Operator, 'email' | 'role'> & { by: string; reason: string },
  address: string,
): OperatorLetter {
  return inBoth(language => {
    const t = translateTo(language);
    const told = t(`operator.mail.${what}`, { by, name: email, role: t(`console.role.${role}`) });
    const text = [told, t('operator.mail.reason', { reason }), t('operator.mail.else'), address];
    return { subject: t('operator.mail.admins-subject', { name: email }), text };
  });
}

function inBoth(compose: (language: Language) => { subject: string; text: readonly string[] }): OperatorLetter {
  const letters = languages.map(compose);
  return {
    language: 'nl',
    subject: letters.map(({ subject }) => subject).join(' / '),
    text: letters.map(({ text }) => `${text.join('\n\n')}\n`).join(`\n${'-'.repeat(40)}\n\n`),
  };
}
