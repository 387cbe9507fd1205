import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

let ticks: number | undefined;

/**
 * CPU time that the operating system has counted for these processes, user and system, all threads, in microseconds.
 * What a child used that has ended is with its parent then: a worker that is replaced between two readings loses nothing.
 * @throws where there is no /proc (anything but Linux).
 */
export function cpuTime(pids: readonly number[]): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  let sum = 0;
  for (const pid of pids) {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets: fields are counted from behind it (proc(5): utime is 14, stime 15, cutime 16, cstime 17).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    for (const field of fields.slice(11, 15)) sum += Number(field);
  }
  return (sum / ticks) * 1e6;
}

/** Memory that these processes hold in RAM, in bytes: what they share is counted for each. */
export function residentMemory(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return sum + Number(kilobytes ?? 0) * 1024;
  }, 0);
}

/** A process and its direct children, those of now: nginx works in one, and workers of Sluis may be replaced. */
export function familyOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(text === '' ? [] : text.split(' ').map(Number))];
}
