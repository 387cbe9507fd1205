import { z } from 'zod';
import { isLoopbackHost } from './address.ts';
import { durationUpTo } from './quantity.ts';

const file = z.string().min(1).describe('A path; a relative one starts at the folder of the configuration file.');

const gatewayExpectation = 'an https:// address without user name, query and fragment (http:// only on this machine)';

const gatewayUrl = z
  .string(`expected ${gatewayExpectation}`)
  .refine(isGatewayUrl, `expected ${gatewayExpectation}`)
  .describe('Where the gateway takes messages. Redirects are not followed.');

function isGatewayUrl(text: string): boolean {
  if (!/^https?:\/\/[^?#\s]+$/i.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

// What undici says itself: of two lengths or hosts one would be believed.
const ours = /^(?:host|connection|content-length|content-type|transfer-encoding|expect|upgrade|te|trailer)$/i;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'expected the name of a header')
  .refine(name => !ours.test(name), 'expected another header: this one is written by Sluis');

const headerValue = z.string('expected text in quotes').regex(/^[\t\x20-\x7e]*$/, 'expected plain ASCII in one line');

/** E.164 without what follows; `+` alone would be the whole world. */
const prefix = z
  .string('expected a prefix in quotes such as "+31"')
  .regex(/^\+[1-9][0-9]{0,8}$/, 'expected a prefix in quotes such as "+31"');

const perHour = z
  .int()
  .min(1)
  .max(100_000)
  .default(500)
  .describe(
    'Codes to everybody together in an hour; half of them at most for browsers that nobody signed in with before.',
  );

const smsSchema = z.strictObject({
  url: gatewayUrl,
  method: z.enum(['POST', 'PUT']).default('POST'),
  headers: z
    .record(headerName, headerValue)
    .default({})
    .describe('Sent with each message; {secret} stands for what is in secretFile or SLUIS_SMS_SECRET.'),
  secretFile: file.optional().describe('The key of the gateway, in one line. Without it: SLUIS_SMS_SECRET.'),
  json: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], 'expected a block or a list, sent as JSON')
    .optional()
    .describe(
      'The message as JSON. In its texts: {to} (+316…), {digits} (316…), {zeros} (00316…), {text}, {sender}, {secret}.',
    ),
  form: z
    .record(z.string(), z.string('expected text in quotes'))
    .optional()
    .describe('The message as a form, with the same places; instead of json.'),
  sender: z
    .string()
    .regex(
      /^[A-Za-z0-9 .&-]{1,11}$|^\+[0-9]{5,15}$/,
      'expected at most 11 letters and digits, or a number such as +31612345678',
    )
    .optional()
    .describe('As whom a message comes; {sender} above.'),
  accepted: z
    .strictObject({
      status: z.array(z.int().min(200).max(299)).min(1).default([200, 201, 202]),
      json: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
        .optional()
        .describe('What the answer must say, as JSON: a path such as errorCode or messages.0.status, and its value.'),
    })
    .prefault({})
    .describe('Which answers mean that the message will be delivered.'),
  timeout: durationUpTo('60s').prefault('10s'),
  prefixes: z
    .array(prefix)
    .min(1)
    .default(['+31'])
    .describe('Where numbers may be. Of Dutch ones mobile numbers only, always.'),
  perHour,
});

const mailboxWords = ['separate', 'demands-mfa', 'same-password'] as const;

export const mailboxExpectation =
  'separate (the password of this app opens none of the mailboxes that codes go to, by any protocol), demands-mfa (it does, but each of them demands MFA, in every way in) or same-password (it does: no codes by mail for this app)';

/** Mailboxes that several people read, as far as their names tell. */
const functionalNames = [
  ...['info', 'post', 'mail', 'contact', 'postbus*', 'algemeen', 'gemeente', 'balie*', 'receptie', 'secretariaat*'],
  ...['administratie*', 'afdeling*', 'team*', 'groep*', 'helpdesk*', 'servicedesk*', 'service', 'support', 'ict', 'it'],
  ...['beheer*', 'admin*', 'root', 'postmaster', 'hostmaster', 'webmaster', 'abuse', 'security', 'noreply', 'no-reply'],
  ...['hr', 'personeelszaken', 'pz', 'griffie', 'bestuur', 'college', 'raad', 'wmo', 'burgerzaken', 'klantcontact*'],
];

const emailSchema = z.strictObject({
  mailboxes: z
    .record(z.string(), z.enum(mailboxWords, `expected ${mailboxExpectation}`))
    .describe(`Of each app by its name: ${mailboxExpectation}. There is no default.`),
  functional: z
    .array(
      z
        .string()
        .regex(
          /^[a-z0-9_.+&'=~#-]+\*?$/,
          'expected what stands before the @, in lower case; * at its end for all that begin so',
        ),
    )
    .default(functionalNames)
    .describe('Mailboxes of more than one person, by what stands before the @: nobody gets codes there (R07).'),
  perHour,
});

export const factorsSchema = z
  .strictObject({ sms: smsSchema.optional(), email: emailSchema.optional() })
  .default({})
  .describe('Level 1: codes by SMS and by e-mail. Only with levels.acceptLevel1.');
