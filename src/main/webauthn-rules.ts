import { readFileSync } from 'node:fs';
import type { Finding } from '../cli/doctor.ts';
import type { WebauthnSettings } from '../config/settings.ts';
import type { Rules } from '../factor/webauthn/enrol.ts';
import { isStale, type Metadata, readMetadata } from '../factor/webauthn/metadata.ts';
import type { AppLog } from '../gateway/log.ts';
import { SluisError } from '../kernel/errors.ts';

/**
 * What the operator decided about keys, with the metadata as the file has it now: refreshing it is a change of the file
 * and a reload. Throws 'config.unreadable' for one that is not there or cannot be trusted; at a reload all goes on by
 * what was before.
 */
export function webauthnRules(settings: WebauthnSettings | undefined, now: number, log: AppLog): Rules | undefined {
  if (settings === undefined) return undefined;
  const { metadata: file, allow, appId } = settings;
  const metadata = metadataOf(settings, now);
  if (metadata !== undefined && isStale(metadata, now))
    log.warn(
      { file, nextUpdate: dayOf(metadata.nextUpdate) },
      'the metadata of security keys is out of date: until it is refreshed, new keys reach level 2 only',
    );
  return { appId, allow, metadata };
}

/** Undefined where none is named. */
function metadataOf({ metadata, metadataRoot }: WebauthnSettings, now: number): Metadata | undefined {
  if (metadata === undefined) return undefined;
  const root = metadataRoot === undefined ? undefined : textOf(metadataRoot, 'metadataRoot');
  return readMetadata(textOf(metadata, 'metadata'), root, now);
}

function textOf(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SluisError('config.unreadable', `the file of webauthn.${name}, ${file}, cannot be read (${code})`, {
      cause,
      remedy: 'Check the path and its rights.',
    });
  }
}

const soon = 7 * 24 * 60 * 60_000;

/** What there is to say of the metadata, to who looks before keys do: how many models, until when, and what is wrong. */
export function metadataFindings(settings: WebauthnSettings | undefined, now: number): Finding[] {
  if (settings?.metadata === undefined) return [];
  try {
    const metadata = metadataOf(settings, now);
    return metadata === undefined ? [] : [ageOf(metadata, now), ...unknownModels(settings, metadata)];
  } catch (error) {
    if (!(error instanceof SluisError)) throw error;
    const { message: what, remedy } = error;
    return [{ weight: 'bad', what, ...(remedy === undefined ? {} : { remedy }) }];
  }
}

function ageOf(metadata: Metadata, now: number): Finding {
  const { models, nextUpdate } = metadata;
  const known = `metadata of security keys: ${models.size} models`;
  if (nextUpdate === undefined)
    return { weight: 'note', what: `${known}, in a list that does not say how old it may get` };
  const until = dayOf(nextUpdate);
  const remedy = 'Take the file from https://mds3.fidoalliance.org/ again and reload.';
  if (isStale(metadata, now))
    return { weight: 'bad', what: `${known}, out of date since ${until}: new keys reach level 2 only`, remedy };
  if (nextUpdate - now < soon) return { weight: 'note', what: `${known}, out of date after ${until}`, remedy };
  return { weight: 'good', what: `${known}, good until ${until}` };
}

/** A model that is allowed and not known binds nobody's key at level 4: a slip of the pen, mostly. */
function unknownModels({ allow }: WebauthnSettings, { models }: Metadata): Finding[] {
  return allow
    .filter(model => !models.has(model))
    .map(model => ({
      weight: 'note',
      what: `webauthn.allow names ${model}, which is not in the metadata: no such key reaches level 4`,
      remedy: 'Look whether it is spelled as its maker says, or whether the metadata are older than the model.',
    }));
}

function dayOf(time = 0): string {
  return new Date(time).toISOString().slice(0, 10);
}
