import type { SmtpServer } from '../carrier/smtp-mailer.ts';
import type { MailSettings } from '../config/settings.ts';
import { fileText, secretIn } from './file-text.ts';

/** As it is configured; its files are read at each call, so that a new password holds at once. Throws 'config.unreadable'. */
export function smtpServer(mail: MailSettings | undefined, fromEnv: string | undefined): SmtpServer | undefined {
  if (mail === undefined) return undefined;
  const { user, passwordFile, ca, host, port, tls, serverName, from, replyTo } = mail;
  const password = passwordFile === undefined ? fromEnv : secretIn(passwordFile);
  return {
    host,
    port,
    tls,
    serverName,
    from,
    replyTo,
    ca: ca === undefined ? undefined : fileText(ca),
    // A user without a password is a trouble of the sign-in: nothing is sent in nobody's name.
    user: user === undefined ? undefined : { name: user, password: password ?? '' },
  };
}
