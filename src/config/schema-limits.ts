import { z } from 'zod';
import { durationUpTo, sizeUpTo } from './quantity.ts';

/** What one person, one source or one app may use up. */
export const limitsSchema = z.strictObject({
  head: sizeUpTo('256KiB').prefault('32KiB'),
  headers: z.int().min(20).max(1000).default(100),
  target: sizeUpTo('64KiB').prefault('8KiB'),
  signInBody: sizeUpTo('1MiB').prefault('64KiB'),
  body: sizeUpTo('10GiB').prefault('100MiB'),
  parked: z
    .union([z.literal(0), sizeUpTo('4MiB')])
    .prefault('1MiB')
    .describe('The largest form that is kept while a code or a sign-in is asked, sealed, for minutes; 0 keeps none.'),
  connections: z.int().min(10).default(10_000),
  connectionsPerSource: z
    .int()
    .min(10)
    .default(512)
    .describe(
      'Open connections of one source address; not for balancers and this machine. More where many people share one address.',
    ),
  webSockets: z
    .int()
    .min(0)
    .default(1_000)
    .describe('Open WebSockets of one app; each holds a connection to it for as long as it lives. 0 opens none.'),
  webSocketsPerSession: z.int().min(1).default(20).describe('Open WebSockets of one session, all its tabs together.'),
  headTime: durationUpTo('24h').prefault('10s'),
  requestTime: durationUpTo('24h')
    .prefault('5m')
    .describe('To receive a whole request; in a session, a body may take longer while it goes on.'),
  uploadTime: durationUpTo('24h').prefault('6h').describe('The longest that any request may take to arrive.'),
  keepAlive: durationUpTo('24h').prefault('65s'),
  stallTime: durationUpTo('24h')
    .prefault('2m')
    .describe(
      'How long a piece of an answer may wait to be taken, before the answer is cut off: with the buffers of the network in between, a lowest speed of some KB a second. Also how long a body in a session may stand still; 30s at most for strangers.',
    ),
  workerSilence: durationUpTo('10m')
    .prefault('20s')
    .describe(
      'How long a worker may answer nothing at all, not even its supervisor, before it is ended and replaced. Not with "workers: 1".',
    ),
  pendings: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe(
      'Pending sign-ins of one account at once, in unknown browsers together and in each known one; 40 times as many of one source.',
    ),
});
