import { availableParallelism } from 'node:os';
import type { Settings } from '../config/settings.ts';

/** How many processes serve by these settings, here. */
export function workersOf(settings: Settings): number {
  return settings.workers === 'auto' ? Math.max(1, availableParallelism()) : settings.workers;
}

/** By the settings of one of them: `auto` was made a number where there is more than one. */
export function processesOf({ workers }: Settings): number {
  return workers === 'auto' ? 1 : workers;
}

/**
 * The settings of one worker of so many: what each process counts for itself is divided, so that what the operator wrote
 * holds for all of them together. At least one each: of something, a worker must have some.
 */
export function shareOf(settings: Settings, workers: number): Settings {
  const { limits, apps } = settings;
  const part = (whole: number) => Math.max(1, Math.floor(whole / workers));
  return {
    ...settings,
    workers,
    limits: {
      ...limits,
      connections: part(limits.connections),
      connectionsPerSource: part(limits.connectionsPerSource),
      // Not those of one session: they come to whichever worker, and a few of them may meet at one.
      webSockets: part(limits.webSockets),
    },
    apps: apps.map(app => ({
      ...app,
      upstream: {
        ...app.upstream,
        connections: part(app.upstream.connections),
        // None is none.
        waiting: Math.floor(app.upstream.waiting / workers),
      },
    })),
  };
}
