import type { AuditEntry, AuditTrail, BreakReason, Noted, Removed } from '../audit/chain.ts';
import { notedText } from '../audit/noted.ts';
import type { Gone } from '../audit/parts.ts';
import { printable } from '../audit/redact.ts';

type Out = (line: string) => void;

/** Prints the newest entries, oldest first, a line each. Exit code 0. Rejects with 'store.unavailable'. */
export async function auditTail(deps: { trail: AuditTrail; count: number; json?: boolean }, out: Out): Promise<number> {
  for (const entry of await deps.trail.tail(deps.count)) {
    out(printable(deps.json === true ? JSON.stringify(entry) : lineOf(entry)));
  }
  return 0;
}

/**
 * Reads the whole trail and says whether it is as it was written, and still holds `noted`. Exit code 0 if so, 1 if not.
 * Rejects with 'store.unavailable'.
 */
export async function auditVerify(deps: { trail: AuditTrail; noted?: Noted | undefined }, out: Out): Promise<number> {
  const { trail, noted } = deps;
  const newest = await trail.newest();
  const verdict = await trail.verify(...[noted, newest].filter(one => one !== undefined));
  if (!verdict.ok) {
    out(`The audit trail is broken at entry ${verdict.number}: ${reasons[verdict.reason]}.`);
    out('Keep a copy of the data folder, and compare with the log lines ("audit") that were kept elsewhere.');
    return 1;
  }
  const left = verdict.entries - (verdict.removed?.entries ?? 0);
  out(`The audit trail is whole: ${left} ${left === 1 ? 'entry' : 'entries'}.`);
  for (const line of removedLines(verdict.removed)) out(line);
  if (newest !== undefined) out(`Its newest entry: ${notedText(newest)}`);
  if (verdict.uncompared !== undefined) {
    out(`Entry ${verdict.uncompared} cannot be compared: it was taken away when its time was over. Give a later one.`);
    return 1;
  }
  out(noted === undefined ? unnoted : `Entry ${noted.number} is the one that you noted, and so is all before it.`);
  return 0;
}

const unnoted =
  'That none were cut off at the end shows only a head that was noted elsewhere: sluis audit verify --head <number:hash>';

const reasons: Readonly<Record<BreakReason, string>> = {
  unreadable: 'it is not the text that was written',
  missing: 'it is missing',
  previous: 'it does not follow the entry before it',
  hash: 'its content was changed',
  mac: 'it was not written with the keys of this installation',
  part: 'a name or address beside it was changed',
  'part-gone': 'a name or address beside it is gone, and no entry says that it was taken away',
  damaged: 'it was found changed or gone when its time was over and it was taken away',
  'cut-off': 'it was written, but is gone, with all that followed',
  head: 'the mark that says how far the trail goes was changed or taken away',
  noted: 'it is another one than you noted: it, or entries before it, were written anew',
};

/** What is not there any more, by entries that say so (`audit.removed`). */
function removedLines(removed: Removed | undefined): string[] {
  if (removed === undefined) return [];
  const { entries, who, where } = removed;
  return [
    ...(entries > 0 ? [`Entries 1 to ${entries} were taken away when their time was over, as the trail says.`] : []),
    ...(who + where > 0
      ? [`Of those that are left, names were taken away from ${who} and addresses from ${where}, as the trail says.`]
      : []),
  ];
}

function lineOf({ number, at, event, gone = {} }: AuditEntry): string {
  const { type, ...rest } = event;
  const values = Object.entries(rest).filter(([, value]) => value !== '' || Object.keys(gone).length === 0);
  const parts = values.map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [number, at, type, ...parts, ...Object.entries(gone).map(goneText)].join('  ');
}

function goneText([name, gone]: [string, Gone | undefined]): string {
  return gone === undefined ? `${name}: gone` : `${name}: taken away, ${gone.because}, see ${gone.entry}`;
}
