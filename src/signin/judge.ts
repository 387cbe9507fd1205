import type { Preset } from '../preset/preset.ts';
import type { JarCookie } from '../visit/jar.ts';

/** The head of an app's answer, as the judge reads it. */
export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  /** All cookies it sets, in order. */
  readonly cookies: readonly JarCookie[];
}

export type Verdict = 'proved' | 'failed' | 'unjudged';

/** Proof, at any position, wins over failure; failure needs a mark that occurs only in failures; the rest is thrown away. */
export function judge(preset: Preset, answer: Answer): Verdict {
  if (proofIn(preset, answer.cookies) !== undefined) return 'proved';
  const { failure } = preset;
  if (failure === undefined || answer.status !== failure.status) return 'unjudged';
  if (failure.proofRemoved === true && !proofRemoved(preset, answer.cookies)) return 'unjudged';
  if (failure.location !== undefined && !failure.location.test(answer.location ?? '')) return 'unjudged';
  return 'failed';
}

/**
 * The proofs among these cookies: of each name and path the last one decides (Roundcube sends `-del-` before the real
 * one), as it does in a browser, and whatever still has a signed-in value at the end counts.
 */
export function proofsIn(preset: Preset, cookies: readonly JarCookie[]): JarCookie[] {
  return [...lastOfEach(preset, cookies).values()].filter(cookie => !isRemoval(preset, cookie));
}

/** The first of them: whether there is proof at all. */
export function proofIn(preset: Preset, cookies: readonly JarCookie[]): JarCookie | undefined {
  return proofsIn(preset, cookies)[0];
}

/** Whether a proof cookie is taken away and none given. */
export function proofRemoved(preset: Preset, cookies: readonly JarCookie[]): boolean {
  const last = [...lastOfEach(preset, cookies).values()];
  return last.length > 0 && last.every(cookie => isRemoval(preset, cookie));
}

function lastOfEach(preset: Preset, cookies: readonly JarCookie[]): Map<string, JarCookie> {
  const proofs = cookies.filter(cookie => preset.proof.cookie.test(cookie.name));
  return new Map(proofs.map(cookie => [`${cookie.name}\n${cookie.path}`, cookie]));
}

/** By its value only: an expiry in the past says "removed" too, but an app's clock may be wrong, and a value that signs in is worth the same. */
function isRemoval(preset: Preset, cookie: JarCookie): boolean {
  return cookie.value === '' || preset.proof.not.includes(cookie.value);
}
