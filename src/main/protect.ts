import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { ProtectOptions } from '../cli/program.ts';
import { SluisError } from '../kernel/errors.ts';

/** The configuration that `sluis protect` runs on: its text, and where it goes. */
export interface ProtectConfig {
  readonly folder: string;
  readonly file: string;
  readonly text: string;
}

export function protectConfig(options: ProtectOptions): ProtectConfig {
  const folder = resolve(options.data);
  return { folder, file: join(folder, 'protect.yaml'), text: textOf(options) };
}

/**
 * Writes it into the data folder, so that every other command can be pointed at it, and it can be the beginning of a
 * real one. Throws 'data.unwritable'.
 */
export function writeProtectConfig({ folder, file, text }: ProtectConfig): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
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
