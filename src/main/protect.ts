import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { ProtectOptions } from '../cli/program.ts';
import { SluisError } from '../kernel/errors.ts';

/**
 * Writes the configuration that `sluis protect` runs on into the data folder, so that every other command can be
 * pointed at it, and it can be the beginning of a real one. Returns its path.
 */
export function writeProtectConfig(options: ProtectOptions): string {
  const folder = resolve(options.data);
  const file = join(folder, 'protect.yaml');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, textOf(options), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw new SluisError(
      'data.unwritable',
      `cannot write ${file} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
      {
        cause,
        remedy: 'choose another folder with --data, or give yourself the right to write there',
      },
    );
  }
  return file;
}

function textOf(options: ProtectOptions): string {
  const { port, address } = options.listen;
  const realm = {
    title: 'Sluis',
    portal: `http://sluis.localhost:${port}`,
    ...(options.domain === undefined ? {} : { domains: [options.domain] }),
    firstFactor: 'activation-code',
  };
  const app = {
    title: options.preset,
    realm: 'protect',
    origin: `http://app.localhost:${port}`,
    upstream: options.url,
    preset: options.preset,
  };
  const configuration = { version: 1, data: '.', listen: { address, port }, realms: { protect: realm }, apps: { app } };
  return `# Written by "sluis protect". To go on with it: give real names and TLS, then "sluis serve --config".\n${stringify(configuration)}`;
}
