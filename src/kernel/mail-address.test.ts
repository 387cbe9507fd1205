import { describe, expect, test } from 'vitest';
import { mailDomain, mailKey, parseMailAddress } from './mail-address.ts';

describe('parseMailAddress', () => {
  test.each([
    ['anna@gemeente.nl', 'anna@gemeente.nl'],
    ['  Anna.de-Vries+post@Post.GEMEENTE.nl ', 'Anna.de-Vries+post@post.gemeente.nl'],
    ["o'brien@gemeente.nl", "o'brien@gemeente.nl"],
    ['a@b.xn--p1ai', 'a@b.xn--p1ai'],
    [`${'a'.repeat(64)}@gemeente.nl`, `${'a'.repeat(64)}@gemeente.nl`],
  ])('takes %s', (text, expected) => {
    expect(parseMailAddress(text)).toBe(expected);
  });

  test.each([
    ['nothing', ''],
    ['no domain', 'anna@'],
    ['no name', '@gemeente.nl'],
    ['one label', 'anna@localhost'],
    ['an address of the network', 'anna@10.0.0.1'],
    ['a literal', 'anna@[127.0.0.1]'],
    ['two', 'anna@gemeente.nl, eve@example.org'],
    ['a name in front', 'Anna <anna@gemeente.nl>'],
    ['quotes, as in "a@b"@c', '"eve@example.org"@gemeente.nl'],
    ['a comment', 'anna(eve)@gemeente.nl'],
    ['a header behind a line break (CWE-93)', 'anna@gemeente.nl\r\nBcc: eve@example.org'],
    ['a line break before the domain', 'anna\n@gemeente.nl'],
    ['a command behind >', 'anna@gemeente.nl>\r\nRCPT TO:<eve@example.org'],
    ['a space', 'an na@gemeente.nl'],
    ['a NUL', 'anna\u0000@gemeente.nl'],
    ['a route by %', 'eve%example.org@gemeente.nl'],
    ['a route by !', 'example!eve@gemeente.nl'],
    ['an option', '-oQ/tmp@gemeente.nl'],
    ['dots in a row', 'an..na@gemeente.nl'],
    ['a dot at the end', 'anna.@gemeente.nl'],
    ['a look-alike letter', 'аnna@gemeente.nl'],
    ['the Kelvin sign', 'anna@\u212Aerk.nl'],
    ['text that turns its direction', 'anna\u202E@gemeente.nl'],
    ['a name of 65 signs', `${'a'.repeat(65)}@gemeente.nl`],
    ['256 signs', `a@${'b.'.repeat(126)}nl`],
    ['a label of 64 signs', `a@${'b'.repeat(64)}.nl`],
    ['a hyphen that ends a label', 'anna@gemeente-.nl'],
  ])('refuses %s', (_, text) => {
    expect(parseMailAddress(text)).toBeUndefined();
  });

  test('answers soon, whatever it is given', () => {
    expect(parseMailAddress(`${'a.'.repeat(100_000)}@`)).toBeUndefined();
    expect(parseMailAddress(`${'a.'.repeat(31)}!@gemeente.nl`)).toBeUndefined();
  });
});

test('one mailbox, however it is spelled', () => {
  expect(mailKey('Anna@gemeente.nl')).toBe(mailKey('aNNa@gemeente.nl'));
  expect(mailKey('\u212Aees@gemeente.nl')).not.toBe(mailKey('kees@gemeente.nl'));
});

test('of an address only its domain stands in a log', () => {
  expect(mailDomain('anna@post.gemeente.nl')).toBe('post.gemeente.nl');
});
