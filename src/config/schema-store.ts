import { z } from 'zod';
import { parseAddress } from './address.ts';

const file = z.string().min(1).describe('A path; a relative one starts at the folder of the configuration file.');

const addressExpectation = 'a name or address and a port such as redis1.example.nl:6379';

const address = z.string().transform((text, context) => {
  const found = parseAddress(text);
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: `expected ${addressExpectation}` });
  return z.NEVER;
});

const urlExpectation =
  'redis://host:port or rediss://host:port (with TLS), a database number after a slash, and neither user nor password in it';

const url = z.string().transform((text, context) => {
  const found = readUrl(text);
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: `expected ${urlExpectation}` });
  return z.NEVER;
});

const tls = z.strictObject({
  ca: file
    .optional()
    .describe('PEM file of the CA that signed the certificate of Redis; without it those of the system.'),
  certificate: file.optional().describe('PEM file of our own certificate, where Redis asks for one.'),
  key: file.optional().describe('PEM file of its key.'),
  serverName: z
    .string()
    .min(1)
    .optional()
    .describe('The name in the certificate, where it is not the one in the address.'),
});

const redisSchema = z.strictObject({
  url: url.optional().describe(`One server: ${urlExpectation}.`),
  nodes: z.array(address).min(1).optional().describe('A cluster: some of its nodes, the others are found.'),
  sentinels: z.array(address).min(1).optional().describe('Sentinels that know the master; with name.'),
  name: z.string().min(1).optional().describe('What the sentinels call the master.'),
  cluster: z.boolean().optional().describe('True where url leads to a node of a cluster.'),
  tls: z
    .union([z.boolean(), tls])
    .optional()
    .describe('True: TLS with the CAs of the system. For rediss:// it is true.'),
  user: z.string().min(1).optional().describe('The ACL user; without it the default one.'),
  passwordFile: file.optional().describe('Holds the password. Without it SLUIS_REDIS_PASSWORD, else none.'),
  sentinelUser: z.string().min(1).optional(),
  sentinelPasswordFile: file.optional().describe('Where the sentinels themselves ask for a password.'),
  replicas: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe(
      'A write counts once so many replicas have it: then a failover loses nothing, and no replica means no sign-in.',
    ),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9:._-]{0,40}$/, 'expected letters, digits and : . _ - such as "sluis:"')
    .default('sluis:')
    .describe('What all keys begin with; installations that share a Redis differ in it.'),
});

export const storeSchema = z.strictObject({
  redis: redisSchema
    .optional()
    .describe('A Redis or Valkey that all instances share. Without it the embedded store: one machine.'),
});

export type RedisConfiguration = z.output<typeof redisSchema>;

function readUrl(text: string) {
  const match = /^(?<scheme>rediss?):\/\/(?<place>[^/?#@\s]+)(?:\/(?<database>\d{1,4})?)?$/.exec(text);
  if (match?.groups === undefined) return undefined;
  const { scheme, place = '', database } = match.groups;
  const found = parseAddress(/:\d+$/.test(place) ? place : `${place}:6379`);
  return found && { ...found, tls: scheme === 'rediss', database: Number(database ?? 0) };
}
