import { createHash } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';

/** By what a machine is known again. Hashed, for the number of a machine is nobody else's business (machine-id(5)). */
export interface Machine {
  /** As its operators call it. */
  readonly name: string;
  /** The installation; '' where it has no number, as in most containers. */
  readonly id: string;
  /** The run of its kernel, one for all containers on it; '' where that is not told. */
  readonly boot: string;
}

export function thisMachine(): Machine {
  return { name: hostname(), id: numberIn('/etc/machine-id'), boot: numberIn('/proc/sys/kernel/random/boot_id') };
}

/**
 * Containers on one kernel are one machine, and so is a machine before and after a restart. A copy of a virtual machine
 * has the number of the first, so that the name must be the same too.
 */
export function isSameMachine(one: Machine, other: Machine): boolean {
  return (one.boot !== '' && one.boot === other.boot) || (one.id === other.id && one.name === other.name);
}

function numberIn(file: string): string {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? '' : createHash('sha256').update(`sluis machine\0${text}`).digest('hex').slice(0, 32);
  } catch {
    return '';
  }
}

/** File systems that several machines may share; by the numbers of statfs(2). */
const shared: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
]);

/** The kind of file system on which a folder stands, where it may be another machine's; else undefined. */
export function networkFileSystemOf(path: string): string | undefined {
  try {
    return networkFileSystem(statfsSync(path).type);
  } catch {
    return undefined;
  }
}

export function networkFileSystem(type: number): string | undefined {
  return shared.get(type);
}
