import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { ListenSettings } from '../config/settings.ts';
import { SluisError } from '../kernel/errors.ts';

type TlsFiles = NonNullable<ListenSettings['tls']>;

/** A TLS server whose certificate follows its files. */
export interface TlsServer {
  readonly server: Server;
  /** Other files: read at once. Throws 'config.unreadable' or what TLS has against them; the old certificate stays then. */
  use(files: TlsFiles): void;
}

/** Throws 'config.unreadable' for files that are not there. */
export function openTlsServer(options: ServerOptions, tls: TlsFiles): TlsServer {
  let files = tls;
  const server = createServer({
    ...options,
    ...read(files),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    honorCipherOrder: true,
  });
  const renew = (from: TlsFiles) => server.setSecureContext({ ...read(from), minVersion: 'TLSv1.2' });
  // Renewed certificates are taken up by themselves; a half-written pair is not.
  const changed = () => {
    try {
      renew(files);
    } catch {
      // The old certificate stays until a pair that fits is there.
    }
  };
  watch(files, changed);
  server.on('close', () => unwatch(files, changed));
  return {
    server,
    use: other => {
      renew(other);
      unwatch(files, changed);
      files = other;
      watch(files, changed);
    },
  };
}

/**
 * Looked at by name every two seconds: renewed files are renamed into place or sit behind a link, and a watch of the
 * file itself would stay with the old one.
 */
function watch({ certificate, key }: TlsFiles, changed: () => void): void {
  for (const file of [certificate, key]) watchFile(file, { persistent: false, interval: 2_000 }, changed);
}

function unwatch({ certificate, key }: TlsFiles, changed: () => void): void {
  for (const file of [certificate, key]) unwatchFile(file, changed);
}

function read({ certificate, key }: TlsFiles): { cert: Buffer; key: Buffer } {
  return { cert: readTlsFile(certificate), key: readTlsFile(key) };
}

function readTlsFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new SluisError('config.unreadable', `cannot read ${file}`, {
      cause,
      remedy: 'check listen.tls and the rights of the file',
    });
  }
}
