import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * Calls back when a file has changed and then stayed as it is for `interval` milliseconds: half of what somebody
 * writes slowly may be whole by itself, and mean something else. By name, not by the file that was there first: editors
 * and mounts put another in its place, or change a link on the way. Returns the end of watching.
 */
export function watchSettled(file: string, interval: number, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (seen: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void look(file).then(now => (now === seen ? changed() : wait(now)));
    }, interval).unref();
  };
  const heard = (now: Stats) => wait(markOf(now));
  watchFile(file, { persistent: false, interval }, heard);
  return () => {
    clearTimeout(timer);
    unwatchFile(file, heard);
  };
}

function look(file: string): Promise<string> {
  return stat(file).then(markOf, () => 'none');
}

/** watchFile reports a file that is not there with zeros. */
function markOf({ ino, size, mtimeMs }: Stats): string {
  return ino === 0 && mtimeMs === 0 ? 'none' : `${ino} ${size} ${mtimeMs}`;
}
