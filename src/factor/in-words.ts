import type { Level, Settings } from '../config/settings.ts';
import type { KindName } from './person.ts';
import { factorKinds } from './registry.ts';

/** A kind of factor as operators read of it, and how somebody gets one. */
export interface KindInWords {
  readonly kind: KindName;
  readonly level: Level;
  /** "a hardware token". */
  readonly words: string;
  /** The command that gives one to this person. */
  readonly give: string;
}

/** What the configuration has of kinds that are off, or worth less, without it. */
export type Offers = Pick<Settings, 'webauthn' | 'approval' | 'factors'>;

interface Text {
  readonly words: string;
  give(name: string, realm: string): string;
  /** The highest level that it reaches as configured; 0: nobody can set it up. As the kind itself where not given. */
  reached?(offers: Offers): number;
}

const texts: { readonly [K in KindName]: Text } = {
  approval: {
    words: 'approval on a phone',
    give: (name, realm) => `sluis users invite ${name} --realm ${realm}`,
    reached: ({ approval }) => (approval === undefined ? 0 : factorKinds.approval.level),
  },
  'desk-code': {
    words: 'a code of the desk, for one day',
    give: () => 'at the console, at the page of this person',
    // It stands in for what somebody has, and is nothing to have.
    reached: () => 0,
  },
  totp: {
    words: 'an authenticator app',
    give: (name, realm) => `sluis users invite ${name} --realm ${realm}`,
  },
  'hardware-token': {
    words: 'a hardware token',
    give: (name, realm) => `sluis tokens hand-out <serial> ${name} --realm ${realm}`,
  },
  email: {
    words: 'a code by e-mail',
    give: (name, realm) => `sluis users invite ${name} --realm ${realm}`,
    reached: ({ factors }) => (factors.email === undefined ? 0 : factorKinds.email.level),
  },
  sms: {
    words: 'a code by SMS',
    give: (name, realm) => `sluis users invite ${name} --realm ${realm}`,
    reached: ({ factors }) => (factors.sms === undefined ? 0 : factorKinds.sms.level),
  },
  webauthn: {
    words: 'a passkey or security key',
    give: (name, realm) => `sluis users invite ${name} --level 4 --realm ${realm}`,
    // Without metadata nothing proves that a key stays in its hardware.
    reached: ({ webauthn }) => (webauthn === undefined ? 0 : webauthn.metadata === undefined ? 2 : 4),
  },
};

/** The kinds that reach this level where it is asked, the lowest first. */
export function kindsReaching(
  level: number,
  person: { readonly name: string; readonly realm: string },
  offers: Offers,
): KindInWords[] {
  return Object.values(factorKinds)
    .map(({ kind, level: highest }) => ({
      kind,
      level: Math.min(highest, texts[kind].reached?.(offers) ?? highest) as Level,
    }))
    .filter(({ level: reached }) => reached > 0 && reached >= level)
    .map(({ kind, level: reached }) => ({
      kind,
      level: reached,
      words: kind === 'webauthn' && level > 2 ? 'a security key that proves its hardware' : texts[kind].words,
      give: texts[kind].give(person.name, person.realm),
    }))
    .toSorted((a, b) => a.level - b.level);
}
