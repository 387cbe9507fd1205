import type { AuditEntry, AuditTrail, BreakReason } from '../audit/chain.ts';
import { printable } from '../audit/redact.ts';

type Out = (line: string) => void;

/** Prints the newest entries, oldest first, a line each. Exit code 0. Rejects with 'store.unavailable'. */
export async function auditTail(deps: { trail: AuditTrail; count: number; json?: boolean }, out: Out): Promise<number> {
  for (const entry of await deps.trail.tail(deps.count)) {
    out(printable(deps.json === true ? JSON.stringify(entry) : lineOf(entry)));
  }
  return 0;
}

/** Reads the whole trail and says whether it is as it was written. Exit code 0 if so, 1 if not. Rejects with 'store.unavailable'. */
export async function auditVerify(deps: { trail: AuditTrail }, out: Out): Promise<number> {
  const verdict = await deps.trail.verify();
  if (verdict.ok) {
    out(`The audit trail is whole: ${verdict.entries} ${verdict.entries === 1 ? 'entry' : 'entries'}.`);
    return 0;
  }
  out(`The audit trail is broken at entry ${verdict.number}: ${reasons[verdict.reason]}.`);
  out('Keep a copy of the data folder, and compare with the log lines ("audit") that were kept elsewhere.');
  return 1;
}

const reasons: Readonly<Record<BreakReason, string>> = {
  unreadable: 'it is not the text that was written',
  missing: 'it is missing',
  previous: 'it does not follow the entry before it',
  hash: 'its content was changed',
  mac: 'it was not written with the keys of this installation',
  'cut-off': 'it was written, but is gone, with all that followed',
  head: 'the mark that says how far the trail goes was changed or taken away',
};

function lineOf(entry: AuditEntry): string {
  const { type, ...rest } = entry.event;
  const parts = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [entry.number, entry.at, type, ...parts].join('  ');
}
