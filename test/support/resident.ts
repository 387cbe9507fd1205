import { existsSync, readFileSync } from 'node:fs';

/** Only Linux tells, by /proc. */
export const tellsMemory = existsSync('/proc/self/status');

/** Resident memory of a process, in bytes. */
export function resident(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  if (kilobytes === undefined) throw new Error(`no VmRSS of ${pid}`);
  return Number(kilobytes) * 1024;
}

/** The most that it held while something ran, looked at all the time. */
export async function peakWhile(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = resident(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, resident(pid));
  }, 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, resident(pid));
}
