import { readFileSync } from 'node:fs';
import type { WebauthnSettings } from '../config/settings.ts';
import type { Rules } from '../factor/webauthn/enrol.ts';
import { isStale, readMetadata } from '../factor/webauthn/metadata.ts';
import type { AppLog } from '../gateway/log.ts';

/**
 * What the operator decided about keys, with the metadata as the file has it now: refreshing it is a change of the file
 * and a reload. Throws 'config.unreadable' for one that cannot be trusted, or the error of
 * the file system; at a reload all goes on by what was before.
 */
export function webauthnRules(settings: WebauthnSettings | undefined, now: number, log: AppLog): Rules | undefined {
  if (settings === undefined) return undefined;
  const { metadata: file, metadataRoot, allow, appId } = settings;
  if (file === undefined) return { appId, allow, metadata: undefined };
  const root = metadataRoot === undefined ? undefined : readFileSync(metadataRoot, 'utf8');
  const metadata = readMetadata(readFileSync(file, 'utf8'), root, now);
  if (isStale(metadata, now))
    log.warn(
      { file, nextUpdate: new Date(metadata.nextUpdate ?? 0).toISOString() },
      'the metadata of security keys is out of date: until it is refreshed, new keys reach level 2 only',
    );
  return { appId, allow, metadata };
}
