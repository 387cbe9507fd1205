import { spawnSync } from 'node:child_process';
import { freePort } from '../test/support/free-port.ts';
import { type Child, startProgram } from './child.ts';

/** A Redis of the bench's own: loopback, nothing written to the disk. Undefined where none is installed. */
export async function startRedis(): Promise<Child | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return startProgram('redis-server', [...settings, '--maxmemory-policy', 'noeviction'], port);
}
