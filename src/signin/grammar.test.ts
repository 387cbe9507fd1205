import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demo } from '../preset/demo.ts';
import { dokuwiki } from '../preset/dokuwiki.ts';
import type { Preset } from '../preset/preset.ts';
import { roundcube } from '../preset/roundcube.ts';
import { queryMatches, readSignIn, type SignInRequest } from './grammar.ts';

const form = 'application/x-www-form-urlencoded';
const json: Preset = {
  ...demo,
  signIn: {
    path: '/connect',
    query: {},
    mediaType: 'application/json',
    fields: {
      userName: { role: 'user' },
      password: { role: 'password' },
      domain: { role: 'free', pattern: /^[a-z.]*$/, optional: true },
    },
  },
};
const honest = '_token=abc&_task=login&_action=login&_timezone=Europe%2FAmsterdam&_url=&_user=anna&_pass=geheim';
const request = (body: string | Buffer, more: Partial<SignInRequest> = {}): SignInRequest => ({
  query: '_task=login',
  contentType: form,
  contentEncoding: undefined,
  body: Buffer.from(body),
  ...more,
});
const roundcubeRead = (body: string | Buffer, more: Partial<SignInRequest> = {}) =>
  readSignIn(roundcube, request(body, more));
const jsonRead = (body: string, type = 'application/json') =>
  readSignIn(json, request(body, { query: '', contentType: type }));

describe('R01 the closed grammar of a form', () => {
  it('takes the form of the app and rebuilds it', () => {
    expect(roundcubeRead(honest)).toEqual({ user: 'anna', body: honest, mediaType: form });
  });

  it.each([
    ['no optional fields', '_token=abc&_task=login&_action=login&_user=anna&_pass=x'],
    ['another order', '_pass=x&_user=anna&_action=login&_task=login&_token=abc'],
    ['escapes that were not needed', '_token=abc&%5ftask=login&_action=%6cogin&_user=ann%61&_pass=x'],
    ['empty pairs', '&&_token=abc&_task=login&_action=login&_user=anna&_pass=x&'],
    ['a name without a value', '_token=abc&_task=login&_action=login&_user=anna&_pass'],
  ])('takes %s', (_title, body) => {
    expect(roundcubeRead(body)).toMatchObject({ user: 'anna' });
  });

  it.each<[string, string]>([
    ['the user twice', `${honest}&_user=bram`],
    ['the user twice alike', `${honest}&_user=anna`],
    ['the user folded', `${honest.replace('_user', '.user')}`],
    ['the user as it is and folded', `_user=carla&${honest.replace('_user=anna', '.user=bram')}`],
    ['the user after a space', `${honest}&%20_user=bram`],
    ['the user after a plus', `${honest}&+_user=bram`],
    ['the user as a list', honest.replace('_user', '_user[]')],
    ['the user beside a list', `${honest}&_user[x]=bram`],
    ['the user up to a NUL', `${honest}&_user%00=bram`],
    ['a NUL in the user', honest.replace('anna', 'anna%00')],
    ['a line break in the user', honest.replace('anna', 'anna%0d%0aX')],
    ['a control character in the password', honest.replace('geheim', 'ge%1bheim')],
    ['a DEL in the password', honest.replace('geheim', 'ge%7fheim')],
    ['a name of 513 characters', honest.replace('anna', 'a'.repeat(513))],
    ['an unknown field', `${honest}&x=1`],
    ['an unknown field without a name', `${honest}&=1`],
    ['__proto__', `${honest}&__proto__=1`],
    ['constructor', `${honest}&constructor=1`],
    ['another case of a field', `${honest}&_User=bram`],
    ['another task', honest.replace('_task=login', '_task=mail')],
    ['another action', honest.replace('_action=login', '_action=refresh')],
    ['an empty action', honest.replace('_action=login', '_action=')],
    ['a page that acts', honest.replace('_url=', '_url=_task%3Dlogout')],
    ['a token beyond its pattern', honest.replace('abc', 'abc%27')],
    ['no token', honest.replace('_token=abc&', '')],
    ['no user', honest.replace('&_user=anna', '')],
    ['no password', honest.replace('&_pass=geheim', '')],
    ['no action', honest.replace('&_action=login', '')],
    ['nothing', ''],
    ['a semicolon, at which some split', honest.replace('&_pass', ';_pass')],
    ['a broken escape', honest.replace('geheim', 'ge%zzheim')],
    ['an escape cut off', `${honest}%`],
    ['escapes that are no UTF-8', honest.replace('geheim', 'ge%ffheim')],
    ['escapes that are overlong UTF-8', honest.replace('anna', 'ann%c1%a1')],
    ['escapes that are half a surrogate', honest.replace('anna', 'anna%ed%a0%80')],
    ['UTF-8 across two parts', honest.replace('_user=anna&', '_user=anna%c3&%a9=')],
  ])('refuses %s', (_title, body) => {
    expect(roundcubeRead(body)).toHaveProperty('refused');
  });

  it.each([
    ['0xff', Buffer.concat([Buffer.from(honest), Buffer.from([0xff])])],
    ['an overlong NUL', Buffer.concat([Buffer.from(honest), Buffer.from([0xc0, 0x80])])],
    ['UTF-16', Buffer.from(`\ufeff${honest}`, 'utf16le')],
  ])('refuses a body with bytes that are no UTF-8: %s', (_title, body) => {
    expect(roundcubeRead(body)).toEqual({ refused: 'body' });
  });

  it('rule 8 never says in a refusal what was typed', () => {
    const secret = 'zeer-geheim';
    for (const body of [
      `${honest}&${secret}=1`,
      honest.replace('abc', secret),
      honest.replace('geheim', `${secret}%00`),
    ]) {
      expect(JSON.stringify(roundcubeRead(body))).not.toContain(secret);
    }
  });

  it('passes letters of any language, as typed', () => {
    const read = roundcubeRead(honest.replace('anna', 'Br%C3%A1m+').replace('geheim', encodeURIComponent('🔑&=+%;é')));
    expect(read).toMatchObject({ user: 'Brám ' });
    expect(new URLSearchParams('body' in read ? read.body : '').get('_pass')).toBe('🔑&=+%;é');
  });

  it('sends what it read: the app can read nothing else', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, text, (user, pass) => {
        const sent = new URLSearchParams({ _token: 'a', _task: 'login', _action: 'login', _user: user, _pass: pass });
        const read = roundcubeRead(sent.toString());
        if ('refused' in read) return;
        expect([...new URLSearchParams(read.body)]).toEqual([...sent]);
        expect(read.user).toBe(sent.get('_user'));
      }),
    );
  });

  it('refuses whatever is put in front of, into or behind an honest form, or reads what is in it', () => {
    const pieces = fc.constantFrom(
      '_user=bram',
      '.user=bram',
      '&',
      '=',
      ';',
      '%',
      '%00',
      '%5f',
      '[',
      ']',
      '_',
      ' ',
      'x',
      '\u00e9',
    );
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 4 }), fc.nat(honest.length), (parts, place) => {
        const body = `${honest.slice(0, place)}${parts.join('')}${honest.slice(place)}`;
        const read = roundcubeRead(body);
        if ('refused' in read) return;
        const sent = new URLSearchParams(read.body);
        expect(sent.getAll('_user')).toEqual([read.user]);
        expect([sent.getAll('_task'), sent.getAll('_action')]).toEqual([['login'], ['login']]);
        expect([...sent.keys()].filter(name => !Object.hasOwn(roundcube.signIn.fields, name))).toEqual([]);
      }),
    );
  });
});

describe('R01 the type of a sign-in', () => {
  it.each([
    form,
    'Application/X-WWW-Form-Urlencoded',
    `${form}; charset=utf-8`,
    `${form};charset=UTF-8`,
    `${form}; charset="utf-8"`,
  ])('may be %s', contentType => {
    expect(roundcubeRead(honest, { contentType })).toHaveProperty('user', 'anna');
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'application/json',
    'multipart/form-data; boundary=x',
    `${form}; charset=utf-7`,
    `${form}; charset=iso-8859-1`,
    `${form}; charset=utf-8; boundary=x`,
    `${form}; charset=utf-8; charset=utf-16`,
    `${form}; boundary=x`,
    `${form},text/plain`,
    `${form}x`,
    ` ${form}`,
    `${form};`,
    `${form}\n`,
  ])('may not be %j', contentType => {
    expect(roundcubeRead(honest, { contentType })).toEqual({ refused: 'Content-Type' });
  });

  it.each(['gzip', 'identity', ''])('has no Content-Encoding, not even %j', contentEncoding => {
    expect(roundcubeRead(honest, { contentEncoding })).toEqual({ refused: 'Content-Encoding' });
  });
});

describe('R01 the query of a sign-in', () => {
  it.each(['_task=login', '_task=%6cogin', '&_task=login&'])('may be %j', query => {
    expect(queryMatches(roundcube, query)).toBe(true);
  });

  it.each([
    '',
    '_task=mail',
    '_task=login&_task=login',
    '_task=login&_task=mail',
    '_task=login&.task=mail',
    '_task=login&_action=login',
    '_task=login&x',
    '_task[]=login',
    '.task=login',
    '_task=login%00',
    '_task=login%FF',
    '_task=login;',
    '_task=login;x=1',
    '_task=login&__proto__=x',
    '_task=login&constructor',
    '_user=anna&_pass=x&_task=login',
  ])('may not be %j', query => {
    expect(queryMatches(roundcube, query)).toBe(false);
    expect(roundcubeRead(honest, { query })).toEqual({ refused: 'query' });
  });

  it('is what the preset says', () => {
    expect(
      ['id=start', 'id=a:b', 'id=', '', 'id=start&do=admin', 'do=login'].map(query => queryMatches(dokuwiki, query)),
    ).toEqual([true, true, false, false, false, false]);
    expect(queryMatches(demo, '')).toBe(true);
  });
});

describe('R01 sign-in steered elsewhere', () => {
  const wiki = (body: string) => readSignIn(dokuwiki, request(body, { query: 'id=start' }));

  it.each(['admin', 'preview', 'save', 'Login', 'login '])('DokuWiki: do=%s is refused', action => {
    expect(wiki('sectok=&id=start&do=login&u=anna&p=x')).toHaveProperty('user', 'anna');
    expect(wiki(`sectok=&id=start&do=${action}&u=anna&p=x`)).toEqual({ refused: 'field do' });
  });

  it('DokuWiki: a list of actions is refused', () => {
    expect(wiki('id=start&do[login]=1&u=anna&p=x')).toEqual({ refused: 'unknown field' });
  });
});

describe('R01 the closed grammar of JSON', () => {
  const honestJson = '{"userName":"anna","password":"x"}';

  it('takes a flat object and rebuilds it', () => {
    expect(jsonRead(honestJson)).toEqual({ user: 'anna', body: honestJson, mediaType: 'application/json' });
    expect(
      jsonRead(' {"\\u0075serName" : "anna" ,"password":"\\ud83d\\udd11"}', 'application/json; charset=utf-8'),
    ).toMatchObject({
      body: '{"userName":"anna","password":"🔑"}',
    });
  });

  it.each([
    ['a name twice', '{"userName":"anna","userName":"bram","password":"x"}'],
    ['a name twice alike', '{"userName":"anna","userName":"anna","password":"x"}'],
    ['a name twice, once escaped', '{"userName":"anna","\\u0075serName":"bram","password":"x"}'],
    ['a name twice with a space before the colon', '{"userName":"anna","userName"\n:"bram","password":"x"}'],
    ['an unknown name', '{"userName":"anna","password":"x","y":"z"}'],
    ['an empty name', '{"userName":"anna","password":"x","":"z"}'],
    ['__proto__', '{"userName":"anna","password":"x","__proto__":"z"}'],
    ['__proto__ as an object', '{"__proto__":{"userName":"anna"},"password":"x"}'],
    ['a nested object', '{"userName":{"x":"anna"},"password":"x"}'],
    ['a list', '{"userName":["anna"],"password":"x"}'],
    ['null', '{"userName":"anna","password":null}'],
    ['a list of objects', '[{"userName":"anna","password":"x"}]'],
    ['text', '"userName"'],
    ['nothing', ''],
    ['null alone', 'null'],
    ['two objects', '{"userName":"anna","password":"x"}{"userName":"bram"}'],
    ['a comment', '{"userName":"anna",/* */"password":"x"}'],
    ['a comma too many', '{"userName":"anna","password":"x",}'],
    ['a raw control character', '{"userName":"an\u0001na","password":"x"}'],
    ['an escaped NUL', '{"userName":"anna\\u0000","password":"x"}'],
    ['a form', '_user=anna'],
    ['no password', '{"userName":"anna"}'],
    ['a value beyond its pattern', '{"userName":"anna","password":"x","domain":"A!"}'],
  ])('refuses %s', (_title, body) => {
    expect(jsonRead(body)).toHaveProperty('refused');
  });

  it('takes any password that a person can type', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), password => {
        const read = jsonRead(JSON.stringify({ userName: 'anna', password }));
        expect('body' in read ? JSON.parse(read.body) : read).toEqual({ userName: 'anna', password });
      }),
    );
    for (const password of ['","userName":"bram', '\\":"', '":', '\\', '":"x","y":"'])
      expect(jsonRead(JSON.stringify({ userName: 'anna', password }))).toHaveProperty('user', 'anna');
  });

  it('is not read as a form, nor a form as JSON', () => {
    expect(jsonRead(honestJson, form)).toEqual({ refused: 'Content-Type' });
    expect(roundcubeRead('{"_user":"anna"}')).toHaveProperty('refused');
  });
});
