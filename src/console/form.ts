import type { KeyRing } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import { isSameOrigin } from '../signin/origin.ts';
import type { FormTokens } from '../ui/form.tsx';

/** A form that was posted from a page of the console, by the very browser and for the very place it was made for. */
export interface PostedForm {
  readonly attempt: string;
  /** The field's value; '' where it is missing. */
  field(name: string): string;
  /** Text of an uploaded file; undefined where there is none or it is empty. */
  file(name: string): Promise<string | undefined>;
}

const purpose = 'console-form';

/** `owner`: the session, or the browser on its way in; `place`: where the form is posted to. */
export function formTokens(
  deps: { readonly ring: KeyRing; readonly random: Random },
  owner: string,
  place: string,
): FormTokens {
  return { csrf: deps.ring.mac(purpose, JSON.stringify([owner, place])), attempt: randomId(deps.random) };
}

/**
 * Undefined for a form that another site, session or place made, or that names a field twice (CWE-352; two checks that
 * fail apart: where it comes from, and a token of one session and one place).
 */
export async function readForm(
  ring: KeyRing,
  request: Request,
  expected: { readonly origin: string; readonly owner: string; readonly place: string },
): Promise<PostedForm | undefined> {
  const { headers } = request;
  const origin = headers.get('origin') ?? undefined;
  const site = headers.get('sec-fetch-site') ?? undefined;
  if (!isSameOrigin(expected.origin, origin, site)) return undefined;
  const fields = await fieldsOf(request);
  if (fields === undefined || new Set(fields.keys()).size !== [...fields.keys()].length) return undefined;
  const field = (name: string) => textOf(fields.get(name));
  const attempt = field('attempt');
  if (!/^[\w-]{22}$/.test(attempt)) return undefined;
  const made = JSON.stringify([expected.owner, expected.place]);
  if (!ring.verifyMac(purpose, made, field('csrf'))) return undefined;
  return { attempt, field, file: name => fileOf(fields.get(name)) };
}

type Fields = URLSearchParams | FormData;

async function fieldsOf(request: Request): Promise<Fields | undefined> {
  const type = request.headers.get('content-type') ?? '';
  if (/^application\/x-www-form-urlencoded(?:;|$)/i.test(type)) return new URLSearchParams(await request.text());
  if (!/^multipart\/form-data;/i.test(type)) return undefined;
  // What cannot be read was not made by a browser.
  return request.formData().catch(() => undefined);
}

function textOf(value: File | string | null): string {
  return typeof value === 'string' ? value : '';
}

async function fileOf(value: File | string | null): Promise<string | undefined> {
  if (value === null || typeof value === 'string' || value.size === 0) return undefined;
  return value.text();
}
