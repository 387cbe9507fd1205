import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../test/support/effort.ts';
import { foldName } from '../policy/target.ts';
import { CredentialWatch, scannerFor } from './scanner.ts';

const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=b';
const json = 'application/json';

/** Folded names found in this body, cut in pieces at these places. */
function found(type: string | undefined, body: string | Buffer, cuts: readonly number[] = []): Set<string> {
  const bytes = Buffer.from(body);
  const names = new Set<string>();
  const scanner = scannerFor(type, name => {
    names.add(foldName(name, 'php'));
    return false;
  });
  const places = [...new Set([0, ...cuts.map(cut => Math.min(cut, bytes.length)), bytes.length])].sort((a, b) => a - b);
  for (const [index, place] of places.entries()) scanner.push(bytes.subarray(place, places[index + 1] ?? bytes.length));
  scanner.end();
  return names;
}

/** Whether a body that signs somebody in is refused before it ends, cut at these places. */
function refuses(type: string | undefined, body: string | Buffer, cuts: readonly number[] = []): boolean {
  const bytes = Buffer.from(body);
  const watch = new CredentialWatch({ users: new Set(['_user']), passwords: new Set(['_pass']), folding: 'php' });
  const scanner = scannerFor(type, name => watch.see(name));
  const places = [0, ...cuts, bytes.length];
  const pushed = places.slice(1).map((place, index) => scanner.push(bytes.subarray(places[index], place)));
  return pushed.includes(true) || scanner.end();
}

const part = (disposition: string, value = 'x') => `--b\r\nContent-Disposition: ${disposition}\r\n\r\n${value}\r\n`;
const field = (name: string) => part(`form-data; name="${name}"`);

const signIns: readonly (readonly [string, string | undefined, string])[] = [
  ['a form', form, '_user=bram&_pass=x'],
  ['a form with its charset', `${form.toUpperCase()}; charset=utf-8`, '_user=bram&_pass=x'],
  ['a form with other fields between', form, 'a=1&_pass=x&b&&=&c=2&_user=bram&d'],
  ['a form with names alone', form, '_user&_pass'],
  ['folded names', form, '.user=bram&%20.pass=x'],
  ['escaped names', form, '%5fuser=bram&_p%61ss=x'],
  ['lists', form, '_user[]=bram&_pass[x][y]=x'],
  ['escaped lists', form, '_user%5B%5D=bram&_pass%5b0%5d=x'],
  ['names up to a NUL', form, '_user%00abc=bram&_pass%00%ff=x'],
  ['no type', undefined, '_user=bram&_pass=x'],
  ['text', 'text/plain', '_user=bram&_pass=x'],
  ['JSON as text', 'text/plain', '{"_user":"bram","_pass":"x"}'],
  ['JSON', json, '{"_user":"bram","_pass":"x"}'],
  ['JSON with spaces', json, ' \ufeff\n{ "_user" \n : "bram" ,\t"_pass"\r\n:\u0020"x" }'],
  ['JSON with escapes', json, '{"\\u005fuser":"bram","\\u005F\\u0070ass":"x"}'],
  ['JSON with quotes in values', json, '{"a":"\\"","_user":"\\\\","_pass":"x"}'],
  ['JSON in depth', json, '{"a":[1,{"_user":"bram"}],"b":{"c":{"_pass":"x"}}}'],
  ['JSON as a list', json, '[{"_user":"bram","_pass":"x"}]'],
  ['JSON as a form', form, ' {"_user":"bram","_pass":"x"}'],
  ['JSON as multipart', multipart, '{"_user":"bram","_pass":"x"}'],
  ['JSON under any type', 'application/octet-stream', '{"_user":"bram","_pass":"x"}'],
  ['multipart', multipart, `${field('_user')}${field('_pass')}--b--\r\n`],
  ['multipart with LF only', multipart, (field('_user') + field('_pass')).replaceAll('\r', '')],
  [
    'multipart in other letters',
    multipart.toUpperCase(),
    (field('_user') + field('_pass')).toUpperCase().replaceAll('_USER', '_user').replaceAll('_PASS', '_pass'),
  ],
  ['multipart without quotes', multipart, part('form-data; name=_user') + part('form-data;name=_pass')],
  ['multipart in single quotes', multipart, part("form-data; name='_user'") + part("form-data; name='_pass'")],
  ['multipart with spaces', multipart, part('form-data ; name = "_user"') + part('form-data\t;\tname\t=\t"_pass"')],
  ['multipart with escapes', multipart, part('form-data; name="\\_user"') + part('form-data; name="_pa\\ss"')],
  [
    'multipart, folded heads',
    multipart,
    part('form-data;\r\n name="_user"') + part('form-data\r\n\t;\r\n name=\r\n "_pass"'),
  ],
  ['multipart with a name that is folded', multipart, part('form-data; name="\r\n _user"') + field('_pass')],
  [
    'multipart with a lone CR, which PHP reads over',
    multipart,
    part('form-data;\rname="_user"') + part('form-data;\rname="_pass"'),
  ],
  [
    'multipart with an open quote, which PHP takes',
    multipart,
    part('form-data; name="_user') + part('form-data; name="_pass'),
  ],
  [
    'multipart with extended names (RFC 8187)',
    multipart,
    part("form-data; name*=utf-8''_user") + part("form-data; name*=UTF-8'nl'%5Fpass"),
  ],
  [
    'multipart with names in pieces (RFC 2231 3)',
    multipart,
    part('form-data; name*0="_us"; name*1="er"') + part('form-data; name*0="_pa"; name*1="ss"'),
  ],
  [
    'multipart with escaped names in pieces (RFC 2231 4.1)',
    multipart,
    part("form-data; name*0*=utf-8''%5fus; name*1*=er") + part('form-data;\r\n name*1="ss";\r\n\tNAME *0 = "_pa"'),
  ],
  ['multipart with an escaped CR in a name', multipart, part('form-data; x="\\\r"; name="_user"') + field('_pass')],
  [
    'multipart with a file first',
    multipart,
    part('form-data; filename="a"; name="_user"') + part('form-data; name="a"; name="_pass"'),
  ],
  ['multipart under another boundary', multipart, (field('_user') + field('_pass')).replaceAll('--b', '--other')],
  ['multipart within multipart', multipart, part('form-data; name="a"', `--c\r\n${field('_user')}`) + field('_pass')],
  ['multipart with lists', multipart, field('_user[]') + field('_pass[a]')],
  ['multipart without an end', multipart, `${field('_user')}--b\r\nContent-Disposition: form-data; name="_pass"`],
  ['multipart of another kind', 'multipart/mixed; boundary=b', field('_user') + field('_pass')],
];

describe('R08 a sign-in inside a session is seen', () => {
  it.each(signIns)('in %s, cut anywhere', (_title, type, body) => {
    expect(refuses(type, body)).toBe(true);
    const bytes = Buffer.from(body);
    for (let cut = 0; cut <= bytes.length; cut += 1) expect(refuses(type, bytes, [cut])).toBe(true);
    const each = Array.from({ length: bytes.length }, (_none, n) => n);
    expect(refuses(type, bytes, each)).toBe(true);
  });

  it('any cutting of a body finds the same names', () => {
    fc.assert(
      fc.property(fc.constantFrom(...signIns), fc.array(fc.nat(200), { maxLength: 20 }), ([, type, body], cuts) => {
        expect(found(type, body, cuts)).toEqual(found(type, body));
      }),
    );
  });

  it('any cutting of any form finds the names that URLSearchParams finds', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string()), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pairs, fc.array(fc.nat(120), { maxLength: 12 }), (entries, cuts) => {
        const body = new URLSearchParams(entries).toString();
        expect(found(form, body, cuts)).toEqual(new Set(entries.map(([name]) => foldName(name, 'php'))));
      }),
    );
  });

  it('any cutting of any JSON finds all its names', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { minKeys: 1 }),
        fc.array(fc.nat(200)),
        (value, cuts) => {
          const names = new Set<string>();
          JSON.stringify(value, function (this: unknown, key, inner: unknown) {
            if (!Array.isArray(this)) names.add(foldName(key, 'php'));
            return inner;
          });
          const seen = found(json, JSON.stringify(value), cuts);
          // The replacer is called with '' for the whole, which is no name.
          for (const name of names) if (name !== '') expect(seen).toContain(name);
        },
      ),
    );
  });

  const spaces = (length: number, space = '+') => space.repeat(length);
  it.each<[string, string | undefined, string]>([
    ['spaces before a name', form, `${spaces(5000)}_user=bram&_pass=x`],
    ['escaped spaces before a name', form, `${spaces(5000, '%20')}_user=bram&_pass=x`],
    ['mixed spaces before both names', form, `${spaces(3000, '+%20%0a')}.user=bram&${spaces(9000)}_pass=x`],
    ['a long tail behind a NUL', form, `_user%00${'x'.repeat(9000)}=bram&_pass=x`],
    ['a long index', form, `_user[${'x'.repeat(9000)}]=bram&_pass=x`],
    ['long values', form, `_user=${'x'.repeat(50_000)}&_pass=x`],
    ['long names before', form, `${'x'.repeat(50_000)}=1&_user=bram&_pass=x`],
    ['long values in JSON', json, `{"_user":"${'x'.repeat(50_000)}","_pass":"x"}`],
    ['long names in JSON', json, `{"${'\\"'.repeat(9000)}":1,"_user":"bram","_pass":"x"}`],
    ['spaces in JSON', json, `${spaces(50_000, ' ')}{"_user"${spaces(50_000, '\n')}:"bram","_pass":"x"}`],
    ['a long file', multipart, field('_user') + part('form-data; name="a"', 'x'.repeat(50_000)) + field('_pass')],
    ['a head of 8 KB', multipart, part(`form-data; x="${'y'.repeat(8000)}"; name="_user"`) + field('_pass')],
    ['a head beyond what is let through', multipart, part(`form-data; x="${'y'.repeat(9000)}"; name="a"`)],
    ['a folded head beyond what is let through', multipart, part(`form-data;${'\r\n x=y;'.repeat(1500)} name="a"`)],
  ])('R08 behind %s, cut anywhere', (_title, type, body) => {
    expect(refuses(type, body)).toBe(true);
    const length = Buffer.from(body).length;
    for (const step of [1, 7, 4096, 4097, 16_384]) {
      if (step === 1 && type === multipart) continue;
      expect(
        refuses(
          type,
          body,
          Array.from({ length: Math.floor(length / step) }, (_none, n) => n * step),
        ),
      ).toBe(true);
    }
  });
});

describe('an honest body passes', () => {
  it.each<[string, string | undefined, string]>([
    ['a user alone', form, '_user=bram&a=_pass&b=_pass%3Dx'],
    ['a password alone', form, '_pass=x&_passx=_user'],
    ['an open bracket, which is no list', form, '_user[=bram&_pass=x'],
    [
      'values that look like names in JSON',
      json,
      '{"a":"_user","b":"_pass","c":["_user","_pass"],"d":"\\"_user\\":","_pass":1}',
    ],
    ['text that is no JSON', json, 'x {"_user":1,"_pass":2}'],
    ['XML', 'application/xml', '<a _user="1" _pass="2"/>'],
    ['values in multipart', multipart, part('form-data; name="a"', '_user=x&_pass=y') + field('_user')],
    ['a head of another kind', multipart, `${field('_user')}--b\r\nContent-Type: x; name="_pass"\r\n\r\n`],
    ['nothing', form, ''],
    [
      'a minified script that names the header',
      multipart,
      part('form-data; name="file"', `a={"content-disposition":b,x:${'y'.repeat(20_000)}}`),
    ],
    [
      'stored mail with file names in pieces',
      multipart,
      part(
        'form-data; name="file"; filename="a.eml"',
        'Content-Disposition: attachment;\n filename*0="a"; filename*1="b"',
      ),
    ],
    ['a calendar', 'text/calendar', `BEGIN:VCALENDAR\r\nX=${'y'.repeat(9000)}\r\nEND:VCALENDAR`],
  ])('%s, cut anywhere', (_title, type, body) => {
    const bytes = Buffer.from(body);
    for (let cut = 0; cut <= Math.min(bytes.length, 300); cut += 1) expect(refuses(type, bytes, [cut])).toBe(false);
  });

  it('half a name in multipart is not taken for a name', () => {
    const body = part('form-data; name=_username') + part('form-data; name=_password');
    for (let cut = 0; cut <= body.length; cut += 1) expect(refuses(multipart, body, [cut])).toBe(false);
  });
});

it.each(['content-disposition:', '\ncontent-disposition:'])(
  'bytes of %j one by one cost no more than their number (CWE-1333)',
  text => {
    const send = (size: number) => {
      const scanner = scannerFor(multipart, () => false);
      const bytes = Buffer.from(text.repeat(Math.ceil(size / text.length)));
      for (let at = 0; at < size; at += 1) scanner.push(bytes.subarray(at, at + 1));
      scanner.end();
    };
    // What is kept is read again at each look: as much as a few reads of the whole, not one for every byte.
    const whole = effort(() => scannerFor(multipart, () => false).push(Buffer.alloc(16_000, text)));
    expect(effort(() => send(16_000))).toBeLessThan(Math.max(whole, 2_000) * 100);
  },
);

it('tells the value of a form field with its name, decoded', () => {
  const seen: [string, string | undefined][] = [];
  const scanner = scannerFor(form, (name, value) => {
    seen.push([name, value]);
    return false;
  });
  for (const piece of ['_ta', 'sk=log', 'out+%2', '6x&a&b==']) scanner.push(Buffer.from(piece));
  scanner.end();
  expect(seen).toEqual([
    ['_task', 'logout &x'],
    ['a', ''],
    ['b', '='],
  ]);
});

it('a refusal of one field is a refusal, though others follow', () => {
  const scanner = scannerFor(form, name => name === 'a');
  expect(scanner.push(Buffer.from('a=1&b=2&'))).toBe(true);
  expect(scannerFor(undefined, name => name === 'a').push(Buffer.from('a=1&b'))).toBe(true);
});
