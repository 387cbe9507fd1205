/** Which numbers codes go to: E.164 prefixes such as `+31`. Elsewhere a message may cost what somebody asks for it. */
export interface NumberRules {
  readonly prefixes: readonly string[];
}

export type ReadNumber = { readonly number: string } | { readonly mistake: 'malformed' | 'country' };

/** A number as people write it, to E.164 (ITU-T E.164: at most 15 digits); one that begins with a single 0 is Dutch. */
export function readNumber(typed: string, { prefixes }: NumberRules): ReadNumber {
  const plain = typed.normalize('NFKC').replace(/[\s\u00ad\u200b\u2010-\u2015\u2060()./-]/gu, '');
  const number = plain
    .replace(/^00/, '+')
    .replace(/^0(?=[1-9])/, '+31')
    .replace(/^\+310/, '+31');
  if (!/^\+[1-9][0-9]{7,14}$/.test(number)) return { mistake: 'malformed' };
  // Of Dutch numbers mobile ones only: the others cost extra (0900), or are read out to whoever picks up.
  if (number.startsWith('+31') && !/^\+316[1-9][0-9]{7}$/.test(number)) return { mistake: 'malformed' };
  return prefixes.some(prefix => number.startsWith(prefix)) ? { number } : { mistake: 'country' };
}
