import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { header } from '../../test/support/raw-http.ts';
import { postTicket, type ResetSluis, startResetSluis, ticket, withAddress } from '../../test/support/reset-sluis.ts';
import { sha256 } from '../kernel/hash.ts';

let bench: ResetSluis;
beforeAll(async () => {
  bench = await startResetSluis();
  await withAddress(bench.sluis, 'anna', 'anna@post.example');
});
afterAll(() => bench?.close());

const casesOf = () => bench.sluis.core.resetDesk.records.list('gemeente', 'all', { limit: 1_000 });
const errorOf = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('R33 R34: a ticket system files a case', () => {
  it('gets its number; the requester is mailed one link, to the official address', async () => {
    const answer = await postTicket(bench, ticket);
    expect(answer.status).toBe(201);
    const { case: id, state } = errorOf(answer.text);
    expect(state).toBe('requested');
    const [mail] = await bench.mail.mails(1);
    expect(mail?.to).toEqual(['carla@gemeente.test']);
    expect(mail?.mail.subject).toContain(String(id));
    expect(mail?.mail.text).toContain(`${bench.sluis.portalOrigin}/reset/${id}/`);
    expect(await bench.sluis.core.resetDesk.records.find('gemeente', String(id))).toMatchObject({
      via: 'api',
      requester: { address: 'carla@gemeente.test' },
    });
  });

  it('answers the same for an account that exists and for one that does not', async () => {
    const there = await postTicket(bench, ticket);
    const nobody = await postTicket(bench, { ...ticket, account: 'niemand@post.example' });
    const shape = ({ status, text, headers }: typeof there) => [
      status,
      text.replace(/"case":"[^"]+"/, ''),
      headers.filter(([name]) => name.toLowerCase() !== 'date'),
    ];
    expect(shape(nobody)).toEqual(shape(there));
  });

  it('the same key makes one case, however often and however many at once; with another body it is refused', async () => {
    const before = (await casesOf()).length;
    const key = { 'Idempotency-Key': 'once-and-only-once' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => postTicket(bench, ticket, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect((await casesOf()).length).toBe(before + 1);
    const other = await postTicket(bench, { ...ticket, fileNumber: 'x' }, key);
    expect([other.status, errorOf(other.text)]).toEqual([409, { error: 'idempotency-key-used' }]);
  });

  it.each([
    ['account', { account: '' }],
    ['requester.name', { requester: { ...ticket.requester, name: '' } }],
    ['requester.address', { requester: { name: 'Carla' } }],
    ['identity.method', { identity: undefined }],
    ['identity.documentType', { identity: { ...ticket.identity, documentType: undefined } }],
    ['identity.documentLastFour', { identity: { ...ticket.identity, documentLastFour: '' } }],
    ['identity.staff', { identity: { ...ticket.identity, staff: [] } }],
    ['identityConfirmed', { identityConfirmed: false }],
    ['ordered', { ordered: undefined }],
    ['lostBecause', { lostBecause: undefined }],
  ])('without %s it is refused by that name', async (field, without) => {
    const answer = await postTicket(bench, { ...ticket, ...without });
    expect([answer.status, errorOf(answer.text)]).toEqual([422, { error: 'missing', field }]);
  });

  it.each([
    ['foreign-domain', 'requester.address', { requester: { ...ticket.requester, address: 'carla@elders.test' } }],
    ['group-mailbox', 'requester.address', { requester: { ...ticket.requester, address: 'info@gemeente.test' } }],
    ['group-mailbox', 'requester.address', { requester: { ...ticket.requester, address: 'wmo-oost@gemeente.test' } }],
    ['invalid', 'identity.method', { identity: { ...ticket.identity, method: 'telefoon' } }],
    ['invalid', 'identityConfirmed', { identityConfirmed: 'true' }],
    ['invalid', 'ordered', { ordered: 1 }],
    ['invalid', 'account', { account: ['a'] }],
    ['invalid', 'identity.staff', { identity: { ...ticket.identity, staff: 'Dirk' } }],
    ['invalid', 'realm', { realm: 'elders' }],
    ['unknown', 'executed', { executed: true }],
    ['unknown', 'identity.confirmed', { identity: { ...ticket.identity, confirmed: true } }],
    ['too-long', 'requester.name', { requester: { ...ticket.requester, name: 'a'.repeat(10_000) } }],
    ['too-long', 'fileNumber', { fileNumber: '1'.repeat(65) }],
    ['invalid', 'fileNumber', { fileNumber: 'Z-1\r\n{"audit":"forged"}' }],
    ['invalid', 'requester.name', { requester: { ...ticket.requester, name: 'Carla \u202egpj.exe' } }],
  ])('%s at %s', async (error, field, given) => {
    const answer = await postTicket(bench, { ...ticket, ...given });
    expect([answer.status, errorOf(answer.text)]).toEqual([422, { error, field }]);
  });

  it('takes a name from right to left, and every event of it stays one line of the log', async () => {
    const before = bench.sluis.log.length;
    const requester = { ...ticket.requester, name: 'אברהם בן־דוד' };
    expect((await postTicket(bench, { ...ticket, requester })).status).toBe(201);
    const lines = bench.sluis.log.slice(before);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line.trimEnd()).not.toMatch(/[\n\r\u2028]/);
  });

  it.each([
    ['no token', { Authorization: undefined }, 401],
    ['another token', { Authorization: 'Bearer wrong' }, 401],
    ['the hash for the token', { Authorization: 'Basic dG9wZGVzazp4' }, 401],
    ['no key', { 'Idempotency-Key': undefined }, 400],
    ['a short key', { 'Idempotency-Key': '1' }, 400],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
    ['text, as a page of another site may send it', { 'Content-Type': 'text/plain' }, 415],
  ])('%s: refused', async (_what, headers, status) => {
    expect((await postTicket(bench, ticket, headers)).status).toBe(status);
  });

  it.each(['', '{', '[]', '"x"', 'null', `{"account":"\u{0}`])('%j is not a request', async body => {
    expect((await postTicket(bench, body)).status).toBe(400);
  });

  it('a body that is too large is refused, and other methods and places are not there', async () => {
    expect((await postTicket(bench, 'x'.repeat(300_000))).status).toBe(413);
    const { Client } = await import('../../test/support/client.ts');
    const host = new URL(bench.sluis.core.settings.console?.origin ?? '').host;
    const get = await new Client(bench.sluis.port, { host }).request('GET', '/api/reset-cases');
    expect(get.status).toBe(404);
    const portal = await new Client(bench.sluis.port, { host: bench.sluis.portalHost }).request(
      'POST',
      '/api/reset-cases',
      '{}',
      { 'Content-Type': 'application/json' },
    );
    expect(portal.status).not.toBe(201);
  });
});

describe('R34: a mail server files a case', () => {
  const mail = (results: string, id = '1') =>
    Buffer.from(
      [
        `Authentication-Results: ${results}`,
        'From: Carla de Wit <carla@gemeente.test>',
        `Message-ID: <${id}@gemeente.test>`,
        '',
        'Account: anna@post.example',
        'Methode: data',
        'Identiteit gecontroleerd: ja',
        'Opdracht tot herstel: ja',
        'Reden: verloren',
      ].join('\r\n'),
    );
  const good = 'mx.sluis.test; dkim=pass header.d=gemeente.test; dmarc=pass header.from=gemeente.test';
  const headers = { 'Content-Type': 'message/rfc822', 'Idempotency-Key': undefined };

  it('with the word of our own server; twice the same mail is one case', async () => {
    const first = await postTicket(bench, mail(good), headers);
    expect(first.status).toBe(201);
    expect((await postTicket(bench, mail(good), headers)).text).toBe(first.text);
    const id = String(errorOf(first.text)['case']);
    expect(await bench.sluis.core.resetDesk.records.find('gemeente', id)).toMatchObject({
      via: 'mail',
      request: { by: 'mail', evidence: { from: 'carla@gemeente.test', dmarc: 'pass', messageId: '<1@gemeente.test>' } },
    });
  });

  it('sent on later, or by another way, it is the case that it was, and no second one', async () => {
    const first = await postTicket(bench, mail(good, '3'), headers);
    bench.sluis.clock.advance(30 * 24 * 60 * 60_000);
    const again = `Received: from elders by mx.sluis.test\r\n${mail(good, '3')}`;
    const answer = await postTicket(bench, again, headers);
    expect([answer.status, answer.text]).toEqual([201, first.text]);
    const other = await postTicket(bench, again.replace('verloren', 'gestolen'), headers);
    expect([other.status, errorOf(other.text)]).toEqual([409, { error: 'idempotency-key-used' }]);
  });

  it('with a forged one it is refused', async () => {
    const answer = await postTicket(bench, mail(good.replace('mx.sluis', 'mx.elders'), '2'), headers);
    expect([answer.status, errorOf(answer.text)]).toEqual([422, { error: 'unproved', field: 'request' }]);
  });
});

it('guesses of a token end after twenty, and cases of one client after sixty in an hour', async () => {
  const own = await startResetSluis();
  try {
    for (let turn = 0; turn < 20; turn += 1)
      expect((await postTicket(own, ticket, { Authorization: `Bearer ${turn}` })).status).toBe(401);
    const late = await postTicket(own, ticket, { Authorization: 'Bearer guess' });
    expect(late.status).toBe(429);
    expect(Number(header(late, 'retry-after'))).toBeGreaterThan(0);
    // Who has the token is not kept out by who guesses.
    await own.sluis.core.store.count(`reset-api:{${sha256('topdesk')}}`, 60 * 60_000, 59);
    expect((await postTicket(own, ticket)).status).toBe(201);
    expect((await postTicket(own, ticket)).status).toBe(429);
  } finally {
    await own.close();
  }
});

it('one requester is mailed ten times a day at most', async () => {
  const own = await startResetSluis();
  try {
    const statuses: number[] = [];
    for (let turn = 0; turn < 11; turn += 1) statuses.push((await postTicket(own, ticket)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429]);
  } finally {
    await own.close();
  }
});
