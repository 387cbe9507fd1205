import { hmac, openWith, sealWith } from '../kernel/key-ring.ts';
import { type Random, randomId } from '../kernel/random.ts';
import type { JarCookie } from './jar.ts';

/** Who may open: a visit under its derived key, or a session under the random key of its record. */
export interface SealOwner {
  readonly app: string;
  /** `visit:…` or `session:…`. */
  readonly id: string;
  readonly key: Buffer;
}

export interface OpenedCookies {
  readonly jar: readonly JarCookie[];
  /** Browser cookies of ours that do not open: of other visits, mixed, altered. To be deleted, never sent on. */
  readonly stale: readonly string[];
}

/** Browsers stop at 4,096 bytes of name and value; base64 takes a third, nonce, tag and our name the rest. */
const partSize = 2_800;
const prefix = '__Host-s.';
const shape = /^__Host-s\.([A-Za-z0-9_-]{6})\.([A-Za-z0-9_-]{12})\.(\d{1,2})$/;

/**
 * Sealed cookies: what an app sets, as the browser gets it. AES-256-GCM, bound to app, owner, name, path, value id,
 * part i of n; under names of our own with `__Host-`, so that neither script nor sibling host can plant one
 * (RFC 6265bis 4.1.3.2). Worthless outside their visit or session.
 */
export class SealedCookies {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Set-Cookie lines for one cookie of the app. An expired one deletes. `previous` names what the browser holds, so that parts left over go too. */
  seal(owner: SealOwner, cookie: JarCookie, now: number, previous: Iterable<string> = []): string[] {
    const slot = slotOf(owner, cookie);
    const base = `${prefix}${tagOf(owner)}.${slot}.`;
    const gone = cookie.expires !== undefined && cookie.expires <= now;
    const parts = gone ? [] : this.#parts(owner, slot, cookie);
    const kept = new Set(parts.map((_part, i) => `${base}${i}`));
    const left = gone ? [`${base}0`, ...previous] : [...previous];
    const deletions = [...new Set(left)].filter(name => name.startsWith(base) && !kept.has(name)).map(deletion);
    return [...parts.map((part, i) => this.#line(`${base}${i}`, part, cookie.sameSite)), ...deletions];
  }

  /** Opens what belongs to this owner. Names that are not ours at all are not looked at. */
  open(owner: SealOwner, cookies: ReadonlyMap<string, readonly string[]>, now: number): OpenedCookies {
    const tag = tagOf(owner);
    const slots = new Map<string, { name: string; index: number; value: string }[]>();
    const stale: string[] = [];
    for (const [name, values] of cookies) {
      const match = shape.exec(name);
      if (match === null) continue;
      const [, foundTag, slot = '', index] = match;
      const value = values[0];
      // A name that comes twice was planted by somebody: neither value counts.
      if (foundTag !== tag || values.length !== 1 || value === undefined) stale.push(name);
      else slots.set(slot, [...(slots.get(slot) ?? []), { name, index: Number(index), value }]);
    }
    const jar: JarCookie[] = [];
    for (const [slot, parts] of slots) {
      const { cookie, unused } = openSlot(owner, slot, parts);
      stale.push(...unused);
      if (cookie !== undefined && (cookie.expires === undefined || cookie.expires > now)) jar.push(cookie);
    }
    return { jar, stale };
  }

  /** Whether a browser cookie is a sealed one, of whatever owner. */
  static isSealed(name: string): boolean {
    return name.startsWith(prefix);
  }

  static belongsTo(owner: SealOwner, name: string): boolean {
    return name.startsWith(`${prefix}${tagOf(owner)}.`);
  }

  #parts(owner: SealOwner, slot: string, cookie: JarCookie): string[] {
    const text = Buffer.from(JSON.stringify(cookie));
    const count = Math.max(1, Math.ceil(text.length / partSize));
    const valueId = randomId(this.#random, 6);
    return Array.from({ length: count }, (_none, i) => {
      const piece = text.subarray(i * partSize, (i + 1) * partSize);
      const aad = place(owner, slot, valueId, i, count);
      return `${valueId}.${count}.${sealWith(owner.key, piece, aad, this.#random).toString('base64url')}`;
    });
  }

  #line(name: string, value: string, sameSite: JarCookie['sameSite']): string {
    return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}`;
  }
}

export function deletion(name: string): string {
  return `${name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`;
}

function openSlot(
  owner: SealOwner,
  slot: string,
  parts: readonly { name: string; index: number; value: string }[],
): { cookie: JarCookie | undefined; unused: string[] } {
  const first = parts.find(part => part.index === 0);
  const [valueId = '', count = ''] = first?.value.split('.') ?? [];
  const total = Number(count);
  const pieces = Array.from({ length: total > 0 && total <= 8 ? total : 0 }, (_none, i) => {
    const part = parts.find(candidate => candidate.index === i && candidate.value.startsWith(`${valueId}.${count}.`));
    const sealed = part?.value.slice(valueId.length + count.length + 2) ?? '';
    return openWith(owner.key, Buffer.from(sealed, 'base64url'), place(owner, slot, valueId, i, total));
  });
  const cookie = pieces.length === 0 ? undefined : readCookie(owner, slot, pieces);
  const unused = parts.filter(part => cookie === undefined || part.index >= total).map(part => part.name);
  return { cookie, unused };
}

function readCookie(owner: SealOwner, slot: string, pieces: readonly (Buffer | undefined)[]): JarCookie | undefined {
  const whole: Buffer[] = [];
  for (const piece of pieces) {
    if (piece === undefined) return undefined;
    whole.push(piece);
  }
  const cookie = JSON.parse(Buffer.concat(whole).toString('utf8')) as JarCookie;
  return slotOf(owner, cookie) === slot ? cookie : undefined;
}

function tagOf(owner: SealOwner): string {
  return hmac(owner.key, `tag\n${owner.app}\n${owner.id}`).slice(0, 6);
}

function slotOf(owner: SealOwner, cookie: Pick<JarCookie, 'name' | 'path'>): string {
  return hmac(owner.key, `slot\n${cookie.name}\n${cookie.path}`).slice(0, 12);
}

function place(owner: SealOwner, slot: string, valueId: string, i: number, n: number): string {
  return [owner.app, owner.id, slot, valueId, i, n].join('\n');
}
