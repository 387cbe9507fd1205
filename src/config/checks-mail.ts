import { isIP } from 'node:net';
import { isLoopbackAddress } from './address.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import type { MailConfiguration } from './schema-mail.ts';
import type { MailSettings } from './settings.ts';

/** What of a mail server must be said together, and what must not. */
export function checkMail({ mail }: Parts, findings: Findings): void {
  if (mail === undefined) return;
  checkPassword(mail, findings);
  checkMailTls(mail, findings);
  if (!mail.host.includes(':') || isIP(mail.host) === 6) return;
  findings.error(['mail', 'host'], {
    found: JSON.stringify(mail.host),
    expected: 'a name or address alone; the port stands in mail.port',
  });
}

function checkPassword({ user, passwordFile }: MailConfiguration, findings: Findings): void {
  if (passwordFile === undefined || user !== undefined) return;
  findings.error(['mail', 'passwordFile'], {
    found: 'a password and no user',
    expected: 'mail.user beside it, or neither',
  });
}

function checkMailTls({ host, tls, user, ca, serverName }: MailConfiguration, findings: Findings): void {
  if (tls !== 'none') return;
  for (const [key, value] of Object.entries({ ca, serverName }))
    if (value !== undefined)
      findings.error(['mail', key], {
        found: `${key} with tls: none`,
        expected: 'tls: starttls or implicit beside it',
      });
  if (isLoopbackAddress(host)) return;
  const at = ['mail', 'tls'];
  if (user !== undefined)
    findings.error(at, {
      found: `none, with a user, at ${host}`,
      expected: 'starttls or implicit: the password would cross the network readable',
    });
  else
    findings.warn(at, {
      found: `none, at ${host}`,
      expected: 'starttls or implicit: who reads the network reads every mail, codes among them',
    });
}

const ports = { implicit: 465, starttls: 587, none: 25 } as const;

/** Settings of a part that `checkMail` found nothing wrong with. */
export function mailSettings(mail: MailConfiguration, resolve: (path: string) => string): MailSettings {
  const { host, tls, port = ports[tls], serverName, user, from, replyTo, ca, passwordFile, signalsTo = [] } = mail;
  return {
    host,
    port,
    tls,
    serverName,
    user,
    from,
    replyTo,
    ca: ca === undefined ? undefined : resolve(ca),
    passwordFile: passwordFile === undefined ? undefined : resolve(passwordFile),
    signalsTo,
  };
}
