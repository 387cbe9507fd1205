import { describe, expect, it } from 'vitest';
import { demo } from '../preset/demo.ts';
import { dokuwiki } from '../preset/dokuwiki.ts';
import type { Preset } from '../preset/preset.ts';
import { roundcube } from '../preset/roundcube.ts';
import type { JarCookie } from '../visit/jar.ts';
import { type Answer, judge, proofIn, proofRemoved, type Verdict } from './judge.ts';

const cookie = (name: string, value: string, more: Partial<JarCookie> = {}): JarCookie => ({
  name,
  value,
  path: '/',
  expires: undefined,
  sameSite: 'Lax',
  ...more,
});
const auth = (value: string, more: Partial<JarCookie> = {}) => cookie('roundcube_sessauth', value, more);
const session = cookie('roundcube_sessid', 'x');
const answer = (status: number, cookies: readonly JarCookie[], location?: string): Answer => ({
  status,
  location,
  cookies,
});

describe('R01 judging what the app answered', () => {
  it.each<[string, Verdict, Preset, Answer]>([
    ['proof', 'proved', roundcube, answer(302, [session, auth('abc')])],
    ['-del- before the real one', 'proved', roundcube, answer(302, [auth('-del-'), session, auth('abc')])],
    ['the real one before -del-', 'failed', roundcube, answer(401, [auth('abc'), auth('-del-')])],
    ['the real one between two -del-', 'failed', roundcube, answer(401, [auth('-del-'), auth('abc'), auth('-del-')])],
    ['-del- alone', 'failed', roundcube, answer(401, [session, auth('-del-')])],
    ['an empty proof', 'failed', roundcube, answer(401, [auth('')])],
    ['proof under the status of a failure', 'proved', roundcube, answer(401, [auth('abc')])],
    ['proof with a 5xx', 'proved', roundcube, answer(500, [auth('abc')])],
    ['proof that expired long ago', 'proved', roundcube, answer(302, [auth('abc', { expires: 0 })])],
    [
      'proof for one path, removed for another',
      'proved',
      roundcube,
      answer(401, [auth('abc', { path: '/x' }), auth('-del-')]),
    ],
    [
      'removed for one path, proof for another',
      'proved',
      roundcube,
      answer(401, [auth('-del-'), auth('abc', { path: '/x' })]),
    ],
    ['no cookie at all', 'unjudged', roundcube, answer(401, [])],
    ['another status', 'unjudged', roundcube, answer(200, [auth('-del-')])],
    ['a 5xx', 'unjudged', roundcube, answer(503, [])],
    ['a redirect without proof', 'unjudged', roundcube, answer(302, [session], '/?_task=mail')],
    [
      'a cookie that only looks like the proof',
      'unjudged',
      roundcube,
      answer(401, [cookie('xroundcube_sessauth', 'a')]),
    ],
    ['DokuWiki: deleted', 'failed', dokuwiki, answer(403, [cookie(`DW${'0'.repeat(32)}`, 'deleted')])],
    [
      'DokuWiki: a proof of one name and a removal of another',
      'proved',
      dokuwiki,
      answer(403, [cookie(`DW${'0'.repeat(32)}`, 'deleted'), cookie(`DW${'1'.repeat(32)}`, 'x')]),
    ],
    [
      'DokuWiki: the other way round',
      'proved',
      dokuwiki,
      answer(403, [cookie(`DW${'1'.repeat(32)}`, 'x'), cookie(`DW${'0'.repeat(32)}`, 'deleted')]),
    ],
    [
      'an app without a mark of failure',
      'unjudged',
      { ...demo, failure: undefined },
      answer(401, [cookie('GPAUTH', 'weg')]),
    ],
  ])('%s: %s', (_title, verdict, preset, given) => {
    expect(judge(preset, given)).toBe(verdict);
  });

  it.each<[string | undefined, Verdict]>([
    ['/login?fout=1', 'failed'],
    ['/home', 'unjudged'],
    [undefined, 'unjudged'],
  ])('a failure that is known by Location %j: %s', (location, verdict) => {
    const preset: Preset = { ...demo, failure: { status: 302, location: /^\/login\?fout=1$/ } };
    expect(judge(preset, answer(302, [], location))).toBe(verdict);
  });

  it('says which proof it was: the last of its name', () => {
    expect(proofIn(roundcube, [auth('old'), session, auth('new')])?.value).toBe('new');
    expect(proofIn(roundcube, [session])).toBeUndefined();
  });

  it('a proof is removed where none is left that signs in', () => {
    expect(proofRemoved(roundcube, [])).toBe(false);
    expect(proofRemoved(roundcube, [session])).toBe(false);
    expect(proofRemoved(roundcube, [auth('-del-')])).toBe(true);
    expect(proofRemoved(roundcube, [auth('abc'), auth('-del-')])).toBe(true);
    expect(proofRemoved(roundcube, [auth('-del-'), auth('abc')])).toBe(false);
    expect(proofRemoved(roundcube, [auth('-del-'), auth('abc', { path: '/x' })])).toBe(false);
  });
});
