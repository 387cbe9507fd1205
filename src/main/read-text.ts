import { readFileSync } from 'node:fs';
import { SluisError } from '../kernel/errors.ts';

/** A file that the command line names. Throws 'cli.usage' where it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SluisError('cli.usage', `cannot read ${file} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      cause,
      remedy: 'check the path and its rights',
    });
  }
}
