import { readFileSync } from 'node:fs';
import { SluisError } from '../kernel/errors.ts';

/** Editors end a file with a line break that is not part of the password. */
export function secretIn(file: string): string {
  return fileText(file).replace(/\r?\n$/, '');
}

/** Throws 'config.unreadable'. */
export function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new SluisError('config.unreadable', `cannot read ${file} (${code})`, {
      cause,
      remedy: 'Give the user that runs Sluis the right to read this file, or name another one.',
    });
  }
}
