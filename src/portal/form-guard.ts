import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import { isSameOrigin } from '../signin/origin.ts';
import type { FormTokens } from '../ui/form.tsx';

/** A form that was posted from a page of ours, by the browser that the page was made for. */
export interface PostedForm {
  readonly attempt: string;
  /** The field's value; '' where it is missing. */
  field(name: string): string;
}

const purpose = 'portal-form';

/** Tokens for a form of this browser and this scope (a pending's id, or `sign-out`). */
export function formTokens(
  deps: { readonly ring: KeyRing; readonly random: Random },
  portalCookie: string,
  scope: string,
): FormTokens {
  return { csrf: deps.ring.mac(purpose, bound(portalCookie, scope)), attempt: randomId(deps.random) };
}

/**
 * Reads a posted form; undefined for one that another site, another browser or another sign-in made, or that names a
 * field twice (CWE-352; two checks that fail apart: where it comes from, and a token bound to browser and sign-in).
 */
export async function readForm(
  ring: KeyRing,
  request: Request,
  expected: { readonly origin: string; readonly portalCookie: string; readonly scope: string },
): Promise<PostedForm | undefined> {
  const { headers } = request;
  const origin = headers.get('origin') ?? undefined;
  const site = headers.get('sec-fetch-site') ?? undefined;
  if (!isSameOrigin(expected.origin, origin, site)) return undefined;
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(headers.get('content-type') ?? '')) return undefined;
  const fields = new URLSearchParams(await request.text());
  if (new Set(fields.keys()).size !== fields.size) return undefined;
  const attempt = fields.get('attempt') ?? '';
  if (!/^[\w-]{22}$/.test(attempt)) return undefined;
  if (!ring.verifyMac(purpose, bound(expected.portalCookie, expected.scope), fields.get('csrf') ?? ''))
    return undefined;
  return { attempt, field: name => fields.get(name) ?? '' };
}

function bound(portalCookie: string, scope: string): string {
  return JSON.stringify([portalCookie, scope]);
}
