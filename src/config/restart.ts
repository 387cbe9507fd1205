import { isDeepStrictEqual } from 'node:util';
import type { Settings } from './settings.ts';

/** What a running Sluis stands on: by its key, how to tell that it changed. All else applies at once. */
const fixed: Readonly<Record<string, (settings: Settings) => unknown>> = {
  data: settings => settings.dataFolder,
  store: settings => settings.redis,
  'keys.file': settings => settings.keyFile,
  'listen.address': settings => settings.listen.address,
  'listen.port': settings => settings.listen.port,
  // From TLS to none or back; other files are taken up.
  'listen.tls': settings => settings.listen.tls !== undefined,
  'listen.redirect': ({ listen: { redirect } }) => redirect && { address: redirect.address, port: redirect.port },
  management: settings => settings.management,
  workers: settings => settings.workers,
};

/** The keys of these settings that differ from the others, and that only a restart can change. */
export function restartKeys(before: Settings, after: Settings): readonly string[] {
  return Object.entries(fixed)
    .filter(([, part]) => !isDeepStrictEqual(part(before), part(after)))
    .map(([key]) => key);
}
