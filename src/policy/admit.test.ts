import { describe, expect, it } from 'vitest';
import type { RouteSettings } from '../config/settings.ts';
import { demo } from '../preset/demo.ts';
import type { OpenSession } from '../session/sessions.ts';
import { type AppRules, admit } from './admit.ts';
import { readTarget } from './target.ts';

const now = 1_000_000;
const routes: readonly RouteSettings[] = [
  { path: '/beheer/*', methods: undefined, parameters: undefined, level: 2, maxAge: undefined, groups: ['beheer'] },
  { path: '/kas/*', methods: undefined, parameters: undefined, level: 2, maxAge: undefined, levelFor: { beheer: 3 } },
];
const app: AppRules = {
  settings: { preset: demo },
  realm: { name: 'gemeente', groups: new Map([['beheer', ['bert', 'kim']]]) },
  table: { level: 2, routes, folding: 'none' },
  stillTaken: () => true,
};
const sessions = { storeStanding: 'confirmed' as const, idleEnd: () => now + 1 };
const holds = { level: 2, factorAt: now, idleEnd: now + 1, absoluteEnd: now + 1 };

function sessionOf(name: string, realm = 'gemeente'): OpenSession {
  const times = { factorAt: now, beganAt: now, absoluteEnd: now + 1, lastSeen: now };
  const ids = { id: 'i', app: 'post', person: 'p', factor: 'f', identifier: 'x', sealKey: 'k' };
  return { session: { ...ids, ...times, realm, name, level: 2, previous: undefined, portal: undefined }, level: 2 };
}

function ask(target: string, who: Partial<Parameters<typeof admit>[1]>, destination?: string) {
  const asked = { app, method: 'GET', target: readTarget(target), entry: undefined, session: undefined, now };
  return admit(sessions, { ...asked, destination, ...who });
}

describe('R03 people of a group', () => {
  it.each([
    ['bert', 'allow'],
    ['kim', 'allow'],
    ['anna', 'deny'],
    ['Bert', 'deny'],
    ['bert ', 'deny'],
    ['beheer', 'deny'],
    ['', 'deny'],
    ['__proto__', 'deny'],
  ])('%s gets %s, in a session and at its release', (name, outcome) => {
    expect(ask('/beheer/x', { session: sessionOf(name) }).decision.outcome).toBe(outcome);
    expect(ask('/beheer/x', { person: { name, holds } }).decision.outcome).toBe(outcome);
  });

  it('R39 is nobody of another realm who has the same name there', () => {
    expect(ask('/beheer/x', { session: sessionOf('bert', 'elders') }).decision.outcome).toBe('sign-in');
    expect(ask('/', { session: sessionOf('bert', 'elders') }).decision.outcome).toBe('sign-in');
  });

  it("counts DAV's Destination as a target for the group too", () => {
    for (const destination of ['/beheer/x', 'http://post.localhost/beheer/x', '/open/..%2fbeheer/x']) {
      expect(ask('/open', { session: sessionOf('anna') }, destination).decision.outcome).toBe('deny');
      expect(ask('/open', { session: sessionOf('bert') }, destination).decision.outcome).toBe('allow');
    }
  });

  it('asks more of a group where the route says so, in the demand that a step-up goes by too', () => {
    expect(ask('/kas/x', { session: sessionOf('anna') })).toMatchObject({
      decision: { outcome: 'allow' },
      demand: { level: 2 },
    });
    expect(ask('/kas/x', { session: sessionOf('bert') })).toMatchObject({
      decision: { outcome: 'challenge' },
      demand: { level: 3, rule: '/kas/*' },
    });
    expect(ask('/kas/x', { person: { name: 'bert', holds } }).demand.level).toBe(3);
  });
});
