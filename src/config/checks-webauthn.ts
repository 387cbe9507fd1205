import { isIP } from 'node:net';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';

/** The highest that any kind reaches as this configuration has it: keys reach level 4 by metadata that can prove it, only. */
export function highestOf({ webauthn }: Parts, highest: number): number {
  return webauthn?.metadata === undefined ? Math.min(highest, 3) : 4;
}

export function checkWebauthn(parts: Parts, findings: Findings): void {
  const { webauthn } = parts;
  if (webauthn === undefined) return;
  for (const name of ['metadataRoot', 'allow'] as const) {
    if (webauthn[name] === undefined || webauthn.metadata !== undefined) continue;
    findings.error(['webauthn', name], {
      found: 'set, without webauthn.metadata',
      expected: 'webauthn.metadata beside it: without metadata no key reaches level 4',
    });
  }
  for (const [path, origin] of portals(parts)) {
    const { hostname } = new URL(origin);
    if (!hostname.startsWith('[') && isIP(hostname) === 0) continue;
    findings.warn(path, {
      found: hostname,
      expected: 'a name: browsers make no key for an address, so nobody in this realm can set one up',
    });
  }
}

type Portal = readonly [path: string[], origin: string];

/** Keys are bound to the host of the portal; in single-host mode that is the app's. */
function portals({ realms, apps }: Parts): readonly Portal[] {
  return [...realms].flatMap(([name, { portal }]): Portal[] => {
    if (portal !== 'single-host') return [[['realms', name, 'portal'], portal]];
    return [...apps].flatMap(([id, app]) => (app.realm === name ? [[['apps', id, 'origin'], app.origin]] : []));
  });
}
