import { expect, it } from 'vitest';
import { changedFiles, changedKeys } from './changed.ts';

it.each<[string, unknown, unknown, string[]]>([
  ['nothing', { a: { b: [1] } }, { a: { b: [1] } }, []],
  ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  [
    'a value',
    { apps: { post: { level: 2, title: 'a' } } },
    { apps: { post: { level: 3, title: 'a' } } },
    ['apps.post.level'],
  ],
  ['what was added', { apps: {} }, { apps: { wiki: { level: 2, title: 'a' } } }, ['apps.wiki']],
  ['what was taken away', { a: 1, b: { c: 1 } }, { a: 1 }, ['b']],
  ['a list', { a: [1, 2] }, { a: [2, 1] }, ['a']],
  ['another kind', { a: [1] }, { a: { b: 1 } }, ['a']],
])('tells of %s by path, without values', (_title, before, after, expected) => {
  expect(changedKeys(before, after)).toEqual(expected);
});

it('of files, those that were there and hold something else', () => {
  const before = new Map([
    ['a', '1'],
    ['b', '2'],
    ['gone', '3'],
  ]);
  expect(
    changedFiles(
      before,
      new Map([
        ['a', '1'],
        ['b', '9'],
        ['fresh', '4'],
      ]),
    ),
  ).toEqual(['b']);
});
