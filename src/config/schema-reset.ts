import { z } from 'zod';

const name = /^[a-z][a-z0-9-]{0,31}$/;

const method = z.strictObject({
  title: z.string().min(1).max(80).describe('As clerks know it: "Legitimatiebewijs aan de balie".'),
  document: z
    .boolean()
    .default(false)
    .describe('Asks for the kind of document and its last four characters, never for the whole number.'),
  visit: z
    .boolean()
    .default(false)
    .describe('The person stood at the desk. Only such a method counts for an account with a key of level 4.'),
});

const client = z.strictObject({
  tokenHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the 64 hex digits that sluis reset token prints')
    .describe('SHA-256 of its bearer token; sluis reset token makes both.'),
});

export const resetSchema = z
  .strictObject({
    officialDomains: z
      .array(
        z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'expected a mail domain in lower case such as gemeente.nl'),
      )
      .min(1, 'expected at least one mail domain of the organisation')
      .describe('Mail domains whose named contacts may ask for a reset. Domains below them are not among them.'),
    groupMailboxes: z
      .array(z.string().regex(/^[a-z0-9._*-]+$/, 'expected what stands before the @, with * for anything'))
      .default([])
      .describe('Mailboxes that several people read, beside those that are known by their name (info, helpdesk, ...).'),
    methods: z
      .record(z.string().regex(name, 'expected a name of lower-case letters, digits and hyphens'), method)
      .refine(methods => Object.keys(methods).length > 0, 'expected at least one way to establish who somebody is')
      .describe('How the desk may establish who somebody is.'),
    target: z.int().min(1).max(20).default(2).describe('Working days within which a case should be done.'),
    authservId: z
      .string()
      .regex(/^[a-z0-9.-]+$/i, 'expected the name by which your mail server signs its Authentication-Results')
      .optional()
      .describe(
        'Takes requests by mail in, by what this server of yours says of them. It must remove what senders claim in its name. Without it none are taken.',
      ),
    clients: z
      .record(z.string().regex(name, 'expected a name of lower-case letters, digits and hyphens'), client)
      .default({})
      .describe('Systems that may file cases at /api/reset-cases, by the name that the audit shows.'),
  })
  .optional()
  .describe('The reset desk: how people who lost their second step are helped. Without it there is none.');
