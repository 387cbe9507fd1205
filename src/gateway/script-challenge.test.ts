import { describe, expect, it } from 'vitest';
import type { Demand } from '../policy/route.ts';
import { readTarget } from '../policy/target.ts';
import type { Head } from './head.ts';
import { challengeHeader, scriptChallenge } from './script-challenge.ts';

function asked(target: string, method = 'POST') {
  return { head: { method } as Head, target: readTarget(target) };
}
const demand: Demand = { level: 3, maxAge: 90_500, groups: [], rule: '(default)' };

/** `Sluis-Challenge` as its grammar says: a kind, then parameters. */
const grammar =
  /^(?:step-up; level=[1-4](?:; max-age=\d+)?|sign-in); url="\/_sluis\/challenge(?:\?method=[A-Z]+&target=[A-Za-z0-9%._~!*'()-]*)?"$/;

describe('R25: what a script is told', () => {
  it.each(['/', '/a?b=c&d="e"', "/x';--", '/é'.normalize(), '/a\\b', `/${'a'.repeat(1_200)}`, '/%22%0x;,'])(
    'of %.30s keeps to its grammar',
    target => {
      expect(challengeHeader(asked(target), { kind: 'step-up', demand })).toMatch(grammar);
    },
  );

  it('says the same in the body', () => {
    const told = scriptChallenge(asked('/api?x=1'), { kind: 'step-up', demand });
    const url = '/_sluis/challenge?method=POST&target=%2Fapi%3Fx%3D1';
    expect(told.status).toBe(401);
    expect(told.headers['sluis-challenge']).toBe(`step-up; level=3; max-age=90; url="${url}"`);
    expect(JSON.parse(told.body)).toEqual({ error: 'step-up', level: 3, maxAge: 90, url });
    expect(told.headers).toMatchObject({
      'content-type': expect.stringContaining('json'),
      'cache-control': 'no-store',
    });
  });

  it('of a sign-in', () => {
    const told = scriptChallenge(asked('/api'), { kind: 'sign-in' });
    expect(told.headers['sluis-challenge']).toMatch(grammar);
    expect(JSON.parse(told.body)).toEqual({ error: 'signed-out', url: '/_sluis/challenge' });
  });
});
