import type { Settings } from '../config/settings.ts';
import { sha256 } from '../kernel/hash.ts';
import type { Mailer } from '../notice/mailer.ts';
import type { Outbox } from '../notice/outbox.ts';
import { consoleRealm, isAble } from '../operator/operator.ts';
import type { Operators } from '../operator/operators.ts';
import type { OperatorPost } from '../operator/post.ts';
import { adminsLetter, codeLetter, type OperatorLetter } from '../ui/operator-letters.ts';

interface Parts {
  readonly clock: { now(): number };
  readonly mailer: Pick<Mailer, 'configured'>;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly operators: Pick<Operators, 'list'>;
  readonly settings: () => Settings;
}

/** Mail about mandates, by the settings that hold when it is written. */
export function operatorPostOf({ clock, mailer, outbox, operators, settings }: Parts): OperatorPost {
  const at = (place: string) => {
    const { console } = settings();
    return `${console?.origin ?? ''}${console?.path ?? ''}${place}`;
  };
  const put = (id: string, to: string, letter: OperatorLetter) =>
    outbox.put({ id, realm: consoleRealm, about: 'operator', mail: { ...letter, to, sender: 'Sluis' } });
  return {
    get configured() {
      return mailer.configured;
    },
    sendCode: async ({ operator: { email, mandate }, code, until }) => {
      const timeZone = [...settings().realms.values()][0]?.timeZone ?? 'Europe/Amsterdam';
      const letter = codeLetter({ by: mandate.by, code, until, address: at('/invitation') }, timeZone);
      await put(`operator-code-${sha256(code).slice(0, 22)}`, email, letter);
    },
    tellAdmins: async (what, about) => {
      if (!mailer.configured) return;
      const now = clock.now();
      const admins = (await operators.list()).filter(one => one.role === 'admin' && isAble(one, now));
      const letter = adminsLetter(what, about, at('/operators'));
      // Told twice by a double click is told once.
      const id = `operator-${what}-${sha256(`${about.email}\n${about.by}\n${about.reason}\n${now}`).slice(0, 22)}`;
      for (const [index, { email }] of admins.entries()) await put(`${id}-${index}`, email, letter);
    },
  };
}
