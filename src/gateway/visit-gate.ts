import { Transform } from 'node:stream';
import type { Visit, Visits } from '../visit/visits.ts';
import { Withheld } from './upstream.ts';

/**
 * Lets a piece of an answer pass only while its visit is unspent, asked after the piece came (rule 10). A visit is
 * spent before its sign-in is sent, so the app wrote what passes here before anybody was signed in: that holds too
 * where another worker or instance takes the sign-in, of which this one hears nothing.
 */
export function visitGate(visits: Visits, visit: Visit): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      visits.isSpent(visit).then(
        spent => (spent ? done(new Withheld()) : done(null, chunk)),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
}
