import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, passwords, roundcube } from '../support/apps.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { basic, encode, expectNothing, multipart, opensAtApp, tryWay, type Way } from '../support/thief.ts';

/**
 * The right password, no factor, Roundcube itself: every address and body by which it is known to sign people in. Of
 * each that says `opens` the app is asked first, so that a way that opens nothing anywhere is not taken for a defence.
 */
const place = { app: 'post', kind: 'roundcube' } as const;
const who = { _user: 'anna', _pass: passwords.anna };
const patient = { patient: true };
type Form = Record<string, string>;

const filled = (form: Form): Form => ({ ...form, ...who });
const post = (name: string, target: string, opens: boolean, change: Form = {}) => ({
  name,
  way: (form: Form): Way => ({ name, target, opens, body: encode({ ...filled(form), ...change }) }),
});
const query = (name: string, method: string, prefix: string) => ({
  name,
  way: (form: Form): Way => ({ name, method, target: `${prefix}?${encode(filled(form))}`, opens: false }),
});
const raw = (name: string, opens: boolean, way: (form: Form) => Omit<Way, 'name' | 'opens'>) => ({
  name,
  way: (form: Form): Way => ({ name, opens, ...way(form) }),
});

const honest = 'the form itself, and then no code';
const ways = [
  post(honest, '/?_task=login', true),
  post('the form at the root', '/', true),
  post('two slashes', '//?_task=login', true),
  post('index.php by its name', '/index.php', true),
  post('index.php with the task', '/index.php?_task=login', true),
  post('index.php in escapes', '/%69ndex.php', true),
  post('index.php with its dot in an escape', '/index%2ephp', true),
  post('path info that looks like a style', '/index.php/x.css', true),
  post('path info that looks like an asset', '/index.php/skins/elastic/styles.css', true),
  post('path info with a slash only', '/index.php/', true),
  post('out of the assets', '/skins/../index.php', true),
  post('out of the assets in escapes', '/skins/%2e%2e/index.php', true),
  post('a dot segment', '/./index.php', true),
  post('slashes before it', '///index.php', true),
  post('another task in the query', '/?_task=mail', true),
  post('task and action in the query', '/?_task=login&_action=login', true),
  post('the task twice', '/?_task=mail&_task=login', true),
  post('the task under a name that PHP folds', '/?.task=login', true),
  post('the task under a name with a space', '/?%20_task=login', true),
  post('a semicolon in the query', '/?_task=login;x=1', true),
  post('an unlisted name in the query', '/?_task=login&x=1', true),
  post('the answer for scripts', '/?_task=login&_remote=1', true),
  post('the answer for scripts, asked for in the body', '/?_task=login', true, { _remote: '1' }),
  post('the answer for frames', '/?_task=login&_framed=1', true),
  post('an asset', '/skins/elastic/styles/styles.min.css', false),
  post('a path in capitals', '/INDEX.PHP', false),
  post('a path parameter', '/index.php;x', false),
  query('the name and password in the query', 'GET', '/'),
  query('the same to index.php', 'GET', '/index.php'),
  query('the same on the login page', 'GET', '/'),
  query('the same as HEAD', 'HEAD', '/'),
  query('the same as PUT', 'PUT', '/'),
  query('the same as OPTIONS', 'OPTIONS', '/index.php'),
  query('the same as PROPFIND', 'PROPFIND', '/'),
  query('the same as DELETE', 'DELETE', '/'),
  raw('the form in the query of a post', false, form => ({ target: `/?${encode(filled(form))}`, body: '' })),
  raw('multipart', true, form => ({ target: '/?_task=login', ...multipart(filled(form)) })),
  raw('multipart at another address', true, form => ({ target: '/index.php/x.css', ...multipart(filled(form)) })),
  raw('JSON', false, form => ({
    target: '/?_task=login',
    body: JSON.stringify(filled(form)),
    headers: { 'Content-Type': 'application/json' },
  })),
  raw('a form called text', false, form => ({
    target: '/?_task=login',
    body: encode(filled(form)),
    headers: { 'Content-Type': 'text/plain' },
  })),
  raw('a form in another character set', true, form => ({
    target: '/?_task=login',
    body: encode(filled(form)),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-7' },
  })),
  raw('a form called packed', true, form => ({
    target: '/?_task=login',
    body: encode(filled(form)),
    headers: { 'Content-Encoding': 'gzip' },
  })),
  raw('a form as PUT', false, form => ({ method: 'PUT', target: '/?_task=login', body: encode(filled(form)) })),
  raw('a form as PATCH', false, form => ({ method: 'PATCH', target: '/?_task=login', body: encode(filled(form)) })),
  raw('a post that says it is a GET', true, form => ({
    target: '/?_task=login&_method=GET',
    body: encode(filled(form)),
    headers: { 'X-HTTP-Method-Override': 'GET' },
  })),
  post('another action', '/?_task=login', false, { _action: 'send' }),
  post('another task in the body', '/?_task=login', true, { _task: 'mail' }),
  post('signing out in the body', '/?_task=login', true, { _task: 'logout' }),
  post('a plugin as the action', '/?_task=login', false, { _action: 'plugin.zipdownload.messages' }),
  post('a next page on another host', '/?_task=login', true, { _url: '//evil.test/' }),
  post('a next page on another host in full', '/?_task=login', true, { _url: 'https://evil.test/' }),
  post('a next page that signs out', '/?_task=login', true, { _url: '_task=logout' }),
  post('a next page that acts', '/?_task=login', true, { _url: '_task=mail&_action=delete&_uid=1' }),
  post('a next page with a line break', '/?_task=login', true, { _url: '_task=mail\r\nX: y' }),
  post('another host to read from', '/?_task=login', true, { _host: '127.0.0.1' }),
  post('no token', '/?_task=login', false, { _token: '' }),
  raw('two names, one of them folded', true, form => ({
    target: '/?_task=login',
    body: `${encode({ ...form, ...who, _user: 'carla' })}&.user=anna`,
  })),
  raw('a name behind a space', true, form => ({
    target: '/?_task=login',
    body: encode({ ...form, _pass: who._pass, ' _user': 'anna' }),
  })),
  raw('a name with a dot', true, form => ({
    target: '/?_task=login',
    body: encode({ ...form, _pass: who._pass, '.user': 'anna' }),
  })),
  raw('a name behind a zero byte', true, form => ({
    target: '/?_task=login',
    body: `${encode({ ...form, _pass: who._pass })}&_user%00x=anna`,
  })),
  raw('a name twice', true, form => ({ target: '/?_task=login', body: `_user=carla&${encode(filled(form))}` })),
  raw('a name as a list', false, form => ({
    target: '/?_task=login',
    body: encode({ ...form, _pass: who._pass, '_user[]': 'anna' }),
  })),
  raw('a name and another as a list', true, form => ({
    target: '/?_task=login',
    body: `_user[]=carla&${encode(filled(form))}`,
  })),
  raw('a password twice', true, form => ({ target: '/?_task=login', body: `_pass=x&${encode(filled(form))}` })),
  raw('fields behind semicolons', false, form => ({
    target: '/?_task=login',
    body: encode(filled(form)).replaceAll('&', ';'),
  })),
  raw('a broken escape', true, form => ({ target: '/?_task=login', body: `${encode(filled(form))}&_timezone=%zz` })),
  raw('bytes that are no letters', true, form => ({
    target: '/?_task=login',
    body: `${encode(filled(form))}&_timezone=%ff`,
  })),
  raw('HTTP Basic on a page', false, () => ({
    method: 'GET',
    target: '/?_task=mail',
    headers: { Authorization: basic('anna', passwords.anna) },
  })),
  raw('HTTP Basic on the login page', false, () => ({
    method: 'GET',
    target: '/?_task=login',
    headers: { Authorization: basic('anna', passwords.anna) },
  })),
  raw('a name that says who it is to a trusted proxy', false, () => ({
    method: 'GET',
    target: '/?_task=mail',
    headers: {
      'X-Remote-User': 'anna',
      'Remote-User': 'anna',
      'X-Forwarded-User': 'anna',
      'X-Forwarded-For': '127.0.0.1',
    },
  })),
];

describe.skipIf(missing('roundcube'))('R01 R08 rules 1, 2, 10: the password of anna alone at Roundcube', () => {
  let sluis: TestSluis;
  let upstream = '';
  beforeAll(async () => {
    upstream = await roundcube(patient);
    sluis = await startSluis(
      [{ id: 'post', upstream, preset: 'roundcube', extra: '    limiter: { failures: 10, window: 60s }' }],
      {
        clock: new TestClock(),
        extra: 'limits: { pendings: 100 }',
      },
    );
    await sluis.invite('anna');
  });
  afterAll(() => sluis?.close());

  it.each(ways)('gets nowhere by $name', async ({ name, way }) => {
    const { opens } = way({});
    expect(await opensAtApp(upstream, 'roundcube', way)).toBe(opens);
    const { thief, answer } = await tryWay(sluis, place, way);
    // The form alone is a sign-in: it leads to the challenge, and nowhere else. Nothing else is sent on.
    expect([answer.location === '/_sluis/next', answer.status < 500]).toEqual([name === honest, true]);
    await expectNothing(sluis, place, thief, [answer]);
  });
});
