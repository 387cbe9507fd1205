import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dokuwiki, missing, passwords } from '../support/apps.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { basic, encode, expectNothing, multipart, opensAtApp, tryWay, type Way } from '../support/thief.ts';

/** DokuWiki takes a name and a password nearly everywhere, by any method, and by HTTP Basic and XML-RPC too. */
const place = { app: 'wiki', kind: 'dokuwiki' } as const;
const who = { u: 'anna', p: passwords.anna };
type Form = Record<string, string>;

const filled = (form: Form): Form => ({ ...form, ...who });
const post = (name: string, target: string, opens: boolean, change: Form = {}) => ({
  name,
  way: (form: Form): Way => ({ name, target, opens, body: encode({ ...filled(form), ...change }) }),
});
const query = (method: string, path: string, opens: boolean, more: Form = {}) => {
  const extra = Object.keys(more).join(' and ');
  const name = `${method} ${path} with name and password${extra === '' ? '' : ` and ${extra}`} in the query`;
  const target = `${path}?${encode({ id: 'start', ...who, ...more })}`;
  return { name, way: (): Way => ({ name, method, target, opens }) };
};
const raw = (name: string, opens: boolean, way: (form: Form) => Omit<Way, 'name' | 'opens'>) => ({
  name,
  way: (form: Form): Way => ({ name, opens, ...way(form) }),
});
const authorized = (target: string, opens = true) =>
  raw(`HTTP Basic at ${target}`, opens, () => ({
    method: 'GET',
    target,
    headers: { Authorization: basic('anna', passwords.anna) },
  }));
const call = (name: string, parameters: string, headers: Record<string, string> = {}) =>
  raw(`XML-RPC ${name} ${Object.keys(headers).join('')}`, true, () => ({
    target: '/lib/exe/xmlrpc.php',
    body: `<?xml version="1.0"?><methodCall><methodName>${name}</methodName><params>${parameters}</params></methodCall>`,
    headers: { 'Content-Type': 'text/xml', ...headers },
  }));
const text = (value: string) => `<param><value><string>${value}</string></value></param>`;

const honest = ['the form itself, and then no code', 'the form with "remember me"', 'the form of another page'];
const ways = [
  post(honest[0] ?? '', '/doku.php?id=start', true),
  post(honest[1] ?? '', '/doku.php?id=start', true, { r: '1' }),
  post(honest[2] ?? '', '/doku.php?id=werkinstructies:paspoort', true),
  post('the form at the root', '/', true),
  post('the form without an id', '/doku.php', true),
  post('index.php', '/index.php?id=start', true),
  post('path info', '/doku.php/start', true),
  post('path info that looks like a style', '/doku.php/x.css', true),
  post('path info with an escape', '/doku.php/%2e%2e/x.css', true),
  post('two slashes', '//doku.php?id=start', true),
  post('an escape in the name', '/dok%75.php?id=start', true),
  post('a dot segment', '/./doku.php?id=start', true),
  post('out of the pictures', '/lib/images/../../doku.php?id=start', true),
  post('what does not exist', '/nergens', true),
  post('what does not exist among the styles', '/lib/tpl/dokuwiki/css/x.css', true),
  post('what does not exist among the pictures', '/lib/tpl/dokuwiki/images/nergens.png', true),
  post('the file script', '/lib/exe/fetch.php?media=wiki:dokuwiki-128.png', true),
  post('the picture script', '/lib/exe/detail.php', true),
  post('the script for scripts', '/lib/exe/ajax.php', true),
  post('the media manager', '/lib/exe/mediamanager.php', true),
  post('the background work', '/lib/exe/taskrunner.php', true),
  post('the feed', '/feed.php', true),
  post('the style script', '/lib/exe/css.php', false),
  post('the script script', '/lib/exe/js.php', false),
  post('the start of the wiki as another action', '/doku.php?id=start', true, { do: 'show' }),
  post('the administration', '/doku.php?id=start', true, { do: 'admin' }),
  post('a preview', '/doku.php?id=start', true, { do: 'preview', wikitext: 'x' }),
  post('saving a page', '/doku.php?id=proef:nergens', true, { do: 'save', id: 'proef:nergens', wikitext: 'x' }),
  post('the media of a namespace', '/doku.php?id=start', true, { do: 'media' }),
  post('an action in the query', '/doku.php?id=start&do=admin', true),
  post('an action as an index', '/doku.php?id=start&do[login]=1', true),
  post('a semicolon in the query', '/doku.php?id=start;do=admin', true),
  post('the id as a list', '/doku.php?id[]=start', true),
  post('a field that the form does not have', '/doku.php?id=start', true, { media: 'x' }),
  post('a token that is not empty', '/doku.php?id=start', true, { sectok: 'x' }),
  query('GET', '/doku.php', true),
  query('GET', '/', true),
  query('GET', '/doku.php', true, { do: 'login' }),
  query('GET', '/doku.php/start', true),
  query('GET', '/feed.php', true),
  query('GET', '/lib/exe/fetch.php', true, { media: 'wiki:dokuwiki-128.png' }),
  query('GET', '/lib/exe/ajax.php', true, { call: 'linkwiz', q: 'start' }),
  query('GET', '/lib/exe/css.php', false),
  query('GET', '/lib/tpl/dokuwiki/images/nergens.png', true),
  query('GET', '/lib/tpl/dokuwiki/css/x.css', true),
  query('HEAD', '/doku.php', true),
  query('PUT', '/doku.php', true),
  query('OPTIONS', '/doku.php', true),
  query('PROPFIND', '/doku.php', true),
  query('DELETE', '/doku.php', true),
  query('PATCH', '/doku.php', true),
  query('REPORT', '/doku.php', true),
  raw('multipart', true, form => ({ target: '/doku.php?id=start', ...multipart(filled(form)) })),
  raw('multipart at an address of files', true, form => ({ target: '/lib/exe/fetch.php', ...multipart(filled(form)) })),
  raw('JSON', false, form => ({
    target: '/doku.php?id=start',
    body: JSON.stringify(filled(form)),
    headers: { 'Content-Type': 'application/json' },
  })),
  raw('a form in another character set', true, form => ({
    target: '/doku.php?id=start',
    body: encode(filled(form)),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=iso-8859-1' },
  })),
  authorized('/doku.php?id=start'),
  authorized('/doku.php?id=start&do=login'),
  authorized('/doku.php?id=werkinstructies:paspoort'),
  authorized('/feed.php'),
  authorized('/doku.php?id=start&do=export_raw'),
  authorized('/lib/exe/css.php', false),
  raw('HTTP Basic beside the public look', true, () => ({
    method: 'GET',
    target: '/lib/tpl/dokuwiki/images/nergens.png',
    headers: { Authorization: basic('anna', passwords.anna) },
  })),
  call('dokuwiki.login', text('anna') + text(passwords.anna)),
  call('wiki.getPage', text('start'), { Authorization: basic('anna', passwords.anna) }),
  raw('XML-RPC by another address', true, () => ({
    target: '/lib/exe/xmlrpc.php/x',
    body: `<?xml version="1.0"?><methodCall><methodName>dokuwiki.login</methodName><params>${text('anna')}${text(passwords.anna)}</params></methodCall>`,
    headers: { 'Content-Type': 'text/xml' },
  })),
];

describe.skipIf(missing('dokuwiki'))('R01 R08 rules 1, 2, 10: the password of anna alone at DokuWiki', () => {
  let sluis: TestSluis;
  let upstream = '';
  beforeAll(async () => {
    upstream = await dokuwiki();
    sluis = await startSluis([{ id: 'wiki', upstream, preset: 'dokuwiki' }], {
      clock: new TestClock(),
      extra: 'limits: { pendings: 100 }',
    });
    await sluis.invite('anna');
  });
  afterAll(() => sluis?.close());

  it.each(ways)('gets nowhere by $name', async ({ name, way }) => {
    const { opens } = way({});
    expect(await opensAtApp(upstream, 'dokuwiki', way)).toBe(opens);
    const { thief, answer } = await tryWay(sluis, place, way);
    // The form alone is a sign-in: it leads to the challenge, and nowhere else. Nothing else is sent on.
    expect([answer.location === '/_sluis/next', answer.status < 500]).toEqual([honest.includes(name), true]);
    await expectNothing(sluis, place, thief, [answer]);
  });
});
