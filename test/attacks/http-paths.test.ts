import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entryOf } from '../../src/policy/match.ts';
import { matchesPath } from '../../src/policy/route.ts';
import { readTarget } from '../../src/policy/target.ts';
import { presets } from '../../src/preset/registry.ts';
import type { Client } from '../support/client.ts';
import { enter } from '../support/inside.ts';
import { html, type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { appClient } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

let app: MaliciousApp;
let sluis: TestSluis;
const clock = new TestClock();
/** Her factor is older than the strict routes allow. */
let anna: Client;

const routes = `    routes:
      - { path: /beheer/*, level: 2, maxAge: 5m }
      - { path: /sleutel, level: 2, maxAge: 5m }
      - { path: /, parameters: { _task: settings }, level: 2, maxAge: 5m }
      - { path: /dav/*, methods: [DELETE], level: 2, maxAge: 5m }`;

beforeAll(async () => {
  app = await startMaliciousApp();
  const one = { upstream: app.url, extra: routes };
  sluis = await startSluis(
    [
      { id: 'demo', preset: 'demo', ...one },
      { id: 'post', preset: 'roundcube', ...one },
      { id: 'wiki', preset: 'dokuwiki', ...one },
    ],
    { clock },
  );
  anna = (await enter(sluis, 'post', 'anna', { roundcube_sessid: 'x' })).client;
  clock.advance(6 * 60_000);
});

beforeEach(() => {
  app.seen.length = 0;
});

afterAll(async () => {
  await sluis.close();
  await app.close();
});

/** Ways to write a path so that an app may read `/beheer/x` (or another protected page) where a gateway reads something public. */
const spellings: readonly string[] = [
  '/beheer/x',
  '//beheer/x',
  '///beheer//x',
  '/./beheer/x',
  '/x/../beheer/x',
  '/%2e/beheer/x',
  '/x/%2e%2e/beheer/x',
  '/x/%2e./beheer/x',
  '/x/.%2E/beheer/x',
  '/x%2f..%2fbeheer/x',
  '/x/..%2fbeheer/x',
  '/%2fbeheer/x',
  '/beheer%2fx',
  '/beheer%2Fx',
  '/beheer%5cx',
  '/x%5c..%5cbeheer%5cx',
  '/%62eheer/x',
  '/%42EHEER/x',
  '/BEHEER/x',
  '/Beheer/X',
  '/%2562eheer/x',
  '/beheer%252fx',
  '/x/%252e%252e/beheer/x',
  '/beheer;/x',
  '/beheer;a=b/x',
  '/;a/beheer/x',
  '/beheer/x;.css',
  '/beheer/x;/opmaak/a.css',
  '/x/..;/beheer/x',
  '/x/..;a=b/beheer/x',
  '/x/%2e%2e;/beheer/x',
  '/x/..%3b/beheer/x',
  '/beheer./x',
  '/beheer.../x',
  '/beheer%20/x',
  '/beheer%2e/x',
  '/beheer/x/',
  '/beheer/',
  '/beheer',
  '/beheer/.',
  '/beheer/x/..',
  '/beheer/x.css',
  '/beheer/x/a.css',
  '/beheer/x%2fa.css',
  '/opmaak/../beheer/x',
  '/opmaak/%2e%2e/beheer/x',
  '/opmaak/..%2fbeheer/x',
  '/opmaak/..%5cbeheer/x',
  '/opmaak/..;/beheer/x',
  '/opmaak//../beheer/x',
  '/opmaak/a.css/../../beheer/x',
  '/login/../beheer/x',
  '/login%2f..%2fbeheer/x',
  '/login;/../beheer/x',
  '/_sluis/../beheer/x',
  '/_sluis/%2e%2e/beheer/x',
  '/%5fsluis/..%2fbeheer/x',
  '/_sluis/..;/beheer/x',
  '/_sluis%2f..%2fbeheer/x',
];

/** Spellings of public things that make other things of them: path info, endings, unknown queries, our own corner. */
const aside: readonly string[] = [
  '/postvak.css',
  '/postvak/a.css',
  '/postvak/opmaak/a.css',
  '/postvak%0a.css'.replace('%0a', '%20'),
  '/postvak?a.css',
  '/postvak?/opmaak/a.css',
  '/?_task=mail',
  '/?_task=mail&_task=login',
  '/?_task=login&_task=mail',
  '/?_task=login&.task=mail',
  '/?_task=login&%20_task=mail',
  '/?_task=login&_task[]=mail',
  '/?_task=login;_task=mail',
  '/?_task=login&_action=login',
  '/?_task=login&_user=anna&_pass=x',
  '/?_task=Login',
  '/?_TASK=login',
  '/?_task=login%00',
  '/?_task=logi%6e&x',
  '/index.php',
  '/index.php?_task=login',
  '/index.php/x.css',
  '/index.php/skins/elastic/a.css',
  '/skins/elastic/../../index.php',
  '/skins/elastic/..%2f..%2findex.php',
  '/skins/elastic/a.css/../../../index.php/a.css',
  '/skins/elastic/a.php',
  '/skins/elastic/a.css.php',
  '/skins/elastic/a.css/',
  '/skins/elastic/.htaccess',
  '/skins/elastic/meta.json',
  '/skins/elastic/a.css?_task=mail',
  '/skins/elastic/a.css?s=1&_task=mail',
  '/skins/elastic/a.css;x',
  '/skins/elastic//a.css',
  '/SKINS/elastic/a.css',
  '/program/js/../../index.php/a.js',
  '/config/config.inc.php',
  '/logs/errors.log',
  '/doku.php',
  '/doku.php?id=start',
  '/doku.php?id=start&do=login&u=anna&p=x',
  '/doku.php?id=start&do=login&do=show',
  '/doku.php?id=start&do[login]=1',
  '/doku.php?id=geheim&do=login',
  '/doku.php/start?do=login',
  '/doku.php?do=login&id=start;do=show',
  '/lib/exe/css.php/../../../doku.php',
  '/lib/exe/css.php/x',
  '/lib/exe/css.php?u=anna&p=x',
  '/lib/exe/js.php?do=login',
  '/lib/exe/fetch.php?media=geheim.png',
  '/lib/exe/detail.php?media=geheim.png',
  '/lib/exe/xmlrpc.php',
  '/lib/exe/jsonrpc.php/core.getPage',
  '/lib/exe/ajax.php?call=linkwiz',
  '/lib/tpl/dokuwiki/images/../../../../doku.php',
  '/lib/tpl/nergens.php/a.png',
  '/feed.php',
  '/data/pages/start.txt',
  '/login?gebruiker=anna&wachtwoord=x',
  '/login?x=1',
  '/login/',
  '/login.',
  '/LOGIN',
  '/login%00'.replace('%00', '%20'),
  '/login;x',
  '/opmaak/',
  '/opmaak/a.css?gebruiker=anna&wachtwoord=x',
  '/opmaak/a.html',
  '/opmaak/a',
  '/_sluis/',
  '/_sluis',
  '/_sluis/x',
  '/_SLUIS/release?code=x',
  '/%5Fsluis/release?code=x',
  '/%255fsluis/release',
  '/_sluis//release?code=x',
  '/_sluis/./release',
  '/_sluis/portal',
  '/_sluis/portal/../../postvak',
];

const targets = [...new Set([...spellings, ...aside])].flatMap(target =>
  ['demo', 'post', 'wiki'].map(id => ({ id, target })),
);
/** What the presets open: named here so that a slip in a table shows as a difference. */
const open = new Set(['post /?_task=login']);

describe('rules 1, 2: without a session no spelling gets a byte of the app', () => {
  it.each(targets)('$id $target', async ({ id, target }) => {
    app.answers.set(target.split('?', 1)[0] ?? '', html('geheim'));
    for (const headers of [
      {},
      { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
      { 'Sec-Fetch-Dest': 'iframe' },
      { Accept: 'text/css,*/*' },
    ]) {
      const got = await appClient(sluis, id).get(target, headers);
      if (open.has(`${id} ${target}`)) continue;
      expect([200, 303, 400, 401, 403, 404]).toContain(got.status);
      if (got.status === 303) expect(got.location).toBe(presets.get(kindOf(id))?.login.page ?? '');
      expect(got.text).not.toContain('geheim');
    }
    expect(app.seen.filter(({ target: seen }) => !open.has(`${id} ${seen}`))).toEqual([]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT', 'PATCH', 'SEARCH', 'MOVE'])('%s', async method => {
    for (const target of ['/opmaak/a.css', '/login', '/postvak', '/beheer/x']) {
      const got = await appClient(sluis, 'demo').request(method, target, method === 'POST' ? 'a=b' : undefined);
      expect(got.status).toBeGreaterThanOrEqual(400);
    }
    expect(app.seen).toEqual([]);
  });

  it.each([
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Forwarded-Uri',
    'X-Forwarded-Prefix',
    'X-HTTP-Method-Override',
    'X-Accel-Internal',
    'Referer',
  ])('CVE-2026-40575: %s changes nothing about what is public', async name => {
    const got = await appClient(sluis, 'demo').get('/postvak', { [name]: '/opmaak/a.css' });
    expect([got.status, got.location]).toEqual([303, '/login']);
    await appClient(sluis, 'demo').get('/opmaak/a.css', { [name]: '/postvak' });
    const sent = app.seen.map(({ lines }) => lines.join('\n').toLowerCase()).join('\n');
    if (name !== 'Referer') expect(sent).not.toContain(name.toLowerCase());
  });

  it.each(['', 'GoogleHC/1.0', 'kube-probe/1.27', 'ELB-HealthChecker/2.0', 'internal dummy connection'])(
    'GHSA-5hvv-m4w4-gf6v: the user agent %j changes nothing',
    async agent => {
      const got = await appClient(sluis, 'demo').get('/postvak', { 'User-Agent': agent });
      expect([got.status, got.location, app.seen.length]).toEqual([303, '/login', 0]);
    },
  );
});

function kindOf(id: string): string {
  return id === 'post' ? 'roundcube' : id === 'wiki' ? 'dokuwiki' : 'demo';
}

const script = { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };

/** Nothing of the request went to the app. 404: our own corner; 400: no target at all. */
async function expectStepUp(answer: Promise<{ status: number; text: string }>): Promise<void> {
  const got = await answer;
  expect([401, 404, 400]).toContain(got.status);
  if (got.status === 401) expect(JSON.parse(got.text)).toMatchObject({ error: 'step-up', level: 2, maxAge: 300 });
  expect(app.seen).toEqual([]);
}

describe('R03, rule 1: of all readings the strictest demand counts', () => {
  it.each(spellings)('%s wants a fresh factor', async target => {
    await expectStepUp(anna.get(target, script));
  });

  it('a navigation is led to a challenge', async () => {
    const got = await anna.get('/beheer/x');
    expect([got.status, got.location, app.seen.length]).toEqual([303, '/_sluis/next', 0]);
  });

  it.each([
    '/sleutel',
    '/SLEUTEL',
    '/sleutel/',
    '/sleutel.',
    '/sleutel;a',
    '/sleutel%2f',
    '/?_task=settings',
    '/?_task=mail&_task=settings',
    '/?_task=settings&_task=mail',
    '/?.task=settings',
    '/?%20_task=settings',
    '/?%0c_task=settings',
    '/?_task[]=settings',
    '/?_task%00x=settings',
    '/?%5ftask=settin%67s',
    '/?a=b;_task=settings',
    '/?_task=mail;_task=settings',
    '//?_task=settings',
    '/./?_task=settings',
    '/;x?_task=settings',
    `/?${Array.from({ length: 80 }, (_none, i) => `_task=${i}`).join('&')}`,
    '/dav/x?_method=DELETE',
    '/dav/x?_method=delete',
    '/dav/x?.method=DELETE',
    '/DAV/x?%5Fmethod=Delete',
  ])('%s', async target => {
    await expectStepUp(anna.get(target, script));
  });

  it.each(['/', '/?_task=mail', '/?_task=mail&x=settings', '/sleutels', '/beheerder/x', '/dav/x', '/x?_method=DELETE'])(
    '%s does not',
    async target => {
      expect((await anna.get(target)).status).toBe(200);
      expect(app.seen.map(({ target: seen }) => seen)).toEqual([target]);
    },
  );

  it.each([
    ['MOVE', '/beheer/x'],
    ['COPY', '/beheer/x'],
    ['MOVE', 'http://post.localhost/beheer/x'],
    ['MOVE', '//post.localhost/beheer/x'],
    ['MOVE', '//beheer/x'],
    ['MOVE', 'http://[/beheer/x'],
    ['MOVE', 'http:\\\\post.localhost\\beheer\\x'],
    ['MOVE', '/x/../beheer/x'],
    ['MOVE', '/x/%2e%2e/beheer/x'],
    ['MOVE', '/beheer%2fx'],
    ['MOVE', '/BEHEER/x'],
    ['MOVE', 'beheer/x'],
  ])('%s with Destination %s', async (method, destination) => {
    await expectStepUp(anna.request(method, '/x', undefined, { Destination: destination }));
  });

  it('a Destination elsewhere does not', async () => {
    const got = await anna.request('MOVE', '/x', undefined, { Destination: '/y' });
    expect([got.status, app.seen.length]).toEqual([200, 1]);
  });
});

const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=b';
const part = (head: string) => `--b\r\n${head}\r\n\r\nsettings\r\n--b--\r\n`;

describe('R03: a body that names a route parameter otherwise than the address is cut off before its last byte', () => {
  it.each([
    { type: form, body: '_task=settings' },
    { type: form, body: 'a=b&_task=settings&c=d' },
    { type: form, body: '.task=settings' },
    { type: form, body: '+_task=settings' },
    { type: form, body: '%5Ftask=settings' },
    { type: form, body: '_task[]=settings' },
    { type: form, body: '_task[x][y]=settings' },
    { type: form, body: '_task%00=settings' },
    { type: form, body: '_task=mail&_task=settings' },
    { type: form, body: '_task' },
    { type: form, body: 'a=b;_task=settings' },
    { type: 'APPLICATION/X-WWW-FORM-URLENCODED;charset=utf-8', body: '_task=settings' },
    { type: 'application/x-www-form-urlencoded,x', body: '_task=settings' },
    { type: '', body: '_task=settings' },
    { type: 'text/plain', body: '_task=settings' },
    { type: multipart, body: part('Content-Disposition: form-data; name="_task"') },
    { type: multipart, body: part('content-disposition:form-data;name=_task') },
    { type: multipart, body: part("Content-Disposition: form-data; name='_task'") },
    { type: multipart, body: part('Content-Disposition: form-data; name="x"; name="_task"') },
    { type: multipart, body: part('Content-Disposition: form-data; filename="a"; name="_task"') },
    { type: multipart, body: part('Content-Disposition: form-data;\r\n name="_task"') },
    { type: multipart, body: part('X: y\r\nContent-Disposition: form-data; name=".task"') },
    { type: multipart, body: part('Content-Disposition: form-data; name="_task[]"') },
    { type: multipart, body: part('Content-Disposition: form-data; name="_task').replace('\r\n\r\n', '"\r\n\r\n') },
    { type: multipart, body: part('Content-Disposition: form-data; name="_task"').replaceAll('\r\n', '\n') },
    { type: 'multipart/form-data; boundary=z; boundary=b', body: part('Content-Disposition: form-data; name="_task"') },
    { type: 'application/json', body: '{"_task":"settings"}' },
    { type: 'application/json', body: '{"a":{"_task":"settings"}}' },
    { type: 'application/json', body: '{"\\u005ftask":"settings"}' },
    { type: 'application/json', body: '{"_task" \n : "settings"}' },
    { type: 'text/json', body: ' [{"_task":1}]' },
    { type: 'application/octet-stream', body: '{"_task":"settings"}' },
  ])('$type $body', async ({ type, body }) => {
    for (const step of [body.length, 1]) {
      const chunks = [];
      for (let at = 0; at < body.length; at += step) chunks.push(body.slice(at, at + step));
      const wire = `${chunks.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
      const got = await anna.post('/?_task=mail', wire, {
        'Content-Type': type === '' ? undefined : type,
        'Content-Length': undefined,
        'Transfer-Encoding': 'chunked',
      });
      expect(got.status).toBe(400);
      expect(app.seen).toEqual([]);
    }
    const got = await anna.post('/?_task=mail', body, { 'Content-Type': type === '' ? undefined : type });
    expect(got.status).toBe(400);
    expect(app.seen).toEqual([]);
  });

  it.each([
    { type: form, body: '_task=mail&_action=send' },
    { type: form, body: 'x=_task&y=settings' },
    { type: 'application/json', body: '{"x":"_task","y":["_task"]}' },
  ])('$type $body passes', async ({ type, body }) => {
    expect((await anna.post('/?_task=mail', body, { 'Content-Type': type })).status).toBe(200);
    expect(app.seen.map(({ body: seen }) => seen)).toEqual([body]);
  });

  it.each(['_method=DELETE', '%5fmethod=DELETE', '.method=DELETE'])(
    '%s is a parameter of every route by method',
    async body => {
      expect((await anna.post('/dav/x', body)).status).toBe(400);
      expect(app.seen).toEqual([]);
    },
  );

  it.each([
    { 'Content-Encoding': 'gzip' },
    { 'Content-Encoding': 'deflate' },
    { 'Content-Type': `${form}; charset=utf-16` },
    { 'Content-Type': 'application/json; charset="UTF-16LE"' },
    { 'Content-Type': 'application/json; charset=utf-7' },
  ])('%j: what cannot be read is not sent on', async headers => {
    expect((await anna.post('/?_task=mail', 'x=y', headers)).status).toBe(400);
    expect(app.seen).toEqual([]);
  });
});

describe('properties: no spelling whose settled form is protected is public', () => {
  const piece = fc.constantFrom(
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%2E',
    '%2f',
    '%5c',
    '%252e',
    '%252f',
    ';',
    ';a',
    'beheer',
    'x',
    'opmaak',
    'a.css',
    'login',
    'skins',
    'elastic',
    '_sluis',
    '%62eheer',
    'BEHEER',
    'index.php',
    '%3b',
    '.css',
    ' '.replace(' ', '%20'),
  );
  const path = fc.array(piece, { minLength: 1, maxLength: 9 }).map(pieces => `/${pieces.join('')}`);

  it('what an app may read as /beheer/… has a reading that says so', () => {
    fc.assert(
      fc.property(path, raw => {
        const settled = settledByApp(raw);
        const { readings, plain } = readTarget(raw);
        for (const one of settled.filter(reading => matchesPath('/beheer/*', reading))) {
          expect(
            readings.some(reading => matchesPath('/beheer/*', reading)),
            `${raw} as ${one}`,
          ).toBe(true);
        }
        if (plain)
          expect(
            settled.map(one => one.replace(/(?<=.)\/$/, '')).every(one => one === settled[0]?.replace(/(?<=.)\/$/, '')),
          ).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([...presets.entries()])('%s: what is public is read by everybody as it stands', (_name, preset) => {
    fc.assert(
      fc.property(path, fc.constantFrom('GET', 'HEAD', 'POST'), (raw, method) => {
        const target = readTarget(raw);
        if (entryOf(preset, method, target) === undefined) return;
        for (const reading of settledByApp(raw)) expect(reading).toBe(raw.toLowerCase());
      }),
      { numRuns: 3_000 },
    );
  });
});

/** Apps as they are: they decode never, once or twice, cut `;…` or not, take a backslash for a slash or not, and settle dots. */
function settledByApp(raw: string): string[] {
  const found: string[] = [];
  for (const times of [0, 1, 2]) {
    let text = raw;
    for (let i = 0; i < times; i += 1)
      text = text.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    for (const slashed of [text, text.replaceAll('\\', '/')]) {
      for (const cut of [slashed, slashed.replaceAll(/;[^/]*/g, '')]) {
        found.push(
          new URL(
            `http://app.invalid/${cut.replaceAll(/\/+/g, '/').replaceAll('%', '%25').replaceAll('?', '%3f').slice(1)}`,
          ).pathname
            .replaceAll('%25', '%')
            .toLowerCase(),
        );
      }
    }
  }
  return [...new Set(found)];
}
