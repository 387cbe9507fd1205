import type { AuditEvent } from '../audit/event.ts';
import { sourceNet } from '../factor/source-net.ts';

export const signalKinds = [
  'password-guessing',
  'second-step-failed',
  'one-source-many-accounts',
  'added-after-reset',
  'device-copied',
  'reported-stolen',
] as const;
export type SignalKind = (typeof signalKinds)[number];

const minute = 60_000;

/** When something is a signal: so many different ones within so long; milliseconds. */
export const signalLimits: { readonly [K in SignalKind]: { readonly count: number; readonly window: number } } = {
  // Delays let nobody try often: ten in an hour is somebody who does not stop.
  'password-guessing': { count: 10, window: 60 * minute },
  // Whoever gets here has the password.
  'second-step-failed': { count: 5, window: 30 * minute },
  // Names that did not succeed from there afterwards: an office of hundreds mistypes too, and then gets in.
  'one-source-many-accounts': { count: 10, window: 30 * minute },
  'added-after-reset': { count: 1, window: 60 * minute },
  'device-copied': { count: 1, window: 60 * minute },
  'reported-stolen': { count: 1, window: 60 * minute },
};

/** One thing that may be, or add to, a signal. */
export interface Sighting {
  readonly signal: SignalKind;
  /** What is counted for: an account, or a source. */
  readonly subject: string;
  /** What is counted, once each; undefined: each event by itself. */
  readonly member?: string;
  /** A signal by itself, whatever was counted. */
  readonly atOnce?: true;
  /** Only where a reset came not long before. */
  readonly afterReset?: true;
}

/** What an event says: sightings, what it takes back, and whether it is a reset. */
export interface Reading {
  readonly sightings: readonly Sighting[];
  readonly takesBack?: Sighting;
  readonly resets?: string;
}

const nothing: Reading = { sightings: [] };

/** R51, the five and what a desk learns. All else says nothing by itself. */
export function readingOf(event: AuditEvent): Reading {
  switch (event.type) {
    case 'sign-in.failed':
      return { sightings: guesses(event.realm, event.name, event.source) };
    case 'sign-in.refused':
      return event.reason === 'limited' && event.name !== undefined
        ? { sightings: guesses(event.realm, event.name, event.source) }
        : nothing;
    case 'sign-in.proved':
      return { sightings: [], takesBack: spraying(event.realm, event.name, event.source) };
    case 'challenge.failed':
      return event.reason === 'used'
        ? nothing
        : { sightings: [{ signal: 'second-step-failed', subject: event.person }] };
    case 'recovery-code.refused':
      return { sightings: [{ signal: 'second-step-failed', subject: event.person }] };
    case 'approval.reported':
    case 'approval.limited':
      return { sightings: [{ signal: 'second-step-failed', subject: event.person, atOnce: true }] };
    case 'factor.removed':
      return event.because === 'reset' ? { ...nothing, resets: event.person } : nothing;
    case 'person.invited':
      return event.replaces ? { ...nothing, resets: event.person } : nothing;
    case 'factor.added':
      return { sightings: [{ signal: 'added-after-reset', subject: event.person, afterReset: true }] };
    case 'device.copied':
      return { sightings: [{ signal: 'device-copied', subject: `${event.person} ${event.device}` }] };
    case 'reset.stolen':
      return { sightings: [{ signal: 'reported-stolen', subject: event.person ?? event.case }] };
    default:
      return nothing;
  }
}

function guesses(realm: string, name: string, source: string): readonly Sighting[] {
  const guessing = { signal: 'password-guessing', subject: JSON.stringify([realm, name]) } as const;
  return [guessing, spraying(realm, name, source)];
}

function spraying(realm: string, name: string, source: string): Sighting {
  const subject = JSON.stringify([realm, sourceNet(source)]);
  return { signal: 'one-source-many-accounts', subject, member: name };
}
