import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../kernel/random.ts';
import type { JarCookie } from './jar.ts';
import { SealedCookies, type SealOwner } from './sealed-cookies.ts';

const now = 1_000_000;
const sealed = new SealedCookies(systemRandom);
const key = Buffer.alloc(32, 7);
const visit: SealOwner = { app: 'webmail', id: 'visit:1', key };
const jarCookie = (more: Partial<JarCookie> = {}): JarCookie => ({
  name: 'roundcube_sessid',
  value: 'abc',
  path: '/',
  expires: undefined,
  sameSite: 'Lax',
  ...more,
});

type Browser = Map<string, string[]>;

/** What a browser holds after these lines; it takes no more than 4,096 bytes of name and value. */
function browser(lines: readonly string[], held: Browser = new Map()): Browser {
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    expect(name.length + value.length).toBeLessThanOrEqual(4096);
    if (/; Max-Age=0;/.test(line)) held.delete(name);
    else held.set(name, [value]);
  }
  return held;
}

const seal = (cookie: JarCookie, owner = visit, held?: Browser) =>
  browser(sealed.seal(owner, cookie, now, held?.keys()), held);
const names = (held: Browser) => [...held.keys()];
const partOf = (held: Browser, name: string) => held.get(name)?.[0] ?? '';

describe('sealed cookies', () => {
  it('come back whole from their owner, whatever they hold', () => {
    const text = fc.string({ unit: 'binary' }).map(raw => Buffer.from(raw).toString('latin1'));
    const any = fc.record<JarCookie>({
      name: fc.constantFrom('a', '__proto__', 'constructor', 'x.y', '__Host-sluis'),
      value: fc.oneof(
        text,
        fc.nat(9216).map(length => 'x'.repeat(length)),
      ),
      path: fc.constantFrom('/', '/a', '/a/b', '/é'),
      expires: fc.constantFrom(undefined, now + 1),
      sameSite: fc.constantFrom('Lax', 'Strict'),
    });
    fc.assert(
      fc.property(any, cookie => {
        expect(sealed.open(visit, seal(cookie), now)).toEqual({ jar: [cookie], stale: [] });
      }),
    );
  });

  it.each([
    [4067, 2],
    [9 * 1024, 4],
  ])('of %i bytes are split so that browsers keep them, and come back whole', (length, parts) => {
    const cookie = jarCookie({ value: 'v'.repeat(length) });
    const held = seal(cookie);
    expect(held.size).toBe(parts);
    expect(sealed.open(visit, held, now)).toEqual({ jar: [cookie], stale: [] });
    const shuffled: Browser = new Map([...held].reverse());
    expect(sealed.open(visit, shuffled, now).jar).toEqual([cookie]);
  });

  it('have names of ours that no script or sibling host can set or read, and show nothing', () => {
    const [line = ''] = sealed.seal(visit, jarCookie({ sameSite: 'Strict' }), now);
    expect(line).toMatch(/^__Host-s\.[\w-]{6}\.[\w-]{12}\.0=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    expect(sealed.seal(visit, jarCookie(), now)[0]).toMatch(/SameSite=Lax$/);
    expect(sealed.seal(visit, jarCookie(), now)[0]).not.toBe(sealed.seal(visit, jarCookie(), now)[0]);
  });

  it('keep the cookies of one app apart by name and path', () => {
    const cookies = [jarCookie(), jarCookie({ path: '/x' }), jarCookie({ name: 'other' })];
    const held: Browser = new Map();
    for (const cookie of cookies) seal(cookie, visit, held);
    expect(held.size).toBe(3);
    expect(sealed.open(visit, held, now).jar).toEqual(cookies);
  });

  it('that have ended are not sent on, to the millisecond', () => {
    const held = seal(jarCookie({ expires: now + 10 }));
    expect(sealed.open(visit, held, now + 9).jar).toHaveLength(1);
    expect(sealed.open(visit, held, now + 10).jar).toEqual([]);
  });

  it('that end take all their parts out of the browser', () => {
    const held = seal(jarCookie({ value: 'v'.repeat(9000) }));
    expect(held.size).toBeGreaterThan(2);
    expect(seal(jarCookie({ value: '', expires: now }), visit, held).size).toBe(0);
  });

  it('that become shorter take the parts left over out, and only those', () => {
    const held = seal(jarCookie({ value: 'v'.repeat(9000) }));
    seal(jarCookie({ name: 'other' }), visit, held);
    const shorter = jarCookie({ value: 'short' });
    seal(shorter, visit, held);
    expect(held.size).toBe(2);
    expect(sealed.open(visit, held, now)).toEqual({ jar: [shorter, jarCookie({ name: 'other' })], stale: [] });
  });

  it('with parts left over come back all the same, and the parts are named as stale', () => {
    const long = seal(jarCookie({ value: 'v'.repeat(9000) }));
    const short = seal(jarCookie());
    const mixed: Browser = new Map([...long, ...short]);
    const opened = sealed.open(visit, mixed, now);
    expect(opened.jar).toEqual([jarCookie()]);
    expect(opened.stale.toSorted()).toEqual(names(long).slice(1).toSorted());
  });
});

describe('R01 sealed cookies are worthless', () => {
  const bodies: readonly [string, (held: Browser) => void][] = [
    ['without a part', held => held.delete(names(held)[1] ?? '')],
    ['without the first part', held => held.delete(names(held)[0] ?? '')],
    ['with two parts swapped', held => swap(held, names(held)[0] ?? '', names(held)[1] ?? '')],
    ['with a part twice', held => held.set(names(held)[1] ?? '', [partOf(held, names(held)[0] ?? '')])],
    ['with a name that comes twice', held => held.get(names(held)[0] ?? '')?.push('evil')],
    [
      'with a name that comes twice alike',
      held => held.get(names(held)[0] ?? '')?.push(partOf(held, names(held)[0] ?? '')),
    ],
    [
      'with a part of another value of the same cookie',
      held => {
        const other = seal(jarCookie({ value: 'w'.repeat(9000) }));
        const [, second = ''] = names(held);
        held.set(second, [partOf(other, second)]);
      },
    ],
    [
      'with a part of another value under the same value id',
      held => {
        const other = seal(jarCookie({ value: 'w'.repeat(9000) }));
        const [, second = ''] = names(held);
        const id = partOf(held, second).split('.')[0];
        held.set(second, [partOf(other, second).replace(/^[^.]+/, id ?? '')]);
      },
    ],
    ['with fewer parts claimed', held => rewrite(held, value => value.replace(/^([^.]+)\.\d+/, '$1.3'))],
    ['with more parts claimed', held => rewrite(held, value => value.replace(/^([^.]+)\.\d+/, '$1.5'))],
    ['with no parts claimed', held => rewrite(held, value => value.replace(/^([^.]+)\.\d+/, '$1.0'))],
    ['with very many parts claimed', held => rewrite(held, value => value.replace(/^([^.]+)\.\d+/, '$1.999999999'))],
    ['with another value id', held => rewrite(held, value => value.replace(/^[^.]+/, 'AAAAAAAA'))],
    ['cut short', held => rewrite(held, value => value.slice(0, -4))],
    ['empty', held => rewrite(held, () => '')],
    ['of one character', held => rewrite(held, () => '.')],
    [
      'with another key',
      held =>
        rewrite(held, (_value, i) =>
          partOf(
            seal(jarCookie({ value: 'v'.repeat(9000) }), { ...visit, key: Buffer.alloc(32, 8) }),
            names(held)[i] ?? '',
          ),
        ),
    ],
  ];

  it.each(bodies)('%s', (_title, harm) => {
    const held = seal(jarCookie({ value: 'v'.repeat(9000) }));
    expect(held.size).toBe(4);
    harm(held);
    const { jar, stale } = sealed.open(visit, held, now);
    expect(jar).toEqual([]);
    expect(stale.toSorted()).toEqual(names(held).toSorted());
  });

  it('when any character of one is another', () => {
    const held = seal(jarCookie());
    const [name = ''] = names(held);
    const value = partOf(held, name);
    for (let i = 0; i < value.length; i += 1) {
      const changed = `${value.slice(0, i)}${value[i] === 'A' ? 'g' : 'A'}${value.slice(i + 1)}`;
      expect(sealed.open(visit, new Map([[name, [changed]]]), now).jar).toEqual([]);
    }
  });

  it.each<[string, JarCookie, JarCookie]>([
    ['name', jarCookie(), jarCookie({ name: 'roundcube_sessauth' })],
    ['path', jarCookie(), jarCookie({ path: '/public' })],
  ])('under another %s', (_what, one, other) => {
    const held = new Map([...seal(one), ...seal(other)]);
    const [first = '', second = ''] = names(held);
    swap(held, first, second);
    expect(sealed.open(visit, held, now)).toEqual({ jar: [], stale: [first, second] });
  });

  it.each<[string, SealOwner]>([
    ['visit', { ...visit, id: 'visit:2' }],
    ['session', { ...visit, id: 'session:1' }],
    ['app', { ...visit, app: 'wiki' }],
    ['key', { ...visit, key: Buffer.alloc(32, 8) }],
  ])('for another %s, under their names and under its own', (_what, other) => {
    const held = seal(jarCookie());
    const [name = ''] = names(held);
    expect(sealed.open(other, held, now)).toEqual({ jar: [], stale: [name] });
    expect(SealedCookies.belongsTo(visit, name)).toBe(true);
    expect(SealedCookies.belongsTo(other, name)).toBe(false);
    const own = names(seal(jarCookie(), other))[0] ?? '';
    expect(sealed.open(other, new Map([[own, [partOf(held, name)]]]), now)).toEqual({ jar: [], stale: [own] });
  });

  it('leave names alone that are not theirs', () => {
    const others: Browser = new Map([
      ['a', ['b']],
      ['__Host-sluis', ['x']],
      ['__Host-s.x', ['y']],
    ]);
    expect(sealed.open(visit, others, now)).toEqual({ jar: [], stale: [] });
  });

  it('never throw, whatever the browser sends', () => {
    const [own = ''] = names(seal(jarCookie()));
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 3 }), fc.nat(99), (values, part) => {
        const held: Browser = new Map([[own.replace(/\d+$/, String(part)), values]]);
        expect(sealed.open(visit, held, now).jar).toEqual([]);
      }),
    );
  });
});

function swap(held: Browser, one: string, other: string): void {
  const value = partOf(held, one);
  held.set(one, [partOf(held, other)]);
  held.set(other, [value]);
}

function rewrite(held: Browser, change: (value: string, index: number) => string): void {
  for (const [index, name] of names(held).entries()) held.set(name, [change(partOf(held, name), index)]);
}
