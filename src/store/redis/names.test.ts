import { describe, expect, it } from 'vitest';
import { answerOf, endsOf, Names } from './names.ts';

/** Redis Cluster specification, "Hash tags". */
function hashed(name: string): string {
  const open = name.indexOf('{');
  const close = name.indexOf('}', open + 1);
  return open < 0 || close <= open + 1 ? name : name.slice(open + 1, close);
}

const names = new Names('sluis:');
const keys = [
  'person:{p1}',
  'attempts:{a}:pool:unknown',
  'handoff:abc',
  '{x}',
  'x',
  '{}',
  '{',
  '}x',
  'a{}b',
  'a}b{c',
  '%7B',
];

describe('names in Redis', () => {
  it.each(keys)('keep what one step touches under one tag: %s', key => {
    const name = names.of('set', key);
    expect(hashed(name)).not.toBe(name);
    expect([hashed(endsOf(name)), hashed(answerOf(name, 'r'))]).toEqual([hashed(name), hashed(name)]);
  });

  it('keep together what the key itself keeps together, whatever sort it is', () => {
    expect(hashed(names.of('record', 'person:{p1}'))).toBe('p1');
    expect(hashed(names.of('mark', 'totp-step:{p1}:f'))).toBe('p1');
  });

  it('differ where keys, sorts or prefixes differ', () => {
    const all = keys.flatMap(key => [
      names.of('record', key),
      names.of('mark', key),
      new Names('other:').of('record', key),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('take no prefix that would become the tag', () => {
    expect(() => new Names('{sluis}:')).toThrow(TypeError);
  });
});
