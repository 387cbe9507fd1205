import { describe, expect, it } from 'vitest';
import type { AppSettings, RealmSettings, RouteSettings } from '../config/settings.ts';
import type { Factor, Person } from '../factor/person.ts';
import { usableAt } from '../factor/sent-code/usable.ts';
import { demo } from '../preset/demo.ts';
import { checkTexts } from './decide.ts';
import { type ExplainRequest, elsewhereText, explain, explanationText } from './explain.ts';
import { placeOf } from './explain-place.ts';

const now = 10_000_000;
const rule = (path: string, more: Partial<RouteSettings>): RouteSettings => ({
  path,
  methods: undefined,
  parameters: undefined,
  level: 2,
  maxAge: undefined,
  ...more,
});
const app: AppSettings = {
  id: 'post',
  title: 'Post',
  realm: 'gemeente',
  origin: 'https://post.gemeente.nl',
  upstream: {
    origin: 'http://127.0.0.1:1',
    ca: undefined,
    fingerprint: undefined,
    serverName: undefined,
    timeouts: { connect: 1, wait: 1, head: 1, body: 1 },
    waiting: 1,
    connections: 1,
  },
  preset: { ...demo, closed: [{ path: '/dav/*' }] },
  nameCharacters: '[a-z0-9._-]',
  level: 2,
  class: 'intern',
  routes: [
    rule('/beheer/*', { level: 3, groups: ['beheer'], class: 'vertrouwelijk' }),
    rule('/instellingen', { methods: ['POST'], maxAge: 600_000 }),
    rule('/blad', { parameters: { do: 'admin' }, level: 3 }),
    rule('/verslag', { levelFor: { beheer: 3 } }),
    rule('/kluis/*', { level: 4 }),
  ],
  helpLine: false,
};
const realm: RealmSettings = {
  name: 'gemeente',
  title: 'Gemeente',
  portalOrigin: 'https://sluis.gemeente.nl',
  portalPath: '',
  singleHost: false,
  domains: [],
  firstFactor: { 2: 'activation-code', 3: 'desk', 4: 'desk' },
  activationValidity: 1,
  desk: undefined,
  timeZone: 'Europe/Amsterdam',
  theme: { css: undefined, logo: undefined },
  names: undefined,
  groups: new Map([['beheer', ['bert']]]),
};
const settings = { apps: [app], realms: new Map([['gemeente', realm]]) };
const secret = 'GEZDGNBVGY3TQOJQ';
const totp: Factor = {
  id: 'f1',
  kind: 'totp',
  level: 2,
  label: 'Telefoon',
  boundAt: 1,
  boundBy: 'activation-code',
  lastUsedAt: undefined,
  credential: { secret },
};
const token: Factor = {
  ...totp,
  id: 'f2',
  kind: 'hardware-token',
  level: 3,
  label: 'A-1',
  credential: { serial: 'A-1', secret, algorithm: 'sha1', digits: 6, period: 30, counter: 0 },
};
const person = (name: string, ...factors: Factor[]): Person => ({
  id: `id-${name}`,
  realm: 'gemeente',
  name,
  createdAt: 1,
  factors,
  activation: undefined,
  recovery: undefined,
  setUps: [],
});

const keys = { allow: [], appId: undefined, metadataRoot: undefined };
const offers = {
  webauthn: { ...keys, metadata: '/mds.jwt' },
  approval: undefined,
  factors: { sms: undefined, email: undefined },
};

function of(url: string, request: Partial<ExplainRequest> = {}) {
  const place = placeOf(`https://post.gemeente.nl${url}`, settings);
  if (place?.kind !== 'app') throw new Error(`${url} is no page of the app`);
  const asked = { method: 'GET', user: undefined, level: undefined, factorAge: 0, now, offers, ...request };
  const found = explain(place, asked);
  return { ...found, text: explanationText(found) };
}
const asAnna = { user: { name: 'anna', person: person('anna', totp) } };
const asBert = { user: { name: 'bert', person: person('bert', totp) } };

describe('R50 explain', () => {
  it('asks the same decision as a request, and says each check', () => {
    const found = of('/postvak', asAnna);
    expect(found).toMatchObject({ outcome: 'allow', stranger: 'sign-in', demand: { level: 2 } });
    expect(found.checks.map(({ name, result }) => [name, result])).toEqual(
      checkTexts.map(({ name }) => [name, 'passed']),
    );
    expect(found.suffices).toEqual(['nothing more: she gets through']);
    for (const { name, description } of checkTexts) expect(found.text).toContain(`${name.padEnd(24)}${description}`);
  });

  it('R12 says whether a trusted device would do, and if not why', () => {
    const trust = { days: 30, level: 2, platforms: undefined, platformAuthenticator: false } as const;
    const answer = (url: string, more: Partial<ExplainRequest> = {}) => of(url, { trust, ...asAnna, ...more });
    expect(answer('/postvak').trustedDevice).toMatch(/^yes/);
    expect(answer('/postvak', { user: undefined }).trustedDevice).toMatch(/^yes/);
    expect(answer('/postvak', { trust: undefined }).trustedDevice).toContain('the configuration has no trust');
    expect(answer('/instellingen', { method: 'POST' }).trustedDevice).toContain('of the last 10 minutes');
    expect(answer('/kluis/x').trustedDevice).toContain('level 4 is demanded, and trust stands in for level 2 at most');
    const higher = { trust: { ...trust, level: 3 as const } };
    expect(answer('/blad?do=admin', higher).trustedDevice).toContain('by what she has stands in for level 2 at most');
    const withToken = { user: { name: 'anna', person: person('anna', token) } };
    expect(answer('/blad?do=admin', { ...higher, ...withToken }).trustedDevice).toMatch(/^yes/);
    const bare = { user: { name: 'anna', person: person('anna') } };
    expect(answer('/postvak', bare).trustedDevice).toContain('no factor that gives trust');
    // A page of another group is closed to her whatever she has.
    expect(answer('/beheer/x').text).not.toContain('trusted device');
    expect(answer('/postvak').text).toContain('With a trusted device\n  yes: in a browser that she trusts');
  });

  it('R20 counts a code by mail where the app takes one, and nowhere else', () => {
    const low = { ...settings, apps: settings.apps.map(app => ({ ...app, level: 1 as const })) };
    const place = placeOf('https://post.gemeente.nl/postvak', low);
    if (place?.kind !== 'app') throw new Error('no app');
    const mail: Factor = { ...totp, kind: 'email', level: 1, label: 'a•••@x.nl', credential: { address: 'a@x.nl' } };
    const user = { name: 'anna', person: person('anna', mail) };
    const ask = (word: 'demands-mfa' | 'same-password') => {
      const mailboxes = new Map([['post', { word, own: [] }]]);
      const usable = usableAt({ sms: undefined, email: { mailboxes } }, 'post');
      const request = { method: 'GET', user, level: undefined, factorAge: 10 * 3_600_000, now, usable, offers };
      const { suffices, person: found, outcome } = explain(place, request);
      return { suffices: suffices.join(), assumed: found?.assumed?.level, outcome };
    };
    const route = { path: '/*', level: 1 as const, methods: undefined, parameters: undefined, maxAge: 60_000 };
    Object.assign(place.app, { routes: [route] });
    const held = { suffices: expect.stringContaining('she has email "a•••@x.nl"'), assumed: 1, outcome: 'challenge' };
    expect(ask('demands-mfa')).toEqual(held);
    expect(ask('same-password')).toEqual({
      ...{ suffices: expect.stringContaining('she has none'), assumed: undefined, outcome: 'sign-in' },
    });
  });

  it('R03 says that nothing but the group would help, and what comes behind it is not asked', () => {
    const found = of('/beheer/x', asAnna);
    expect(found.outcome).toBe('deny');
    expect(found.checks.map(({ result }) => result)).toEqual([
      ...Array(5).fill('passed'),
      'failed',
      ...Array(2).fill('not-asked'),
    ]);
    expect(found.suffices).toEqual([
      'to be in beheer, and no factor instead: add anna to realms.gemeente.groups.beheer, if she belongs there',
    ]);
    expect(found.text).toContain('only people of beheer (class vertrouwelijk)');
  });

  it('R03 names the factors that reach the level, and how to give one to who has none', () => {
    const found = of('/beheer/x', asBert);
    expect(found).toMatchObject({ outcome: 'challenge', demand: { level: 3 }, person: { groups: ['beheer'] } });
    expect(found.suffices).toEqual([
      'level 3: a hardware token or a security key that proves its hardware; she has none: give one with',
      '  sluis tokens hand-out <serial> bert --realm gemeente',
      '  sluis users invite bert --level 4 --realm gemeente',
    ]);
    const withToken = of('/beheer/x', { user: { name: 'bert', person: person('bert', totp, token) }, level: 2 });
    expect(withToken.suffices).toEqual([
      'level 3: a hardware token or a security key that proves its hardware; she has hardware-token "A-1", and is asked for it',
    ]);
    expect(of('/beheer/x', { user: { name: 'bert', person: person('bert', totp, token) } }).outcome).toBe('allow');
  });

  it('R03 asks more of a group only', () => {
    expect(of('/verslag', asAnna).outcome).toBe('allow');
    expect(of('/verslag', asBert)).toMatchObject({ outcome: 'challenge', demand: { level: 3 } });
    expect(of('/verslag').demand.level).toBe(2);
    expect(of('/verslag').text).toContain('level 3 of people of beheer');
  });

  it('counts the age of the factor, and the method', () => {
    const old = { ...asAnna, factorAge: 700_000 };
    expect(of('/instellingen', { ...old, method: 'POST' })).toMatchObject({
      outcome: 'challenge',
      demand: { maxAge: 600_000 },
    });
    expect(of('/instellingen', { ...old, method: 'POST' }).suffices).toContain(
      'a factor passed in the last 10 minutes',
    );
    expect(of('/instellingen', { ...old, method: 'GET' }).outcome).toBe('allow');
    expect(of('/instellingen', { ...asAnna, method: 'POST', factorAge: 300_000 }).outcome).toBe('allow');
  });

  it.each(['/open/../beheer/x', '/open/..%2fbeheer/x', '//beheer/x', '/beheer;a=1/x', '/blad?do=admin&do=x'])(
    'R01 keeps %s as it was written, and shows each reading with its rule',
    url => {
      const found = of(url, asAnna);
      expect(found.demand.level).toBe(3);
      expect(found.rules.map(({ place }) => place)).toContain(`apps.post.routes.${url.startsWith('/blad') ? 2 : 0}`);
      expect(found.rules.length === 1 || found.text.includes('the strictest of all readings together')).toBe(true);
      expect(found.rules.flatMap(({ readings }) => readings).length).toBeGreaterThan(0);
    },
  );

  it('says so where there are more values than an honest request has', () => {
    const found = of(`/blad?${Array.from({ length: 80 }, (_none, n) => `do=${n}`).join('&')}`, asAnna);
    expect(found).toMatchObject({ rules: [], demand: { level: 4 } });
    expect(found.text).toContain('more values than an honest request has');
  });

  it('says what is public, and what a stranger gets', () => {
    expect(of('/login')).toMatchObject({ entry: 'login-page', stranger: 'allow', outcome: undefined, checks: [] });
    expect(of('/login').text).toContain("the app's login page");
    expect(of('/login', { method: 'POST' }).text).toContain("the app's sign-in");
    expect(of('/opmaak/stijl.css').text).toContain('a file that everybody may have');
    expect(of('/postvak').text).toContain('not public');
  });

  it('says that a door for programs is closed, with or without a session', () => {
    const found = of('/dav/anna', { user: { name: 'anna', person: person('anna', token) } });
    expect(found).toMatchObject({ outcome: 'deny', stranger: 'deny' });
    expect(found.suffices).toEqual(['nothing: this door for programs is closed to everybody']);
    expect(found.text).toContain('closed: a door for programs');
  });

  it('R50 of somebody without a second step: no session, and what to give her', () => {
    const found = of('/postvak', { user: { name: 'dirk', person: undefined } });
    expect(found).toMatchObject({ outcome: 'sign-in', person: { known: false, assumed: undefined } });
    expect(found.text).toContain('not known to Sluis');
    expect(found.suffices).toContain('  sluis users invite dirk --realm gemeente');
  });

  it('R50 says plainly that no factor of this release reaches a level', () => {
    expect(of('/kluis/x', asAnna).suffices[0]).toMatch(/^level 4: /);
  });

  it('shows no seed and no value of the query', () => {
    const found = of('/blad?do=admin&wachtwoord=Geheim-2026&code=123456', {
      user: { name: 'anna', person: person('anna', totp, token) },
    });
    expect(JSON.stringify(found)).not.toMatch(/Geheim|123456|GEZDG/);
    expect(found.text).toContain('(parameters: do, wachtwoord, code)');
  });
});

describe('where a URL leads', () => {
  it.each([
    ['https://sluis.gemeente.nl/p/x', /is the portal/],
    ['https://post.gemeente.nl/_sluis/next', /an address of Sluis itself/i],
    ['https://post.gemeente.nl/%5fsluis/next', /an address of Sluis itself/i],
    ['https://elders.nl/', /No app is served at elders\.nl.*https:\/\/post\.gemeente\.nl/],
    ['https://post.gemeente.nl:8443/', /No app is served at post\.gemeente\.nl:8443/],
  ])('says it of %s', (url, words) => {
    const place = placeOf(url, settings);
    if (place === undefined || place.kind === 'app') throw new Error(`${url} leads to ${place?.kind}`);
    expect(elsewhereText(place, settings)).toMatch(words);
  });

  it.each([
    '',
    'post.gemeente.nl',
    'ftp://post.gemeente.nl/',
    'https://',
    'https://anna:geheim@post.gemeente.nl/',
    'https://[x/',
    'javascript:alert(1)',
  ])('takes %j for none', url => {
    expect(placeOf(url, settings)).toBeUndefined();
  });

  it.each([
    ['https://POST.gemeente.nl:443?x', '/?x'],
    ['https://post.gemeente.nl/a#b', '/a'],
    ['https://post.gemeente.nl/k\u00e9 z', '/k%C3%A9%20z'],
    ['https://post.gemeente.nl/a/../b', '/a/../b'],
  ])('%s asks for %s', (url, raw) => {
    expect(placeOf(url, settings)).toMatchObject({ kind: 'app', target: { raw } });
  });
});
