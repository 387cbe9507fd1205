import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';

/** What trust asks of a device must be there to be had. */
export function checkTrust({ trust, webauthn }: Parts, findings: Findings): void {
  if (trust?.platformAuthenticator !== true || webauthn !== undefined) return;
  findings.error(['trust', 'platformAuthenticator'], {
    found: 'true, without passkeys',
    expected:
      'webauthn beside it (it may be empty: webauthn: {}): without it nobody has a passkey to trust a device by',
  });
}
