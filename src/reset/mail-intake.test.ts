import { describe, expect, test } from 'vitest';
import { resetRules } from '../../test/support/reset-bench.ts';
import { isRefusal, readFiling } from './filing.ts';
import { readMail } from './mail-intake.ts';

const rules = { ...resetRules, authservId: 'mx.sluis.nl' };
const good = 'mx.sluis.nl; dkim=pass header.d=gemeente.nl; dmarc=pass (p=reject) header.from=gemeente.nl';

const body = `Beste collega,

E-mailadres van het account: resident@post.example
Methode: document
Document: paspoort
Laatste vier tekens: 12ab
Medewerkers: Anna Bakker, Bram Visser
Identiteit gecontroleerd: ja
Opdracht tot herstel: ja
Reden: gestolen
Dossiernummer: Z-2026/0042

> Account: thief@elders.nl
`;

function mail(given: { from?: string; results?: readonly string[]; text?: string; more?: readonly string[] } = {}) {
  const { from = 'Carla de Wit <carla@gemeente.nl>', results = [good], text = body, more = [] } = given;
  const lines = [
    ...results.map(value => `Authentication-Results: ${value}`),
    'Received: from mail.gemeente.nl by mx.sluis.nl; Mon, 16 Nov 2026 09:00:00 +0100',
    `From: ${from}`,
    'Message-ID: <1@gemeente.nl>',
    'Date: Mon, 16 Nov 2026 09:00:00 +0100',
    ...more,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text.replaceAll('\n', '\r\n'),
  ];
  return Buffer.from(lines.join('\r\n'));
}

async function reasonOf(given: Parameters<typeof mail>[0]): Promise<string> {
  const read = await readMail(mail(given), rules);
  return 'reason' in read ? read.reason : 'taken';
}

describe('R34: a request by mail', () => {
  test('is taken with what shows where it came from', async () => {
    const read = await readMail(mail(), rules);
    if ('reason' in read) throw new Error(read.reason);
    expect(read.evidence).toMatchObject({
      from: 'carla@gemeente.nl',
      messageId: '<1@gemeente.nl>',
      dkim: 'gemeente.nl',
      dmarc: 'pass',
    });
    const filed = readFiling(read.filing, rules);
    if (isRefusal(filed)) throw new Error(JSON.stringify(filed));
    expect(filed).toMatchObject({
      account: { address: 'resident@post.example' },
      requester: { name: 'Carla de Wit', address: 'carla@gemeente.nl' },
      identity: { documentType: 'passport', documentLastFour: '12AB', staff: ['Anna Bakker', 'Bram Visser'] },
      lostBecause: 'stolen',
      fileNumber: 'Z-2026/0042',
    });
  });

  test.each([
    ['no word of our server', []],
    ['the word of another server', [good.replace('mx.sluis.nl', 'mx.elders.nl')]],
    ['a name that only begins like ours', [good.replace('mx.sluis.nl', 'mx.sluis.nl.elders.nl')]],
    ['a forged one beside ours', [good, good.replace('p=reject', 'p=none')]],
    ['ours says no, the forged one yes', [good.replace('dmarc=pass', 'dmarc=fail'), good]],
    ['ours cannot be read, the forged one can', ['mx.sluis.nl; dmarc=fail (', good]],
    ['DMARC failed', [good.replace('dmarc=pass', 'dmarc=fail')]],
    ['DMARC passed for another domain', [good.replace('header.from=gemeente.nl', 'header.from=elders.nl')]],
    ['signed by another domain', [good.replace('header.d=gemeente.nl', 'header.d=elders.nl')]],
    ['nothing signed', [good.replace('dkim=pass', 'dkim=none')]],
    [
      'DMARC in a comment',
      ['mx.sluis.nl; dkim=pass header.d=gemeente.nl; spf=fail (; dmarc=pass header.from=gemeente.nl)'],
    ],
    ['DMARC twice', [`${good}; dmarc=fail header.from=gemeente.nl`]],
  ])('counts for nothing: %s', async (_what, results) => {
    expect(await reasonOf({ results })).toBe('unproved');
  });

  test('one of another server beside ours changes nothing', async () => {
    expect(await reasonOf({ results: [good, good.replace('mx.sluis.nl', 'elders.nl').replace('pass', 'fail')] })).toBe(
      'taken',
    );
  });

  test.each([
    ['two senders', 'carla@gemeente.nl, thief@elders.nl', 'invalid'],
    ['a group', 'Team: carla@gemeente.nl;', 'invalid'],
    ['the official address as a name', '"carla@gemeente.nl" <thief@elders.nl>', 'foreign-domain'],
    ['the official address as a name, encoded', '=?utf-8?q?carla=40gemeente.nl?= <thief@elders.nl>', 'foreign-domain'],
    ['a domain that looks alike', 'carla@gemeentе.nl', 'foreign-domain'],
    ['punycode', 'carla@xn--gemeent-2of.nl', 'foreign-domain'],
    ['a group mailbox', 'Balie <info@gemeente.nl>', 'group-mailbox'],
    ['nobody', '', 'invalid'],
  ])('from %s: %s is %s', async (_what, from, reason) => {
    expect(await reasonOf({ from })).toBe(reason);
  });

  test('a second From header is refused', async () => {
    expect(await reasonOf({ more: ['From: thief@elders.nl'] })).toBe('invalid');
  });

  test('a label that says two things is a mistake by name; one in a mail that was forwarded counts for nothing', async () => {
    const text = body.replace('Reden:', 'Account: other@post.example\nReden:');
    expect(await readMail(mail({ text }), rules)).toEqual({ reason: 'invalid', field: 'account' });
    const blanks = body.replace(/^.*: resident@post\.example$/m, line => `${' '.repeat(1_000)}${line}`);
    expect(await readMail(mail({ text: blanks }), rules)).toMatchObject({ filing: { account: '' } });
    const none = await readMail(mail({ text: 'Graag herstel.' }), rules);
    if ('reason' in none) throw new Error(none.reason);
    expect(readFiling(none.filing, rules)).toEqual({ reason: 'missing', field: 'account' });
  });

  test('what is no mail is refused and throws nothing', async () => {
    for (const raw of ['', '\0\0\0', 'From:', 'x'.repeat(100_000), `From: ${'a'.repeat(50_000)}@gemeente.nl\r\n\r\n`])
      expect(await readMail(Buffer.from(raw), rules)).toHaveProperty('reason');
  });
});
