import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { smtpMailer } from '../../src/carrier/smtp-mailer.ts';
import type { MailboxRule } from '../../src/config/settings.ts';
import type { EmailWay } from '../../src/factor/sent-code/sending.ts';
import { mailCarrier } from '../../src/main/code-carriers.ts';
import { passwords } from '../support/apps.ts';
import { type MailServer, type MailServerOptions, smtpServerAt, startMailServer } from '../support/mail-server.ts';
import { beginChange } from '../support/own.ts';
import {
  appClient,
  browserOf,
  openPortal as openPortalOn,
  passFirstGate,
  release,
  releaseOn,
  submit,
} from '../support/person.ts';
import { openPortal, type PortalBench, titleOf } from '../support/portal-bench.ts';
import { arrive, beginSetUp } from '../support/sent-codes.ts';
import { freePort, startSluis, type TestSluis } from '../support/sluis.ts';
import { codeIn, startGateway, type TestGateway } from '../support/sms-gateway.ts';
import { minute, realm } from '../vectors/factor-bench.ts';

const wiki = { id: 'wiki', title: 'Wiki\r\nBcc: evil@evil.test' };

let server: MailServer;
let bench: PortalBench;
let logged: object[];
/** Set by a test: what the server says in place of taking a mail. */
let refuse: MailServerOptions['refuse'];

async function open(rules: Readonly<Record<string, MailboxRule>>): Promise<void> {
  // A port that it can have again: one that the system gives is given to others once it is free.
  const port = await freePort();
  server = await startMailServer({ tls: 'none', port, refuse: (step, address) => refuse?.(step, address) });
  const mail = smtpMailer(() => smtpServerAt(server.port, { from: 'sluis@gemeente.test' }));
  const keep = (fields: object) => void logged.push(fields);
  const email: EmailWay = {
    carrier: mailCarrier(mail, { error: keep, warn: keep, info: keep }),
    perHour: 500,
    functional: ['info', 'team*'],
    mailboxes: new Map(Object.entries(rules)),
  };
  bench = await openPortal({ beside: [wiki], sending: { email } });
}

const closedWebmail = {
  webmail: { word: 'same-password', own: ['gemeente.test'] },
  wiki: { word: 'demands-mfa', own: ['gemeente.test'] },
} as const;
const toWiki = { app: 'wiki' } as const;

beforeEach(async () => {
  logged = [];
  refuse = undefined;
  await open(closedWebmail);
});
afterEach(() => server.close());

async function lastCode(count: number): Promise<string> {
  return codeIn((await server.mails(count)).at(-1)?.mail.text ?? '');
}

async function withMailbox(name: string, address: string): Promise<void> {
  const { browser, page } = await beginSetUp(bench, name, 'email', toWiki);
  const asked = await browser.submit(page, { address, personal: 'yes' });
  const done = await browser.post(asked, { code: await lastCode(server.taken.length) });
  if (done.location?.startsWith('/recovery-codes/') !== true) throw new Error(`${address}: ${done.status}`);
  bench.clock.time += 61 * minute;
}

describe('codes by mail', () => {
  test('R30: an address is proved, then a code opens the app; the mail has no link, one recipient, and no code in its subject', async () => {
    await withMailbox('anna', 'Anna@Gemeente.test');
    expect((await bench.people.byName(realm, 'anna'))?.factors).toMatchObject([
      {
        kind: 'email',
        level: 1,
        label: 'A•••@gemeente.test',
        credential: { address: 'Anna@gemeente.test' },
        // R07: she said so.
        personal: true,
      },
    ]);
    const { browser, page, id } = await arrive(bench, 'anna', toWiki);
    expect(page.html).toContain('A•••@gemeente.test');
    const code = await lastCode(2);
    const { mail, to, raw } = server.taken[1] ?? never();
    expect(to).toEqual(['Anna@gemeente.test']);
    expect(mail.subject).toBe('Uw code voor Wiki Bcc: evil@evil.test');
    expect(mail.text).toMatch(new RegExp(`^${code} is uw code voor Wiki `));
    expect(mail.text).not.toMatch(/https?:|www\./);
    expect(mail.bcc ?? []).toEqual([]);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(mail.html).toBeUndefined();
    expect((await browser.submit(page, { code })).path).toBe(`/go/${id}`);
  });

  test('R20 R06 a.20: refused for the app whose password opens the mailbox: not offered, not open, no mail, whatever is posted', async () => {
    await withMailbox('anna', 'anna@gemeente.test');
    const before = server.taken.length;
    const { browser, page, id } = await arrive(bench, 'anna');
    expect(page.path).toBe(`/not-enough/${id}`);
    expect((await browser.open(`/challenge/${id}/email`)).path).toBe(`/not-enough/${id}`);
    const elsewhere = await arrive(bench, 'anna', { ...toWiki, browser });
    const code = await lastCode(before + 1);
    const forged = { ...elsewhere.page, html: elsewhere.page.html.replaceAll(elsewhere.id, id) };
    const answer = await browser.post(forged, { code });
    expect(answer.status).not.toBe(200);
    expect(
      (await bench.pendings.forPortal(id, browser.cookies.get('__Host-sluis-portal') ?? ''))?.passed,
    ).toBeUndefined();
    const { code: letter } = await bench.activation.invite(realm, 'bram', {
      by: 'desk',
      replaces: false,
      validity: minute,
    });
    const bram = await arrive(bench, 'bram');
    expect((await bram.browser.submit(bram.page, { code: letter })).html).not.toContain('value="email"');
    expect(server.taken).toHaveLength(before + 1);
  });

  test('R20: where the password opens mailboxes of a webmail beside it, those get no code, and others do', async () => {
    await server.close();
    await open({
      webmail: { word: 'separate', own: ['gemeente.test'] },
      wiki: { word: 'separate', own: ['gemeente.test'] },
    });
    const { browser, page } = await beginSetUp(bench, 'anna', 'email', toWiki);
    for (const address of ['anna@gemeente.test', 'anna@POST.gemeente.test', 'anna+x@gemeente.test']) {
      const answer = await browser.post(page, { address, personal: 'yes' });
      expect([answer.status, answer.html.includes('met hetzelfde wachtwoord')]).toEqual([422, true]);
    }
    expect(server.taken).toEqual([]);
    const asked = await browser.submit(page, { address: 'anna@thuis.test', personal: 'yes' });
    expect((await browser.post(asked, { code: await lastCode(1) })).location).toContain('/recovery-codes/');
  });

  test.each([
    ['info@gemeente.test', 'lezen de mail van dit adres'],
    ['Info+anna@gemeente.test', 'lezen de mail van dit adres'],
    ['team-burgerzaken@gemeente.test', 'lezen de mail van dit adres'],
    ['anna@gemeente.test\r\nBcc: evil@evil.test', 'Vul een e-mailadres in'],
    ['anna@gemeente.test, evil@evil.test', 'Vul een e-mailadres in'],
    ['"anna evil"@gemeente.test', 'Vul een e-mailadres in'],
    ['anna@[127.0.0.1]', 'Vul een e-mailadres in'],
    ['anna@localhost', 'Vul een e-mailadres in'],
    ['ännä@gemeente.test', 'Vul een e-mailadres in'],
    ['-oQ/tmp@gemeente.test', 'Vul een e-mailadres in'],
    ['anna%evil.test@gemeente.test', 'Vul een e-mailadres in'],
    ['', 'Vul een e-mailadres in'],
  ])('R07: %j gets no code', async (address, words) => {
    const { browser, page } = await beginSetUp(bench, 'anna', 'email', toWiki);
    const answer = await browser.post(page, { address, personal: 'yes' });
    expect([answer.status, answer.html.includes(words)]).toEqual([422, true]);
    expect(server.taken).toEqual([]);
  });

  test.each(['anna@gemeente.test', 'ANNA@gemeente.test', 'anna+nog-een@gemeente.test'])(
    'R07: %s is the mailbox of somebody else already',
    async address => {
      await withMailbox('anna', 'anna@gemeente.test');
      const { browser, page } = await beginSetUp(bench, 'bram', 'email', toWiki);
      const asked = await browser.submit(page, { address, personal: 'yes' });
      const told = await browser.post(asked, { code: await lastCode(2) });
      expect([told.status, told.html.includes('hoort bij iemand anders')]).toEqual([422, true]);
      expect((await bench.people.byName(realm, 'bram'))?.factors).toEqual([]);
    },
  );

  test('R07: an address by which the organisation reaches somebody else is not hers alone', async () => {
    const { id } = await bench.people.create(realm, 'carla');
    await bench.people.setEmail(id, 'carla@gemeente.test');
    const { browser, page } = await beginSetUp(bench, 'bram', 'email', toWiki);
    const asked = await browser.submit(page, { address: 'carla@gemeente.test', personal: 'yes' });
    expect((await browser.post(asked, { code: await lastCode(1) })).html).toContain('hoort bij iemand anders');
  });

  test.each([
    ['recipient', '550 5.1.1 no such mailbox anna@gemeente.test', 'no'],
    ['recipient', '450 4.2.0 greylisted', 'no'],
    ['message', '451 4.3.0 try later', 'unknown'],
    ['message', '552 5.3.4 too much', 'no'],
  ] as const)('a server that refuses the %s with %s: she is told what to do, the log why', async (at, reply, sent) => {
    await withMailbox('anna', 'anna@gemeente.test');
    refuse = step => (step === at ? reply : undefined);
    const { page } = await arrive(bench, 'anna', toWiki);
    expect(page.status).toBe(503);
    expect(titleOf(page)).toBe(sent === 'no' ? 'De code is niet verstuurd' : 'Vul de code in');
    expect(logged).toMatchObject([{ at, status: Number(reply.slice(0, 3)), sent }]);
    expect(JSON.stringify(logged)).not.toMatch(/anna|[0-9]{6}/);
    expect(bench.events.filter(({ type }) => type === 'challenge.failed')).toEqual([]);
  });

  test('a server that is away: the same, and the next code comes once it is back', async () => {
    await withMailbox('anna', 'anna@gemeente.test');
    const { port } = server;
    await server.close();
    const { browser, page } = await arrive(bench, 'anna', toWiki);
    expect([page.status, titleOf(page)]).toEqual([503, 'De code is niet verstuurd']);
    expect(logged).toMatchObject([{ at: 'connect', sent: 'no' }]);
    server = await startMailServer({ tls: 'none', port });
    bench.clock.time += minute;
    const again = await browser.submit(page, { act: 'again' });
    expect((await browser.submit(again, { code: await lastCode(1) })).path).toContain('/go/');
  });
});

describe('Sluis as it is composed, with codes by SMS and by mail', () => {
  let gateway: TestGateway;
  let apps: DemoApp[];
  let sluis: TestSluis;
  beforeEach(async () => {
    gateway = await startGateway();
    apps = [await startDemoApp(), await startDemoApp(), await startDemoApp()];
    sluis = await startSluis(
      ['post', 'stukken', 'kaart'].map((id, at) => ({
        id,
        upstream: apps[at]?.url ?? '',
        preset: 'demo',
        extra: '    level: 1',
      })),
      {
        extra: `levels: { acceptLevel1: { reason: Alleen stukken die openbaar zijn } }
mail: { host: 127.0.0.1, port: ${server.port}, tls: none, from: sluis@gemeente.test }
factors:
  sms:
    url: ${gateway.url}
    headers: { authorization: "Bearer {secret}" }
    json: { to: "{to}", text: "{text}" }
  email: { mailboxes: { post: same-password, stukken: demands-mfa, kaart: demands-mfa } }`,
        smsSecret: 's3cret',
      },
    );
  });
  afterEach(async () => {
    await sluis?.close();
    await gateway.close();
    for (const app of apps) await app.close();
  });

  const anna = { name: 'anna', password: passwords.anna };

  test('R04 R20: who is in by such a code is asked anew once the configuration takes it here no longer', async () => {
    const invitation = await sluis.invite('anna');
    const { app, portal } = browserOf(sluis, 'stukken');
    await passFirstGate(app, 'demo', anna);
    const kinds = await submit(portal, await openPortalOn(app, portal), { code: invitation });
    const address = await submit(portal, kinds, { kind: 'email' });
    const asked = await submit(portal, address, { act: 'address', address: 'anna@thuis.test', personal: 'yes' });
    const codes = await submit(portal, firstForm(asked), { code: await lastCode(1) });
    await release(app, await submit(portal, codes, { act: 'saved' }));
    const isIn = async () => (await app.get('/wie')).text.includes('id="wie"');
    expect(await isIn()).toBe(true);
    const { settings } = sluis.core;
    const { email } = settings.factors;
    const other = (rule: MailboxRule) => ({
      ...email,
      mailboxes: new Map([...(email?.mailboxes ?? []), ['stukken', rule]]),
    });
    for (const changed of [
      undefined,
      other({ word: 'same-password', own: [] }),
      other({ word: 'separate', own: ['thuis.test'] }),
    ]) {
      sluis.server.change({ ...settings, factors: { ...settings.factors, email: changed as typeof email } });
      expect([await isIn(), (await app.get('/wie')).location]).toEqual([false, '/_sluis/next']);
      sluis.server.change({ ...settings, factors: { ...settings.factors, sms: undefined } });
      expect(await isIn()).toBe(true);
    }
  });

  test('R20: a code by mail opens the app that takes it, and proves nothing at the webmail in the same browser', async () => {
    const invitation = await sluis.invite('anna');
    const { app, portal } = browserOf(sluis, 'stukken');
    await passFirstGate(app, 'demo', anna);
    const kinds = await submit(portal, await openPortalOn(app, portal), { code: invitation });
    const address = await submit(portal, kinds, { kind: 'email' });
    const asked = await submit(portal, address, { act: 'address', address: 'anna@thuis.test', personal: 'yes' });
    const codes = await submit(portal, firstForm(asked), { code: await lastCode(1) });
    const landed = await release(app, await submit(portal, codes, { act: 'saved' }));
    expect([landed.status, app.jar.has('__Host-sluis')]).toEqual([303, true]);
    const post = appClient(sluis, 'post');
    await passFirstGate(post, 'demo', anna);
    const page = await openPortalOn(post, portal);
    expect(releaseOn(page)).toBeUndefined();
    expect(page.text).toContain('sterkere');
    // Another app that takes such codes is open at once: it is the rule of the app that counts, and not of the session.
    const other = appClient(sluis, 'kaart');
    await passFirstGate(other, 'demo', anna);
    expect(releaseOn(await openPortalOn(other, portal))).toBeDefined();
    // She sees her own security, and reads what to do: a code by mail changes nothing there.
    const change = await beginChange(portal, 'add');
    expect([change.status, change.text.includes('Ga naar de balie')]).toEqual([409, true]);
    expect(JSON.stringify(sluis.log)).not.toContain('anna@thuis.test');
  });

  test('a code by SMS goes out with the key of the gateway, and stands in no log and no audit', async () => {
    const invitation = await sluis.invite('anna');
    const { app, portal } = browserOf(sluis, 'post');
    await passFirstGate(app, 'demo', anna);
    const kinds = await submit(portal, await openPortalOn(app, portal), { code: invitation });
    const address = await submit(portal, kinds, { kind: 'sms' });
    const asked = await submit(portal, address, { act: 'address', address: '0612345678', personal: 'yes' });
    const code = gateway.lastCode();
    expect(gateway.received[0]?.headers.authorization).toBe('Bearer s3cret');
    const codes = await submit(portal, firstForm(asked), { code });
    expect((await release(app, await submit(portal, codes, { act: 'saved' }))).status).toBe(303);
    expect((await beginChange(portal, 'codes')).text).toContain('06-•••• 78');
    gateway.answer = res => void res.writeHead(401).end('{"error":"key s3cret is not known, +31612345678"}');
    const two = browserOf(sluis, 'post');
    await passFirstGate(two.app, 'demo', anna);
    expect((await openPortalOn(two.app, two.portal)).status).toBe(503);
    const log = JSON.stringify(sluis.log);
    expect(log).toContain('the gateway did not take a text message');
    expect(log).toContain('is not known');
    // Six digits in a row are also in the middle of a time.
    expect(log).not.toMatch(new RegExp(`12345678|s3cret|(?<![0-9])${code}(?![0-9])`));
  });
});

/** Of a page with several forms: the one with the field. */
function firstForm<T extends { readonly text: string }>(page: T): T {
  return { ...page, text: /<form.*?<\/form>/s.exec(page.text)?.[0] ?? '' };
}

function never(): never {
  throw new Error('there is none');
}
