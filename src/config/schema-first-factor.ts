import { z } from 'zod';

const file = z.string().min(1).describe('A path; a relative one starts at the folder of the configuration file.');

const dn = z.string().regex(/^[^\0=]+=[^\0]+$/, 'expected a distinguished name such as ou=people,dc=gemeente,dc=nl');

const ldapSchema = z
  .strictObject({
    url: z
      .string()
      .regex(
        /^ldaps?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?\/?$/i,
        'expected ldaps://ldap.gemeente.nl, or ldap:// for StartTLS; nothing behind the port',
      )
      .describe('The directory. Over ldap:// StartTLS is demanded, except for a server on this machine.'),
    startTls: z.boolean().optional().describe('false: in the clear, for a server on this machine only.'),
    ca: file.optional().describe('PEM file of the CA that signed its certificate; without it those of the system.'),
    serverName: z.string().min(1).optional().describe('The name in its certificate, where it is not the one in url.'),
    user: dn.describe('The distinguished name of the account that looks people up; it needs to read, no more.'),
    passwordFile: file.optional().describe('Holds its password. Without it SLUIS_LDAP_PASSWORD.'),
    base: dn.describe('Where operators are looked for, and everything below it.'),
    filter: z
      .string()
      .max(1000)
      .regex(/^\(.*\{email\}.*\)$/, 'expected a filter with {email} in it, such as (mail={email})')
      .default('(mail={email})')
      .describe(
        'How an operator is found; {email} stands for the address that she types, written so that it stays a value.',
      ),
    timeout: z
      .int()
      .min(1)
      .max(30)
      .default(5)
      .describe(
        'Seconds for one sign-in, from connecting to the answer; then the page says that the directory is away.',
      ),
  })
  .describe('Passwords of operators are those of a directory (LDAP).');

const oidcSchema = z
  .strictObject({
    issuer: z
      .url('expected the address of the provider, such as https://login.gemeente.nl/realms/gemeente')
      .describe(
        'To the letter as the provider writes it; its settings are read below it (/.well-known/openid-configuration).',
      ),
    title: z.string().min(1).max(60).describe('What people call it: "Entra ID", "het gemeenteaccount".'),
    clientId: z.string().min(1).max(200).describe('As Sluis is registered there.'),
    clientSecretFile: file.optional().describe('Holds the secret of that registration. Without it SLUIS_OIDC_SECRET.'),
    ca: file.optional().describe('PEM file of the CA that signed its certificate; without it those of the system.'),
    addressClaim: z
      .string()
      .regex(/^[\w:./-]{1,100}$/, 'expected the name of a claim such as email')
      .optional()
      .describe(
        'The claim that holds the address of an operator, for who was one before. Without it she is known by her invitation alone.',
      ),
    addressIsAdministered: z
      .literal(true)
      .optional()
      .describe(
        'You state that nobody can choose or change this claim for herself. Without it only email counts, where the provider says email_verified.',
      ),
    timeout: z.int().min(1).max(30).default(10).describe('Seconds for one question to the provider.'),
  })
  .describe('Operators sign in at a provider (OpenID Connect), such as Entra ID or Keycloak.');

export const firstFactorSchema = z
  .strictObject({ ldap: ldapSchema.optional(), oidc: oidcSchema.optional() })
  .optional()
  .describe('Where the first factor of operators is kept: ldap or oidc. Without this: a password of Sluis itself.');

export type FirstFactorConfiguration = NonNullable<z.output<typeof firstFactorSchema>>;
