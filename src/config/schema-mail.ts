import { z } from 'zod';
import { parseMailAddress } from '../kernel/mail-address.ts';

const file = z.string().min(1).describe('A path; a relative one starts at the folder of the configuration file.');

const address = z.string().transform((text, context) => {
  const found = parseMailAddress(text);
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: 'expected a mail address such as sluis@gemeente.nl, without a name' });
  return z.NEVER;
});

export const timeZone = z.string().refine(name => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'expected the name of a time zone such as Europe/Amsterdam');

const host = z
  .string()
  .regex(/^[a-z0-9._:-]+$/i, 'expected the name or address of a server such as mail.gemeente.nl; the port apart');

export const mailSchema = z
  .strictObject({
    host: host.describe('The SMTP server that all mail is given to.'),
    port: z.int().min(1).max(65535).optional().describe('587 by default; 465 with tls: implicit, 25 with tls: none.'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .default('starttls')
      .describe(
        'How the connection is encrypted: starttls, implicit (from the first byte), or none for a server on this machine.',
      ),
    ca: file.optional().describe('PEM file of the CA that signed its certificate; without it those of the system.'),
    serverName: z.string().min(1).optional().describe('The name in its certificate, where it is not the one in host.'),
    user: z.string().min(1).optional().describe('Who signs in there; without it nobody does.'),
    passwordFile: file.optional().describe('Holds the password. Without it SLUIS_MAIL_PASSWORD.'),
    from: address.describe('The sender of every mail; a mailbox that somebody reads, or that answers by itself.'),
    replyTo: address.optional().describe('Where answers go, such as the desk; without it to the sender.'),
    signalsTo: z
      .array(address)
      .min(1)
      .optional()
      .describe('Who is told of signals, such as somebody guessing passwords. Nobody where not given.'),
  })
  .optional()
  .describe('How mail leaves Sluis. Without it none does: nobody is told of changes to her second step.');

export type MailConfiguration = NonNullable<z.output<typeof mailSchema>>;
