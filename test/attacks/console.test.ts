import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { routes } from '../../src/console/routes.ts';
import { invitationTime } from '../../src/operator/operators.ts';
import { Client } from '../support/client.ts';
import { ConsoleBrowser, formOf, operatorOf, password, type TestOperator, titleOf } from '../support/operator.ts';
import { signInFully } from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';

const day = 24 * 60 * 60_000;
const signInTitle = 'Inloggen bij het beheer';
const reason = 'een reden';

/** What somebody who wants to run Sluis would try. */
describe('attacks on the console', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
      console: 'own',
      clock: new TestClock(),
    });
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  const withPassword = async (operator: TestOperator, browser = new ConsoleBrowser(sluis)) => {
    const { email, password: typed } = operator;
    const page = await browser.submit(await browser.open('/sign-in'), '/sign-in', { email, password: typed });
    return { browser, page };
  };
  const invite = async (email: string) => {
    const asked = {
      email,
      name: 'Iemand',
      role: 'admin',
      until: sluis.clock.now() + 30 * day,
      reason,
      source: 'test',
    } as const;
    return sluis.core.operators.invite(asked, { command: 'test' });
  };

  it('R52: the password alone opens no page and does no act, however often it is right', async () => {
    const { operator } = await operatorOf(sluis, 'admin', 'een@gemeente.test');
    const { browser, page } = await withPassword(operator);
    expect(titleOf(page)).toBe('Vul de code in');
    for (const { method, path } of routes) {
      const place = path.replace(/:\w+/g, 'x');
      const answers = method === 'POST' ? [] : [await browser.get(place)];
      if (method !== 'GET') answers.push(await browser.client.post(place, { reason }));
      for (const answer of answers) expect([place, answer.status]).toEqual([place, 303]);
      for (const answer of answers) expect(answer.location).toContain('/sign-in');
    }
    expect([...browser.client.jar.keys()]).not.toContain('__Host-sluis-console');
  });

  it('tells nobody who is an operator: one answer and one delay for all names', async () => {
    await operatorOf(sluis, 'admin', 'bestaat@gemeente.test');
    const told = async (email: string) => {
      const answers: string[] = [];
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const { browser, page } = await withPassword({ email, password: `fout ${attempt}`, secret: '' });
        answers.push(`${page.status} ${page.text.replace(/value="[^"]*"/g, '')}`);
        expect(browser.client.jar.has('__Host-sluis-console')).toBe(false);
      }
      return answers;
    };
    const [known, unknown] = [await told('bestaat@gemeente.test'), await told('bestaat-niet@gemeente.test')];
    expect(known).toEqual(unknown);
    expect(known.at(0)).toMatch(/^422 /);
    expect(known.at(-1)).toMatch(/^429 /);
  });

  it('R09: one source that is held off writes one line of the audit, whatever names it makes up', async () => {
    for (const pool of ['sign-in', 'activation'] as const)
      for (let account = 0; account < 110; account += 1)
        await sluis.core.attempts.begin({ pool, realm: '@console', source: '127.0.0.1', account: `x${account}` });
    const delayed = async () =>
      (await sluis.core.audit.tail(100)).filter(({ event }) => 'reason' in event && event.reason === 'delayed').length;
    const before = await delayed();
    const browser = new ConsoleBrowser(sluis);
    const [signIn, invitation] = [await browser.open('/sign-in'), await browser.open('/invitation')];
    for (let name = 0; name < 8; name += 1) {
      const email = `verzonnen${name}@gemeente.test`;
      expect((await browser.submit(signIn, '/sign-in', { email, password: 'fout' })).status).toBe(429);
      const fields = { email, code: 'AAAA-BBBB-CCCC-DDDD' };
      expect((await browser.submit(invitation, '/invitation', fields)).status).toBe(429);
    }
    expect((await delayed()) - before).toBe(2);
    sluis.clock.advance(60 * 60_000);
  });

  it('R09: the right password is not looked at while a delay runs', async () => {
    const { operator } = await operatorOf(sluis, 'helpdesk', 'traag@gemeente.test');
    const tried = await Promise.all(
      Array.from({ length: 12 }, (_, index) => withPassword({ ...operator, password: `fout ${index}` })),
    );
    expect(tried.filter(({ page }) => page.status === 429).length).toBeGreaterThanOrEqual(8);
    expect((await withPassword(operator)).page.status).toBe(429);
  });

  it('CSRF: no form without its token, of another session, another place, another origin, or sent twice', async () => {
    const { browser: admin, operator } = await operatorOf(sluis, 'admin', 'csrf@gemeente.test');
    const helpdesk = (await operatorOf(sluis, 'helpdesk', 'csrf-h@gemeente.test')).browser;
    const other = new ConsoleBrowser(sluis);
    await other.signIn(operator);
    await sluis.core.people.create('gemeente', 'doel');
    const place = '/people/gemeente/doel/close';
    const form = formOf((await admin.get(place)).text, place)?.hidden ?? {};
    const closed = async () => (await sluis.core.people.byName('gemeente', 'doel'))?.closed !== undefined;
    const forged: readonly (readonly [string, ReturnType<Client['post']>])[] = [
      ['no token', admin.client.post(place, { reason })],
      ['no attempt', admin.client.post(place, { csrf: form['csrf'] ?? '', reason })],
      ['another session of hers', other.client.post(place, { ...form, reason })],
      [
        'another origin',
        admin.client.post(
          place,
          { ...form, reason },
          { Origin: 'http://demo.localhost', 'Sec-Fetch-Site': 'same-site' },
        ),
      ],
      [
        'no origin at all',
        admin.client.post(place, { ...form, reason }, { Origin: undefined, 'Sec-Fetch-Site': undefined }),
      ],
      ['a script', admin.client.post(place, { ...form, reason }, { 'Sec-Fetch-Mode': 'cors' })],
      ['a field twice', admin.client.post(place, `${new URLSearchParams({ ...form, reason })}&csrf=x`)],
      ['another place', admin.client.post('/people/gemeente/doel/end-sessions', { ...form, reason })],
      ['a role that may not', helpdesk.client.post(place, { ...form, reason })],
      ['JSON', admin.client.post(place, JSON.stringify({ ...form, reason }), { 'Content-Type': 'application/json' })],
    ];
    for (const [how, sent] of forged) expect([how, (await sent).status]).toEqual([how, 403]);
    expect(await closed()).toBe(false);
    const twice = await Promise.all([1, 2, 3].map(() => admin.client.post(place, { ...form, reason })));
    expect(twice.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await closed()).toBe(true);
    const acts = (await sluis.core.audit.tail(60)).filter(
      ({ event }) => event.type === 'operator.acted' && event.act === 'close-person',
    );
    expect(acts).toHaveLength(1);
  });

  it('nobody gives herself more: not by her own id, not by an invitation to herself', async () => {
    const { browser, id, operator } = await operatorOf(sluis, 'admin', 'zelf@gemeente.test');
    const until = new Date(sluis.clock.now() + 600 * day).toISOString().slice(0, 10);
    const before = await sluis.core.operators.byId(id);
    for (const [place, fields] of [
      [`/operators/${id}/renew`, { role: 'admin', until }],
      [`/operators/${id}/invite`, { role: 'admin', until }],
      ['/invite-operator', { email: operator.email.toUpperCase(), name: 'Zelf', role: 'admin', until }],
      [`/operators/${id}/end`, {}],
    ] as const) {
      const answer = await browser.post(await browser.get(place), place, { reason, ...fields });
      expect([place, answer.status]).toEqual([place, 422]);
    }
    expect(await sluis.core.operators.byId(id)).toEqual(before);
  });

  it('the last admin stays: of two who end each other at once, one does', async () => {
    const [one, other] = [
      await operatorOf(sluis, 'admin', 'links@gemeente.test'),
      await operatorOf(sluis, 'admin', 'rechts@gemeente.test'),
    ];
    const asking = async (id: string) => (await sluis.core.operators.byId(id)) as { id: string; email: string };
    const [left, right] = [await asking(one.id), await asking(other.id)];
    const why = { reason, source: 'test' };
    const ended = await Promise.allSettled([
      sluis.core.operators.end(right.id, why, left),
      sluis.core.operators.end(left.id, why, right),
    ]);
    expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('a mandate that is over opens nothing, and is told only to who passed both factors', async () => {
    const { browser, operator, id } = await operatorOf(sluis, 'auditor', 'voorbij@gemeente.test');
    const until = sluis.clock.now() + 60_000;
    await sluis.core.operators.renew(id, { role: 'auditor', until, reason, source: 'test' }, { command: 'test' });
    expect(titleOf(await browser.open('/'))).toBe('Vandaag');
    sluis.clock.advance(61_000);
    expect(titleOf(await browser.open('/'))).toBe('Uw mandaat is afgelopen');
    const fresh = new ConsoleBrowser(sluis);
    const { page } = await withPassword(operator, fresh);
    expect(titleOf(page)).toBe('Vul de code in');
    const after = await fresh.showFactor(page, operator);
    expect([titleOf(after), fresh.client.jar.has('__Host-sluis-console')]).toEqual(['Uw mandaat is afgelopen', false]);
  });

  it('fixation: what a browser carried before is worth nothing after, and no cookie of a stranger is taken', async () => {
    const { operator } = await operatorOf(sluis, 'admin', 'vast@gemeente.test');
    const victim = new ConsoleBrowser(sluis);
    await victim.open('/sign-in');
    const thief = new ConsoleBrowser(sluis, victim.client.copy());
    expect(titleOf(await victim.signIn(operator))).toBe('Vandaag');
    for (const place of ['/', '/second-step', '/people', '/again'])
      expect([place, titleOf(await thief.open(place))]).not.toEqual([
        place,
        expect.stringMatching(/Vandaag|Mensen|Vul/),
      ]);
    const planted = new ConsoleBrowser(sluis);
    planted.client.jar.set('__Host-sluis-console-in', `${'A'.repeat(43)}.k1.${'B'.repeat(43)}`);
    const page = await planted.open('/sign-in');
    expect(page.setCookies.join()).toContain('__Host-sluis-console-in=');
  });

  it('a session that is signed out, or whose factor is gone, opens nothing with its old cookie', async () => {
    const { browser, id } = await operatorOf(sluis, 'admin', 'oud@gemeente.test');
    const copy = new ConsoleBrowser(sluis, browser.client.copy());
    await browser.submit(await browser.open('/'), '/sign-out');
    expect(titleOf(await copy.open('/'))).toBe(signInTitle);
    const other = await operatorOf(sluis, 'admin', 'weg@gemeente.test');
    await sluis.core.people.update(other.id, person => ({ ...person, factors: [] }));
    expect(titleOf(await other.browser.open('/'))).toBe(signInTitle);
    expect(id).not.toBe(other.id);
  });

  it('hosts: the console is on its own host only, and a session of one place is none of the other', async () => {
    const { browser } = await operatorOf(sluis, 'admin', 'host@gemeente.test');
    const session = browser.client.jar.get('__Host-sluis-console') ?? '';
    for (const host of [sluis.host('demo'), sluis.portalHost]) {
      const client = new Client(sluis.port, { host });
      client.jar.set('__Host-sluis-console', session);
      for (const path of ['/people', '/console', '/console/people', '/operators', '/invitation'])
        expect((await client.get(path)).text).not.toMatch(/Sluis-beheer|console\.css/);
    }
    for (const path of ['/inbox', '/login', '/_sluis/next', '/p/x', '/set-up/x'])
      expect((await browser.get(path)).text).not.toMatch(/Gemeentepost/);
    const anna = await signInFully(sluis, 'demo', 'demo', { name: 'anna', password: 'Anna-Test-2026' });
    const swapped = new ConsoleBrowser(sluis);
    swapped.client.jar.set('__Host-sluis-console', anna.app.jar.get('__Host-sluis') ?? '');
    expect(titleOf(await swapped.open('/'))).toBe(signInTitle);
    anna.app.jar.set('__Host-sluis', session);
    expect((await anna.app.get('/wie')).text).not.toContain('Aangemeld');
  });

  it('leads nowhere else: an address to go on to is a place of the console', async () => {
    const { operator } = await operatorOf(sluis, 'admin', 'naar@gemeente.test');
    for (const to of ['//kwaad.test', 'https://kwaad.test/', '/\\kwaad.test', '/%0d%0aSet-Cookie:x', '/a?b']) {
      const browser = new ConsoleBrowser(sluis);
      const page = await browser.get(`/sign-in?to=${encodeURIComponent(to)}`);
      const { email, password: typed } = operator;
      const second = await browser.submit(page, '/sign-in', { email, password: typed });
      sluis.clock.advance(30_000);
      const code = codeAt(operator.secret, sluis.clock.now());
      const answer = await browser.post(second, '/challenge/totp', { code });
      expect(new URL(answer.location ?? 'x:').host).toBe(new URL(sluis.core.settings.console?.origin ?? '').host);
    }
  });

  it('CWE-1333: no address to go on to keeps everybody waiting, whoever writes it', async () => {
    const address = `/sign-in?to=/${'a'.repeat(29)}!`;
    expect(titleOf(await new ConsoleBrowser(sluis).open(address))).toBe(signInTitle);
  });

  it('an invitation works once, for an hour, and of two at once one comes in', async () => {
    const { code } = await invite('dubbel@gemeente.test');
    const email = 'dubbel@gemeente.test';
    const browsers = [new ConsoleBrowser(sluis), new ConsoleBrowser(sluis)] as const;
    const both = await Promise.allSettled(browsers.map(browser => browser.accept(email, code)));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const again = new ConsoleBrowser(sluis);
    const refused = await again.submit(await again.open('/invitation'), '/invitation', { email, code });
    expect(refused.status).toBe(422);
    const late = await invite('laat@gemeente.test');
    sluis.clock.advance(invitationTime + 1_000);
    const page = await again.submit(await again.open('/invitation'), '/invitation', {
      email: 'laat@gemeente.test',
      code: late.code,
    });
    expect(page.text).toContain('geldt niet meer');
  });

  it('an invitation is of one address, and its steps cannot be skipped', async () => {
    const { code } = await invite('stap@gemeente.test');
    const browser = new ConsoleBrowser(sluis);
    await invite('ander@gemeente.test');
    const wrong = await browser.submit(await browser.open('/invitation'), '/invitation', {
      email: 'ander@gemeente.test',
      code,
    });
    expect(wrong.status).toBe(422);
    for (const place of ['/new-password', '/set-up', '/set-up/totp', '/second-step', '/challenge/totp'])
      expect([place, titleOf(await browser.open(place))]).toEqual([place, 'Deze pagina is verlopen']);
    await browser.submit(await browser.open('/invitation'), '/invitation', { email: 'stap@gemeente.test', code });
    for (const place of ['/set-up', '/set-up/totp', '/second-step', '/challenge/totp'])
      expect([place, titleOf(await browser.open(place))]).toEqual([place, 'Kies een wachtwoord']);
    const short = await browser.submit(await browser.open('/new-password'), '/new-password', {
      password: 'kort',
      again: 'kort',
    });
    expect(short.status).toBe(422);
  });

  it('who is invited again comes in with neither the old password, nor the old factor, nor the old session', async () => {
    const { browser, operator } = await operatorOf(sluis, 'admin', 'weer@gemeente.test');
    const { operator: made } = await invite(operator.email);
    expect(titleOf(await browser.open('/'))).toBe(signInTitle);
    expect((await withPassword(operator)).page.status).toBe(422);
    expect((await sluis.core.people.byId(made.id))?.factors).toEqual([]);
    expect(operator.password).toBe(password);
  });
});
