import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { SessionTokens } from './token.ts';

const start = Date.UTC(2026, 10, 22, 9);
const end = start + 60_000;
const key = (id: string, byte: number) => ({ id, secret: Buffer.alloc(32, byte) });
const ring = new KeyRing([key('k1', 1)], systemRandom);
const claims = { session: 'S'.repeat(22), identifier: 'I'.repeat(43), app: 'webmail' };
const at = (now: number, keys = ring) => new SessionTokens(keys, { now: () => now });
const part = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Record<string, unknown>;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Forgery {
  readonly head?: Record<string, unknown>;
  readonly body?: Record<string, unknown>;
  readonly bytes?: Buffer | undefined;
}

/** Signed with the right key unless told otherwise, right in everything but what is given. */
function forge({ head = {}, body = {}, bytes = ring.derive('session cookie') }: Forgery): Promise<string> {
  const times = { iat: start / 1000, exp: end / 1000 };
  return new SignJWT({ iss: 'sluis', aud: 'webmail', jti: claims.identifier, sid: claims.session, ...times, ...body })
    .setProtectedHeader({ alg: 'HS256', typ: 'sluis-session+jwt', kid: 'k1', ...head })
    .sign(bytes ?? Buffer.alloc(32));
}

describe('R-D4 a session cookie', () => {
  it('says random ids and times and nothing of the person', async () => {
    const token = await at(start).sign(claims, end);
    expect(part(token, 0)).toEqual({ alg: 'HS256', typ: 'sluis-session+jwt', kid: 'k1' });
    expect(part(token, 1)).toEqual({
      sid: claims.session,
      jti: claims.identifier,
      iss: 'sluis',
      aud: 'webmail',
      iat: start / 1000,
      exp: end / 1000,
    });
  });

  it('is read until its end and not at it', async () => {
    const token = await at(start).sign(claims, end);
    expect(await at(end - 1).verify(token, 'webmail')).toEqual(claims);
    expect(await at(end).verify(token, 'webmail')).toBeUndefined();
  });

  it('the forgery of these tests is accepted while nothing is wrong with it', async () => {
    expect(await at(start).verify(await forge({}), 'webmail')).toEqual(claims);
  });

  it.each<[string, Forgery]>([
    ['another type (a token of ours for something else)', { head: { typ: 'JWT' } }],
    ['no type', { head: { typ: undefined } }],
    [
      'another algorithm',
      {
        head: { alg: 'HS384' },
        bytes: Buffer.concat([ring.derive('session cookie') ?? Buffer.alloc(0), Buffer.alloc(16)]),
      },
    ],
    ['an unknown key id', { head: { kid: 'k2' } }],
    ['no key id', { head: { kid: undefined } }],
    ['an extension that must be understood', { head: { crit: ['exp'] } }],
    ['the key of another purpose', { bytes: ring.derive('visit') }],
    ['the secret of the ring itself', { bytes: Buffer.alloc(32, 1) }],
    ['another app', { body: { aud: 'wiki' } }],
    ['no app', { body: { aud: undefined } }],
    ['another issuer', { body: { iss: 'other' } }],
    ['no end', { body: { exp: undefined } }],
    ['no beginning', { body: { iat: undefined } }],
    ['no identifier', { body: { jti: undefined } }],
    ['no session', { body: { sid: undefined } }],
    ['a session that is no text', { body: { sid: 7 } }],
    ['a time before which it does not count', { body: { nbf: end / 1000 } }],
  ])('rule 2 is refused with %s', async (_title, forgery) => {
    const token = await forge(forgery).catch(() => undefined);
    expect(token === undefined ? undefined : await at(start).verify(token, 'webmail')).toBeUndefined();
  });

  it('rule 2 is refused without a signature, whatever its head says', async () => {
    const [head = '', body = '', signature = ''] = (await at(start).sign(claims, end)).split('.');
    const none = encode({ alg: 'none', typ: 'sluis-session+jwt', kid: 'k1' });
    for (const token of [
      `${none}.${body}.`,
      `${none}.${body}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `.${body}.${signature}`,
      '',
      '..',
    ]) {
      expect(await at(start).verify(token, 'webmail')).toBeUndefined();
    }
  });

  it('rule 2 is refused when any character of it is another', async () => {
    const token = await at(start).sign(claims, end);
    for (let i = 0; i < token.length; i += 1) {
      // Of the last character two bits are padding: the change is in the first bits.
      const other = token[i] === 'A' ? 'g' : 'A';
      const changed = `${token.slice(0, i)}${other}${token.slice(i + 1)}`;
      expect(await at(start).verify(changed, 'webmail')).toBeUndefined();
    }
  });

  it('is signed with the first key of the ring and read with all of them', async () => {
    const old = await at(start).sign(claims, end);
    const rotated = new KeyRing([key('k2', 2), key('k1', 1)], systemRandom);
    expect(await at(start, rotated).verify(old, 'webmail')).toEqual(claims);
    expect(part(await at(start, rotated).sign(claims, end), 0)).toMatchObject({ kid: 'k2' });
    const gone = new KeyRing([key('k2', 2)], systemRandom);
    expect(await at(start, gone).verify(old, 'webmail')).toBeUndefined();
    const renamed = new KeyRing([key('k1', 2)], systemRandom);
    expect(await at(start, renamed).verify(old, 'webmail')).toBeUndefined();
  });
});
