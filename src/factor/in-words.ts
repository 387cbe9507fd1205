import type { Level } from '../config/settings.ts';
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

const texts: { readonly [K in KindName]: { readonly words: string; give(name: string, realm: string): string } } = {
  approval: {
    words: 'approval on a phone (with approval)',
    give: (name, realm) => `sluis users invite ${name} --realm ${realm}`,
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
    words: 'a code by e-mail (with factors.email)',
    give: (name, realm) => `sluis users invite ${name} --realm ${realm}`,
  },
  sms: {
    words: 'a code by SMS (with factors.sms)',
    give: (name, realm) => `sluis users invite ${name} --realm ${realm}`,
  },
  webauthn: {
    words: 'a security key (with webauthn.metadata)',
    give: (name, realm) => `sluis users invite ${name} --level 4 --realm ${realm}`,
  },
};

/** All kinds that reach this level, the lowest first. */
export function kindsReaching(level: number, person: { readonly name: string; readonly realm: string }): KindInWords[] {
  return Object.values(factorKinds)
    .filter(kind => kind.level >= level)
    .map(({ kind, level: reached }) => ({
      kind,
      level: reached,
      words: texts[kind].words,
      give: texts[kind].give(person.name, person.realm),
    }))
    .toSorted((a, b) => a.level - b.level);
}
