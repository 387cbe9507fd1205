import type { AboutPerson } from './about-person.ts';

/** What becomes of a person's factors and recovery codes, and what keys and tokens show. */
export type FactorEvent =
  | (AboutPerson & {
      readonly type: 'factor.added';
      readonly kind: string;
      readonly factor: string;
      readonly by: 'activation-code' | 'recovery-code' | 'own-factor' | 'self' | 'desk';
      readonly source: string;
    })
  | (AboutPerson & {
      readonly type: 'factor.removed';
      readonly kind: string;
      readonly factor: string;
      readonly because: 'replaced' | 'reset' | 'by-owner';
      readonly source: string;
    })
  | (AboutPerson & {
      readonly type: 'factor.renamed';
      readonly kind: string;
      readonly factor: string;
      readonly source: string;
    })
  /** A listed person begins her first set-up with nothing but the password (R38). */
  | (AboutPerson & { readonly type: 'set-up.by-self'; readonly source: string })
  /** A new key was looked at: what it is worth, and why no more. */
  | (AboutPerson & {
      readonly type: 'webauthn.judged';
      readonly level: number;
      readonly why: string;
      readonly format: string;
      readonly aaguid: string;
      readonly source: string;
    })
  /** What a key of hers signed, or a browser sent for it, does not hold: why. */
  | (AboutPerson & { readonly type: 'webauthn.refused'; readonly factor: string; readonly why: string })
  /** A counter that did not rise: maybe a copy of the key. */
  | (AboutPerson & {
      readonly type: 'webauthn.counter';
      readonly factor: string;
      readonly counter: number;
      readonly before: number;
    })
  | { readonly type: 'tokens.imported'; readonly count: number; readonly by: string }
  | (AboutPerson & {
      readonly type: 'token.handed-out';
      readonly serial: string;
      readonly factor: string;
      readonly by: string;
    })
  | (AboutPerson & {
      readonly type: 'token.returned';
      readonly serial: string;
      readonly factor: string;
      readonly by: string;
      readonly retired: boolean;
    })
  | (AboutPerson & { readonly type: 'recovery-codes.made'; readonly source: string })
  | (AboutPerson & { readonly type: 'recovery-code.used'; readonly left: number; readonly source: string })
  | (AboutPerson & {
      readonly type: 'recovery-code.refused';
      readonly reason: 'wrong' | 'delayed';
      readonly source: string;
    });
