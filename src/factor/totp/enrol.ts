import { generateURI } from 'otplib';
import type { FactorDeps } from '../deps.ts';
import { newSecret, totpDigits, totpPeriod } from './credential.ts';

/** What a person needs to add the account to an authenticator app. */
export interface TotpDraft {
  /** Base32, 32 characters. Kept sealed with the pending sign-in until it is confirmed by a code. */
  readonly secret: string;
  /** `otpauth://totp/Issuer:account?...`, for the QR code and the link. */
  readonly uri: string;
}

/** Begins a set-up; nothing is bound before `bindTotp` saw a right code. */
export function beginTotp(
  deps: Pick<FactorDeps, 'random'>,
  person: { readonly name: string },
  realmTitle: string,
): TotpDraft {
  const secret = newSecret(deps.random);
  return { secret, uri: totpUri(person, realmTitle, secret) };
}

/** The same link again for a draft that was kept. */
export function totpUri(person: { readonly name: string }, realmTitle: string, secret: string): string {
  // A colon borders issuer and account in the label, so neither may hold one.
  const issuer = realmTitle.replaceAll(':', ' ').trim() || 'Sluis';
  const label = person.name.replaceAll(':', ' ');
  return generateURI({ issuer, label, secret, algorithm: 'sha1', digits: totpDigits, period: totpPeriod });
}
