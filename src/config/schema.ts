import { z } from 'zod';
import { balancer, origin, originExpectation } from './address.ts';
import { duration, durationOrNoneUpTo, durationUpTo } from './quantity.ts';
import { approvalSchema } from './schema-approval.ts';
import { consoleSchema } from './schema-console.ts';
import { enrolmentSchema } from './schema-enrolment.ts';
import { factorsSchema } from './schema-factors.ts';
import { genericSchema } from './schema-generic.ts';
import { limitsSchema } from './schema-limits.ts';
import { mailSchema, timeZone } from './schema-mail.ts';
import { resetSchema } from './schema-reset.ts';
import { retentionSchema } from './schema-retention.ts';
import { selfSchema } from './schema-self.ts';
import { storeSchema } from './schema-store.ts';
import { trustSchema } from './schema-trust.ts';
import { webauthnSchema } from './schema-webauthn.ts';

const port = z.int().min(1).max(65535);
const file = z.string().min(1).describe('A path; a relative one starts at the folder of the configuration file.');
const title = z.string().min(1).max(80);
const cookieName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'expected the name of a cookie');
const mailDomain = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'expected a mail domain in lower case such as gemeente.nl');

/** Names of realms and apps; they stand in addresses of the store and in the log. */
export const identifier = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,31}$/,
    'expected a name of lower-case letters, digits and hyphens that begins with a letter',
  );

const levelSchema = z
  .int('expected an MFA level: 2, 3 or 4 (1 only with levels.acceptLevel1)')
  .min(1, 'expected an MFA level: 2, 3 or 4 (1 only with levels.acceptLevel1)')
  .max(4, 'expected an MFA level: 2, 3 or 4 (1 only with levels.acceptLevel1)')
  .transform(level => level as 1 | 2 | 3 | 4);

const listenSchema = z.strictObject({
  address: z.string().min(1).default('127.0.0.1'),
  port: port.default(8080),
  tls: z
    .strictObject({ certificate: file, key: file })
    .optional()
    .describe('PEM files. Without them Sluis listens in plain http: on loopback, or behind balancers that are named.'),
  balancers: z.array(balancer).default([]).describe('Addresses or ranges whose X-Forwarded-For is believed.'),
  redirect: z
    .strictObject({
      address: z.string().min(1).default('0.0.0.0'),
      port: port.default(80),
      acmeFolder: file.optional(),
    })
    .optional()
    .describe('A second, plain port that redirects to https and serves the files of ACME http-01.'),
});

const stopSchema = z.strictObject({
  notice: durationUpTo('5m')
    .optional()
    .describe('How long all goes on as before while /readyz says no already: balancers see it first. None by default.'),
  drain: durationUpTo('1h')
    .prefault('10s')
    .describe('How long requests under way may go on once no new ones are taken.'),
});

const managementSchema = z
  .strictObject({ address: z.string().min(1).default('127.0.0.1'), port: port.default(9090) })
  .optional()
  .describe(
    'Where /healthz, /readyz and /metrics are answered, in plain http: for balancers, supervisors and monitoring, never for people.',
  );

export const realmSchema = z.strictObject({
  title: title.describe('The organisation as people know it.'),
  portal: z
    .union([z.literal('single-host'), origin], `expected ${originExpectation}, or the word single-host`)
    .describe(
      "The portal host: https and a name of its own; or single-host to show Sluis's pages under the app's own name.",
    ),
  domains: z.array(mailDomain).default([]).describe('Mail domains that may follow a name, and are stripped from it.'),
  firstFactor: enrolmentSchema,
  self: selfSchema,
  activationValidity: durationUpTo('60d').prefault('14d'),
  desk: z
    .strictObject({ place: z.string().min(1), hours: z.string().min(1), phone: z.string().min(1) })
    .optional()
    .describe('Where people get help; shown on the pages.'),
  timeZone: timeZone.default('Europe/Amsterdam').describe('In which letters and mails say the time.'),
  theme: z.strictObject({ css: file.optional(), logo: file.optional() }).prefault({}),
  names: z
    .array(z.string().min(1))
    .optional()
    .describe('Names that may sign in where an app does not say whose account it is.'),
  groups: z
    .record(identifier, z.array(z.string().min(1)))
    .default({})
    .describe(
      'Groups of people, as account names; routes may be for a group only (groups), or ask more of it (levelFor).',
    ),
});

const timeouts = z.strictObject({
  connect: durationUpTo('24h').prefault('5s'),
  wait: durationUpTo('5m').prefault('10s').describe('For a free connection to the app; then 503.'),
  head: durationUpTo('24h').prefault('60s').describe('Until the head of the answer.'),
  body: durationUpTo('24h').prefault('5m').describe('Between two parts of the body.'),
});

const upstreamDetails = z.strictObject({
  url: origin,
  ca: file.optional().describe('PEM file of an internal CA.'),
  fingerprint: z
    .string()
    .regex(
      /^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i,
      'expected the SHA-256 of the certificate: 64 hex digits, colons allowed',
    )
    .transform(text => text.replaceAll(':', '').toLowerCase())
    .optional()
    .describe('Pins the certificate of the app.'),
  serverName: z
    .string()
    .min(1)
    .optional()
    .describe('The name that the certificate of the app is for, where it is not the one in the url.'),
  connections: z.int().min(1).max(10_000).default(64),
  waiting: z
    .int()
    .min(0)
    .max(100_000)
    .default(1_000)
    .describe('Requests that may wait for a free connection; what comes beyond is answered with 503.'),
  timeouts: timeouts.prefault({}),
});

const routePath = z
  .string()
  .regex(/^\/[^\s?#\\;%*]*\*?$/, 'expected a path such as /admin/settings, or a prefix ending in /*')
  .refine(
    path => !/\/\/|\/\.{1,2}(\/|$)|[^/]\*$/.test(path),
    'expected a plain path without //, . and ..; a prefix ends in /*',
  );

const routeSchema = z.strictObject({
  path: routePath,
  methods: z
    .array(z.string().regex(/^[A-Z]+$/, 'expected a method in capitals such as POST'))
    .min(1)
    .optional(),
  parameters: z.record(z.string(), z.string()).optional().describe('Names and values, looked for in query and body.'),
  level: levelSchema.optional().describe('The MFA level this route demands; without it, that of its class.'),
  class: identifier.optional().describe('The data classification of what it shows, one of classes.'),
  maxAge: duration.optional().describe('The second factor must be at most this old.'),
  groups: z
    .array(identifier)
    .min(1, 'expected at least one group; without groups everybody may pass')
    .optional()
    .describe('Only people of one of these groups of the realm may pass at all.'),
  levelFor: z
    .record(identifier, levelSchema)
    .optional()
    .describe('What people of a group of the realm need here, where that is more than level.'),
});

const characterSet = z
  .string('expected a set of characters as text in quotes such as "[a-z0-9._-]"')
  .regex(
    /^\[([a-z]-[a-z]|\d-\d|[a-z0-9._+-])+\]$/,
    'expected a set of small letters, digits and . _ - + such as "[a-z0-9._-]"',
  );

export const appSchema = z.strictObject({
  title: title.describe('The app as people know it.'),
  realm: identifier,
  origin: origin.describe('As people reach it; the host name is the one in their address bar.'),
  upstream: z
    .union(
      [origin.transform(url => upstreamDetails.parse({ url })), upstreamDetails],
      'expected an address such as http://127.0.0.1:8081, or a block with url',
    )
    .describe('Where the app itself listens.'),
  preset: z.string().min(1).describe('What Sluis knows of the app: demo, roundcube, dokuwiki or generic.'),
  signIn: genericSchema.optional().describe('Only with preset: generic.'),
  level: levelSchema.optional().describe('What a route without a rule demands; without it, that of the class, or 2.'),
  class: identifier
    .optional()
    .describe(
      'The data classification of what the app shows, one of classes; it holds for each route without one of its own.',
    ),
  nameCharacters: characterSet.default('[a-z0-9._-]').describe('Characters that account names may have.'),
  helpLine: z.boolean().default(true).describe("Adds one line to the app's login page that leads to first aid."),
  readable: z
    .array(cookieName)
    .default([])
    .describe('Cookies that scripts of the app must read; never a proof or session cookie.'),
  limiter: z
    .strictObject({ failures: z.int().min(1), window: durationUpTo('24h') })
    .optional()
    .describe("The app's own limit on failed sign-ins of one account."),
  routes: z.array(routeSchema).default([]),
});

const sessionSchema = z.strictObject({
  idle: duration.prefault('30m'),
  absolute: duration.prefault('12h'),
  grace: durationOrNoneUpTo('5m')
    .prefault('60s')
    .describe(
      'How long people who are signed in go on while the store is lost, at level 1 and 2 and where no maxAge is set; 0s: not at all.',
    ),
});

const levelsSchema = z.strictObject({
  acceptLevel1: z
    .strictObject({ reason: z.string().min(10, 'expected the reason in a sentence; it is audited and reported') })
    .optional()
    .describe('Says that level 1 is known to be too little and why it is accepted all the same.'),
});

const logSchema = z.strictObject({ level: z.enum(['error', 'warn', 'info', 'debug']).default('info') });

const workersSchema = z
  .union([z.literal('auto'), z.int().min(1).max(64)], 'expected a number from 1 to 64, or the word auto')
  .describe('Processes that serve side by side; auto: one for each processor that Sluis may use.');

const keysSchema = z.strictObject({
  file: file.optional().describe('The key file. Without it: SLUIS_KEYS, else a key made once in the data folder.'),
});

/** What an operator may write. Strict throughout: a key that is not known is refused, not passed over. */
export const configurationSchema = z.strictObject({
  version: z.literal(1, 'expected 1, the version of this format'),
  data: file.describe('The folder of the embedded store, and of the keys where none are given.'),
  store: storeSchema.prefault({}),
  listen: listenSchema.prefault({}),
  management: managementSchema,
  stop: stopSchema.prefault({}),
  realms: z.record(identifier, realmSchema).describe('Apps that share one account directory share a realm.'),
  apps: z.record(identifier, appSchema),
  classes: z
    .record(identifier, levelSchema)
    .default({})
    .describe('Data classifications, each with the MFA level that it demands.'),
  session: sessionSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  levels: levelsSchema.prefault({}),
  webauthn: webauthnSchema,
  mail: mailSchema,
  console: consoleSchema,
  reset: resetSchema,
  retention: retentionSchema.prefault({}),
  trust: trustSchema,
  approval: approvalSchema,
  factors: factorsSchema,
  log: logSchema.prefault({}),
  keys: keysSchema.prefault({}),
  workers: workersSchema.default(1),
});

export type Configuration = z.output<typeof configurationSchema>;
export type RealmConfiguration = z.output<typeof realmSchema>;
export type AppConfiguration = z.output<typeof appSchema>;
