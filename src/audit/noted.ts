import type { Noted } from './chain.ts';

/** As people note it and give it back: `<number>:<hash>`. */
export function notedText({ number, hash }: Noted): string {
  return `${number}:${hash}`;
}

/** Undefined for what is no number with a hash of 43 signs. */
export function readNoted(text: string): Noted | undefined {
  const [, number, hash] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(text.trim()) ?? [];
  return number === undefined || hash === undefined ? undefined : { number: Number(number), hash };
}
