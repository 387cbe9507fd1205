import { SluisError } from '../kernel/errors.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import type { Mailer, MailStep, MailTrouble, TryOptions } from '../notice/mailer.ts';
import type { Outbox } from '../notice/outbox.ts';
import { translateTo } from '../ui/messages.ts';
import type { Finding } from './doctor.ts';

export interface MailDeps {
  readonly mailer: Mailer;
  readonly outbox: Pick<Outbox, 'waiting'>;
  /** `mail.gemeente.nl:587`, where one is configured. */
  readonly server: string | undefined;
}

/** What is known of the mail server, after asking it. */
export async function mailFindings(
  { mailer, outbox, server = '' }: MailDeps,
  options: TryOptions = {},
): Promise<readonly Finding[]> {
  if (!mailer.configured)
    return [
      {
        weight: 'note',
        what: 'no mail server is configured: nobody is told by mail of changes to her second step',
        remedy: 'Give one in the section mail, and see that it works: sluis mail test <address>.',
      },
    ];
  const waiting = await outbox.waiting();
  const left: Finding = {
    weight: 'note',
    what: `${waiting} ${waiting === 1 ? 'mail waits' : 'mails wait'} to be sent`,
  };
  const result = await mailer.probe(options);
  const found: Finding =
    result.outcome === 'taken'
      ? { weight: 'good', what: `the mail server ${server} answers, with TLS and sign-in as configured` }
      : {
          weight: 'bad',
          what: `the mail server ${server}: ${troubleText(result.trouble)}`,
          ...remedyOf(result.trouble),
        };
  return waiting === 0 ? [found] : [found, left];
}

/** Sends one mail, now. Exit code 0, or 69 where the server did not take it. Throws 'cli.usage'. */
export async function mailTest(
  { mailer, server = '' }: MailDeps,
  request: { readonly address: string },
  out: (text: string) => void,
): Promise<number> {
  const to = parseMailAddress(request.address);
  if (to === undefined)
    throw new SluisError('cli.usage', `${JSON.stringify(request.address.slice(0, 80))} is not a mail address`);
  if (!mailer.configured)
    throw new SluisError('cli.usage', 'no mail server is configured', { remedy: 'Give one in the section mail.' });
  const texts = (['nl', 'en'] as const).map(translateTo);
  const text = texts.map(t => t('notice.test-text')).join('\n\n');
  const subject = texts.map(t => t('notice.test-subject')).join(' / ');
  const result = await mailer.send({ to, subject, text: `${text}\n`, language: 'nl', sender: 'Sluis' });
  if (result.outcome === 'taken') {
    out(`The mail server ${server} took a mail to ${to}. Whether it arrives, its mailbox shows.\n`);
    return 0;
  }
  const { remedy } = remedyOf(result.trouble);
  out(`The mail server ${server} did not take it: ${troubleText(result.trouble)}.\n  what to do: ${remedy}\n`);
  return 69;
}

function troubleText({ at, status, said }: MailTrouble): string {
  const reply = said ?? (status === undefined ? undefined : String(status));
  return reply === undefined ? steps[at].what : `${steps[at].what} (${reply})`;
}

function remedyOf({ at }: MailTrouble): { readonly remedy: string } {
  return { remedy: steps[at].remedy };
}

const steps: { readonly [S in MailStep]: { readonly what: string; readonly remedy: string } } = {
  unset: { what: 'none is configured', remedy: 'Give one in the section mail.' },
  connect: {
    what: 'it cannot be reached, or ends the connection',
    remedy:
      'Check mail.host and mail.port, mail.tls (implicit or starttls), the certificate and mail.ca, and the firewall.',
  },
  tls: {
    what: 'the connection cannot be encrypted',
    remedy:
      'Check mail.tls: implicit for port 465, starttls for 587. Check mail.ca and mail.serverName against its certificate.',
  },
  'sign-in': {
    what: 'it does not let us sign in',
    remedy: 'Check mail.user and the password (mail.passwordFile or SLUIS_MAIL_PASSWORD).',
  },
  sender: {
    what: 'it refuses our sender',
    remedy: 'Let it accept mail.from for mail.user, or give another mail.from.',
  },
  recipient: {
    what: 'it refuses this recipient',
    remedy: 'Check the address; for people elsewhere, the server must relay mail of mail.user.',
  },
  message: { what: 'it refuses the message', remedy: 'Look in the log of the mail server for the reason.' },
  time: {
    what: 'it does not answer in time',
    remedy: 'Check mail.host, mail.port and mail.tls (implicit or starttls), and the firewall in between.',
  },
};
