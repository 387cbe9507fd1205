import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';

/** Whoever can write into a page of a host can use the keys that phones keep there: never on the host of an app (D10). */
export function checkApproval({ approval, realms }: Parts, findings: Findings): void {
  if (approval === undefined) return;
  for (const [name, { portal }] of realms) {
    if (portal !== 'single-host') continue;
    findings.warn(['realms', name, 'portal'], {
      found: 'single-host',
      expected:
        'a portal host of its own: scripts of the app could use the keys of phones, so nobody in this realm is offered approval',
    });
  }
}
