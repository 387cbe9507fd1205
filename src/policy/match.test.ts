import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth } from '../../test/support/effort.ts';
import { demo } from '../preset/demo.ts';
import { dokuwiki } from '../preset/dokuwiki.ts';
import type { Preset, RequestMark } from '../preset/preset.ts';
import { roundcube } from '../preset/roundcube.ts';
import { entryOf, isSignedOutAnswer, matchesAny, matchesMark, seenParameters } from './match.ts';
import { readTarget } from './target.ts';

const entry = (preset: Preset, target: string, method = 'GET') => entryOf(preset, method, readTarget(target));

describe('R01 what a preset opens to people without a session', () => {
  it.each<[Preset, string, string, string]>([
    [roundcube, 'GET', '/?_task=login', 'login-page'],
    [roundcube, 'HEAD', '/?_err=session&_task=login', 'login-page'],
    [roundcube, 'GET', '/', 'login-page'],
    [roundcube, 'GET', '/skins/elastic/styles/styles.min.css?s=1', 'asset'],
    [roundcube, 'GET', '/program/js/app.min.js?1699116754', 'asset'],
    [roundcube, 'GET', '/program/js/tinymce-6.1/v1.2.3/x.min.js', 'asset'],
    [roundcube, 'POST', '/?_task=login', 'sign-in'],
    [roundcube, 'POST', '/?_task=mail', 'sign-in'],
    [dokuwiki, 'GET', '/doku.php?id=start&do=login&sectok=', 'login-page'],
    [dokuwiki, 'GET', '/lib/exe/css.php?t=dokuwiki&tseed=1', 'asset'],
    [demo, 'GET', '/login', 'login-page'],
  ])('%o %s %s is a %s', (preset, method, target, expected) => {
    expect(entry(preset, target, method)).toBe(expected);
  });

  it.each<[Preset, string]>([
    [roundcube, '/?_task=mail'],
    [roundcube, '/?_task=login&_action=login'],
    [roundcube, '/?_task=login&_task=mail'],
    [roundcube, '/?_task=mail&_task=login'],
    [roundcube, '/?_task=login&.task=mail'],
    [roundcube, '/?_task=login&_task[]=mail'],
    [roundcube, '/?_task=login;_task=mail'],
    [roundcube, '/?_task=login;'],
    [roundcube, '/?_task=login%00'],
    [roundcube, '/?_task=login%0a'],
    [roundcube, '/?_task=login&__proto__=x'],
    [roundcube, '/?_task=login&toString'],
    [roundcube, '/?_task=login&_err='],
    [roundcube, '/index.php?_task=login'],
    [roundcube, '/index.php/x.css'],
    [roundcube, '/skins/elastic/'],
    [roundcube, '/skins/elastic/x.php'],
    [roundcube, '/skins/elastic/x.php/y.css'],
    [roundcube, '/skins/elastic/.htaccess.css'],
    [roundcube, '/skins/elastic/templates/login.html'],
    [roundcube, '/skins/elastic/x.css.map'],
    [roundcube, '/skins/elastic/x.css/'],
    [roundcube, '/skins/elastic/x.css?_task=mail'],
    [roundcube, '/skins/elastic/x.css?s=1&_user=anna'],
    [roundcube, '/skins/elastic/x.css?1=x'],
    [roundcube, '/skins/elasticx/x.css'],
    [roundcube, '/SKINS/elastic/x.css'],
    [dokuwiki, '/doku.php?do=login'],
    [dokuwiki, '/doku.php?id=start'],
    [dokuwiki, '/doku.php?id=geheim&do=login'],
    [dokuwiki, '/doku.php?id=start&do=login&u=anna&p=x'],
    [dokuwiki, '/lib/exe/css.php/x?t=1'],
    [dokuwiki, '/lib/exe/css.phpx'],
    [dokuwiki, '/lib/tpl/dokuwiki/main.php'],
    [demo, '/login?x'],
    [demo, '/login/'],
    [demo, '/Login'],
  ])('%o %s is not open', (preset, target) => {
    expect(entry(preset, target)).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE', 'get', ''])(
    '%j opens no page and no file',
    method => {
      for (const target of ['/skins/elastic/x.css', '/?_task=login']) {
        expect(entry(roundcube, target, method)).toBe(
          method === 'POST' && target.startsWith('/?') ? 'sign-in' : undefined,
        );
      }
    },
  );

  it.each(['GET', 'PUT', 'post'])('%s is no sign-in', method => {
    expect(entry(dokuwiki, '/doku.php?id=start', method)).toBeUndefined();
  });

  it.each([
    '//login',
    '/./login',
    '/x/../login',
    '/log%69n',
    '/login;x',
    '/login%3bx',
    '\\login',
    '/login%00',
    '/opmaak/x.css;y.css',
    '/opmaak/%2e%2e/x.css',
    '/opmaak/..%2fpostvak/x.css',
    '/opmaak//x.css',
    'http://post.localhost/login',
  ])('rule 2 %s has more than one reading, so it is not open', target => {
    for (const method of ['GET', 'HEAD', 'POST']) expect(entry(demo, target, method)).toBeUndefined();
  });

  it.each(['/open/..%2fsecret', '/open/%2e%2e/secret', '/open/x;y', '/open//x', '/open/../secret'])(
    'rule 2 %s is not open, however loose the pattern of the preset is',
    target => {
      const loose: Preset = { ...demo, assets: [{ path: '/open/', file: /^.*$/ }] };
      expect(entry(loose, '/open/x')).toBe('asset');
      expect(entry(loose, target)).toBeUndefined();
    },
  );

  it('rule 2 nothing with more than one reading is open, whatever the preset', () => {
    const pieces = fc.constantFrom(
      '/',
      'login',
      'opmaak',
      'x.css',
      '.',
      '..',
      '%2e',
      '%2f',
      '%00',
      ';',
      '\\',
      '?',
      'doku.php',
      'id=start',
      '&',
      'do=login',
    );
    const presets = fc.constantFrom(demo, dokuwiki, roundcube);
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 8 }),
        presets,
        fc.constantFrom('GET', 'HEAD', 'POST'),
        (parts, preset, method) => {
          const target = readTarget(`/${parts.join('')}`);
          if (!target.plain) expect(entryOf(preset, method, target)).toBeUndefined();
        },
      ),
    );
  });
});

describe('marks of a preset', () => {
  const marks = (mark: RequestMark, target: string, method = 'GET', folding: 'php' | 'none' = 'php') => {
    const read = readTarget(target);
    return matchesMark(mark, method, read, seenParameters(read.query, folding));
  };

  it.each([
    '/lib/exe/xmlrpc.php',
    '/lib/exe/xmlrpc.php/x',
    '/LIB/exe/XMLRPC.php',
    '//lib/exe/xmlrpc.php',
    '/lib/exe/%78mlrpc.php',
    '/x/..%2flib/exe/jsonrpc.php',
    '/lib\\exe\\xmlrpc.php',
    '/lib/exe/xmlrpc.php;x',
  ])('R01 %s is a closed door in any reading', target => {
    expect(matchesAny(dokuwiki.closed, 'POST', readTarget(target), new Map())).toBe(true);
  });

  it('match a path exactly unless they end in a star', () => {
    expect([marks({ path: '/a' }, '/a'), marks({ path: '/a' }, '/ab'), marks({ path: '/a*' }, '/ab')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(marks({ path: '/a' }, '/b')).toBe(false);
  });

  it('match their methods only', () => {
    expect([
      marks({ path: '/', methods: ['POST'] }, '/', 'POST'),
      marks({ path: '/', methods: ['POST'] }, '/'),
    ]).toEqual([true, false]);
  });

  it.each([
    ['/?_task=logout', true],
    ['/?.task=logout', true],
    ['/?_task=mail&_task=logout', true],
    ['/?_task[]=logout', true],
    ['/?_task=logoutx', false],
    ['/?task=logout', false],
    ['/', false],
  ])('of a parameter take one value of several, after folding: %s %s', (target, expected) => {
    expect(marks({ path: '/', parameters: { _task: 'logout' } }, target)).toBe(expected);
  });

  it('need every parameter, by text or by pattern', () => {
    const mark = { path: '/', parameters: { a: '1', b: /^[23]$/ } };
    expect(['/?a=1&b=3', '/?a=1', '/?b=3', '/?a=1&b=4'].map(target => marks(mark, target))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(marks({ path: '/', parameters: { '.a': '1' } }, '/?.a=1', 'GET', 'none')).toBe(true);
  });
});

describe("the app's own signed-out answer", () => {
  const says = (preset: Preset, status: number, headers: Record<string, string> = {}) =>
    isSignedOutAnswer(preset.signedOutAnswer, status, name => headers[name]);
  const loginForm = { 'content-type': 'text/html; charset=UTF-8', 'content-language': 'nl' };

  it.each<[string, boolean, Preset, number, Record<string, string>]>([
    ['the form of Roundcube', true, roundcube, 200, loginForm],
    ['a page of somebody who is signed in', false, roundcube, 200, { ...loginForm, 'referrer-policy': 'same-origin' }],
    ['a file', false, roundcube, 200, { 'content-type': 'text/html' }],
    ['another type', false, roundcube, 200, { ...loginForm, 'content-type': 'image/png' }],
    ['another status', false, roundcube, 302, loginForm],
    ['the redirect of the demo app', true, demo, 303, { location: '/login?terug=/x' }],
    ['a redirect elsewhere', false, demo, 303, { location: '/postvak' }],
    ['a redirect to nowhere', false, demo, 303, {}],
    ['an app that has none', false, dokuwiki, 200, loginForm],
  ])('%s: %s', (_title, expected, preset, status, headers) => {
    expect(says(preset, status, headers)).toBe(expected);
  });
});

it('a parameter that comes again and again costs no more than its number (CWE-1333)', () => {
  expect(growth(size => seenParameters('a&'.repeat(size), 'none'), 1_000, 8_000)).toBeLessThan(24);
});
