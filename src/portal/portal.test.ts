import { expect, test } from 'vitest';
import {
  type Answer,
  appOrigin,
  type Browser,
  openPortal,
  type PortalBench,
  releaseCodeOf,
  titleOf,
} from '../../test/support/portal-bench.ts';
import { codeAt } from '../../test/vectors/code-at.ts';
import { minute, realm, withTotp, wrongCode } from '../../test/vectors/factor-bench.ts';
import { browserOf, realmCookieName } from './realm-cookie.ts';

async function arrive(bench: PortalBench, browser: Browser, name: string) {
  const { pending, cookie } = await bench.signIn(name);
  const page = await browser.open(`/p/${await bench.pendings.handoff(pending)}`);
  return { id: pending.id, cookie, page };
}

async function invite(bench: PortalBench, name: string, replaces = false): Promise<string> {
  const reason = replaces ? { reason: 'call 7' } : {};
  const invited = await bench.activation.invite(realm, name, {
    by: 'desk',
    replaces,
    validity: 60 * minute,
    ...reason,
  });
  return invited.code;
}

function secretOn(page: Answer): string {
  return /sluis-secret">([A-Z2-7 ]+)</.exec(page.html)?.[1]?.replaceAll(' ', '') ?? '';
}

function codesOn(page: Answer): string[] {
  return Array.from(page.html.matchAll(/<li[^>]*><code[^>]*>([^<]+)</g), ([, code = '']) => code);
}

/** Whether the app's host would open this pending with this code. */
async function opens(bench: PortalBench, cookie: string, code: string | undefined): Promise<boolean> {
  const pending = await bench.pendings.byCookie(cookie);
  return pending !== undefined && code !== undefined && bench.pendings.opens(pending, code);
}

test('R30 R38: from the password to the app: activation code, authenticator app, recovery codes, release', async () => {
  const bench = await openPortal();
  const activation = await invite(bench, 'anna');
  const browser = bench.browser();
  const { id, cookie, page } = await arrive(bench, browser, 'anna');
  expect(titleOf(page)).toBe('Stel uw tweede stap in');

  const totp = await browser.submit(page, { code: activation.toLowerCase().replaceAll('-', ' ') });
  expect(titleOf(totp)).toBe('Koppel uw authenticator-app');
  expect(totp.html).toMatch(/<img class="sluis-qr" src="data:image\/svg\+xml;base64,/);
  expect(totp.html).toContain('href="otpauth://totp/');
  const reloaded = await browser.open(totp.path);
  expect(secretOn(reloaded)).toBe(secretOn(totp));

  const codes = await browser.submit(totp, { code: codeAt(secretOn(totp), bench.clock.time) });
  expect(titleOf(codes)).toBe('Bewaar uw herstelcodes');
  expect(new Set(codesOn(codes)).size).toBe(10);
  expect(browser.cookies.has('__Host-sluis-known')).toBe(true);

  const saved = await browser.post(codes, {});
  expect([saved.status, saved.location]).toEqual([303, `/go/${id}`]);
  const hop = await browser.open(`/go/${id}`);
  expect(hop.html).toContain(`content="0; url=${appOrigin}/_sluis/release?code=`);
  expect(hop.headers.get('cache-control')).toBe('no-store');
  expect(await opens(bench, cookie, releaseCodeOf(hop))).toBe(true);
  expect(bench.events.map(event => event.type)).toEqual([
    'person.invited',
    'activation.accepted',
    'factor.added',
    'recovery-codes.made',
  ]);
});

test('R37: the language in which she passed is the one in which she is told by mail; who did not pass sets none', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const language = async () => (await bench.people.byName(realm, 'anna'))?.language;
  const stranger = bench.browser();
  const waiting = await arrive(bench, stranger, 'anna');
  await stranger.open(`${waiting.page.path}?lang=en`);
  await stranger.open(`/go/${waiting.id}`);
  expect(await language()).toBeUndefined();
  for (const chosen of ['en', 'nl'] as const) {
    const browser = bench.browser();
    const { id, page } = await arrive(bench, browser, 'anna');
    await browser.submit(page, { code: codeAt(secret, bench.clock.time) });
    await browser.open(`/go/${id}?lang=${chosen}`);
    await browser.open(`/go/${id}`);
    expect(await language()).toBe(chosen);
    bench.clock.time += minute;
  }
});

test('R32: recovery codes are shown once; a reload offers new ones, which void the old', async () => {
  const bench = await openPortal();
  const browser = bench.browser();
  const { page } = await arrive(bench, browser, 'anna');
  expect(titleOf(page)).toBe('U hebt een activeringscode nodig');
  const asked = await browser.open(`${page.path}?code=1`);
  const totp = await browser.submit(asked, { code: await invite(bench, 'anna') });
  const first = await browser.submit(totp, { code: codeAt(secretOn(totp), bench.clock.time) });
  const again = await browser.open(first.path);
  expect(titleOf(again)).toBe('Uw herstelcodes zijn al getoond');
  expect(codesOn(again)).toEqual([]);
  const second = await browser.post(again, {});
  expect(codesOn(second)).toHaveLength(10);
  expect(codesOn(second)).not.toContain(codesOn(first)[0]);
  const repeated = await browser.post(again, {});
  expect([repeated.status, codesOn(repeated)]).toEqual([303, []]);
  const person = await bench.people.create(realm, 'anna');
  const use = (code = '') => bench.recovery.use({ person, code, source: '192.0.2.9' });
  expect((await use(codesOn(first)[0])).outcome).toBe('wrong');
  expect((await use(codesOn(second)[0])).outcome).toBe('accepted');
});

test('R07: a code of the authenticator app opens the challenge, a wrong one says what to do', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const browser = bench.browser();
  const { id, cookie, page } = await arrive(bench, browser, 'anna');
  expect(titleOf(page)).toBe('Vul de code in');
  expect(page.html).toContain('value="anna"');

  const malformed = await browser.post(page, { code: '12' });
  expect([malformed.status, malformed.html.includes('Vul de 6 cijfers')]).toEqual([422, true]);
  expect(bench.events.some(event => event.type === 'challenge.failed')).toBe(false);
  const wrong = await browser.post(malformed, { code: wrongCode(secret, bench.clock.time) });
  expect([wrong.status, wrong.html.includes('Deze code klopt niet')]).toEqual([422, true]);
  expect((await browser.open(`/go/${id}`)).path).toBe(`/challenge/${id}/totp`);

  const passed = await browser.submit(wrong, { code: codeAt(secret, bench.clock.time) });
  expect(titleOf(passed)).toBe('Een moment');
  expect(await opens(bench, cookie, releaseCodeOf(passed))).toBe(true);
  // Back to the challenge: it is done, so on to the app.
  expect(releaseCodeOf(await browser.open(`/challenge/${id}/totp`))).toBeDefined();
});

test('R09: after many mistakes the page says how long, counts down without script, and then asks again', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const browser = bench.browser();
  let { page } = await arrive(bench, browser, 'anna');
  for (let guess = 0; guess < 10 && page.status !== 429; guess += 1) {
    page = await browser.post(await browser.open(page.path), { code: wrongCode(secret, bench.clock.time) });
  }
  expect(page.status).toBe(429);
  expect(page.html).toMatch(/over \d+ seconden opnieuw/);
  expect(page.html).not.toContain('<form');
  const [, target = ''] = /url=(.+)$/.exec(page.headers.get('refresh') ?? '') ?? [];
  expect((await browser.open(target)).status).toBe(429);
  bench.clock.time += Number(page.headers.get('retry-after')) * 1000;
  expect(titleOf(await browser.open(target))).toBe('Vul de code in');
});

test('rule 3: the same attempt id gets the same outcome and is never verified again', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const browser = bench.browser();
  const { id, page } = await arrive(bench, browser, 'anna');
  const wrong = wrongCode(secret, bench.clock.time);
  const answers = await Promise.all(Array.from({ length: 20 }, () => browser.post(page, { code: wrong })));
  expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([422]));
  expect(bench.events.filter(event => event.type === 'challenge.failed')).toHaveLength(1);
  const right = codeAt(secret, bench.clock.time);
  const first = await browser.post(page, { code: right });
  bench.clock.time += 5 * minute;
  const later = await browser.post(page, { code: right });
  expect([first.location, later.location]).toEqual([`/go/${id}`, `/go/${id}`]);
  expect(bench.events.filter(event => event.type === 'challenge.passed')).toHaveLength(1);
});

test('R24: one code posted 50 times at once, to one challenge and to 50, is accepted once; 200 rounds', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  for (let round = 0; round < 200; round += 1) {
    bench.clock.time += 11 * minute;
    const before = bench.events.length;
    const browsers = Array.from({ length: round % 2 === 0 ? 1 : 25 }, () => bench.browser());
    const arrived = await Promise.all(browsers.map(browser => arrive(bench, browser, 'anna')));
    const code = codeAt(secret, bench.clock.time);
    await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const browser = browsers[at % browsers.length];
        const page = await browser?.open(arrived[at % browsers.length]?.page.path ?? '');
        if (page?.html.includes('<form')) await browser?.post(page, { code });
      }),
    );
    const told = bench.events.slice(before);
    expect(told.filter(event => event.type === 'challenge.passed')).toHaveLength(1);
    // Refused as used, or as too many at once, which counts nothing; never as a wrong code.
    expect(told.some(event => event.type === 'challenge.failed' && event.reason === 'wrong')).toBe(false);
    const open = await Promise.all(arrived.map(({ cookie }) => bench.pendings.byCookie(cookie)));
    expect(open.filter(pending => pending?.passed !== undefined)).toHaveLength(1);
    for (const pending of open) if (pending !== undefined) await bench.pendings.abandon(pending);
  }
});

test('R32: a recovery code leads to set-up and nowhere else until a new factor is bound', async () => {
  const bench = await openPortal();
  const { person, factor } = await withTotp(bench, 'anna');
  const [code = ''] = await bench.recovery.make(person, { factor: factor.id, source: '192.0.2.1' });
  const browser = bench.browser();
  const { id, cookie, page } = await arrive(bench, browser, 'anna');
  const ways = await browser.open(`/other-ways/${id}`);
  expect(ways.html).toContain(`/recovery/${id}`);
  expect(ways.html).not.toContain(`/set-up/${id}`);
  const recovery = await browser.open(`/recovery/${id}`);
  expect((await browser.post(recovery, { code: 'AAAAA-AAAAA-AAAAA' })).status).toBe(422);
  const totp = await browser.submit(recovery, { code });
  expect(titleOf(totp)).toBe('Koppel uw authenticator-app');
  for (const path of [`/go/${id}`, `/recovery-codes/${id}`]) {
    const elsewhere = await browser.open(path);
    expect([elsewhere.path, releaseCodeOf(elsewhere)]).toEqual([`/set-up/${id}/totp`, undefined]);
  }
  expect((await bench.pendings.byCookie(cookie))?.passed).toBeUndefined();
  const codes = await browser.submit(totp, { code: codeAt(secretOn(totp), bench.clock.time) });
  expect(codesOn(codes)).toHaveLength(10);
  expect(await opens(bench, cookie, releaseCodeOf(await browser.submit(codes, {})))).toBe(true);
  expect(page.path).toBe(`/challenge/${id}/totp`);
});

test('who lost everything sets up anew with a code from the desk that replaces', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const code = await invite(bench, 'anna', true);
  const browser = bench.browser();
  const { id } = await arrive(bench, browser, 'anna');
  expect((await browser.open(`/other-ways/${id}`)).html).toContain(`/set-up/${id}`);
  const totp = await browser.submit(await browser.open(`/set-up/${id}`), { code });
  const codes = await browser.submit(totp, { code: codeAt(secretOn(totp), bench.clock.time) });
  expect(codesOn(codes)).toHaveLength(10);
  expect(secretOn(totp)).not.toBe(secret);
});

test('a set-up that was finished counts even where the sign-in has run out meanwhile', async () => {
  const bench = await openPortal();
  const browser = bench.browser();
  const { page, cookie } = await arrive(bench, browser, 'anna');
  const totp = await browser.submit(await browser.open(`${page.path}?code=1`), { code: await invite(bench, 'anna') });
  const slow = bench.pendings.pass.bind(bench.pendings);
  bench.pendings.pass = async (...given) => {
    const pending = await bench.pendings.byCookie(cookie);
    if (pending !== undefined) await bench.pendings.abandon(pending);
    return slow(...given);
  };
  const done = await browser.post(totp, { code: codeAt(secretOn(totp), bench.clock.time) });
  expect([done.status, done.html.includes('Uw tweede stap is ingesteld. Log opnieuw in.')]).toEqual([410, true]);
  expect((await bench.people.byName(realm, 'anna'))?.factors).toHaveLength(1);
});

test('R43: first aid and the start page need no sign-in; both languages, kept by a cookie', async () => {
  const bench = await openPortal();
  const browser = bench.browser();
  expect(titleOf(await browser.open('/help'))).toBe('Hulp bij inloggen');
  expect(titleOf(await browser.open('/help/lost-phone?lang=en'))).toBe('I lost my phone');
  expect(titleOf(await browser.open('/'))).toBe('Sign in safely');
  expect((await browser.open('/')).html).toContain(`href="${appOrigin}/"`);
  expect((await browser.open('/help/other')).status).toBe(404);
  const away = await browser.send('//evil.example/help?lang=nl');
  expect(away.location ?? '/').toMatch(/^\//);
});

test('signing out ends the sessions of this browser and the sign-ins it had begun', async () => {
  const bench = await openPortal();
  await withTotp(bench, 'anna');
  const browser = bench.browser();
  const { id } = await arrive(bench, browser, 'anna');
  browser.cookies.set(realmCookieName, 'of an earlier pass');
  const out = await browser.submit(await browser.open('/'), {});
  expect(titleOf(out)).toBe('U bent uitgelogd');
  expect(bench.ended).toEqual([browserOf('of an earlier pass')]);
  expect(browser.cookies.size).toBe(0);
  expect((await browser.open(`/challenge/${id}/totp`)).status).toBe(410);
});

test('assets are served under their own names only', async () => {
  const bench = await openPortal();
  const page = await bench.browser().open('/');
  const [, style = ''] = /href="(\/assets\/style[^"]+)"/.exec(page.html) ?? [];
  const css = await bench.browser().open(style);
  expect([css.status, css.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  expect((await bench.browser().open('/assets/..%2fassets.ts')).status).toBe(404);
});

test('R38: where the desk hands codes over, the pages send people there and speak of no letter', async () => {
  for (const [second, atDesk] of [
    ['desk', true],
    ['activation-code', false],
  ] as const) {
    const bench = await openPortal({ realm: { firstFactor: { 2: second, 3: 'desk', 4: 'desk' } } });
    const browser = bench.browser();
    const { id, page } = await arrive(bench, browser, 'anna');
    for (const { html } of [page, await browser.open(`/no-code/${id}`)])
      expect(html.includes('Kom zelf naar de balie.'), page.path).toBe(atDesk);
    const { html } = await browser.open(`/set-up/${id}?code=1`);
    expect(html.includes('U hebt uw activeringscode bij de balie gekregen.')).toBe(atDesk);
    expect(html.includes('in een brief of van de balie')).toBe(!atDesk);
  }
});

test('R38: who goes where level 4 is demanded is sent to the desk, also where codes for level 2 travel', async () => {
  const bench = await openPortal();
  const open = async (name: string, level: number) => {
    const browser = bench.browser();
    const { pending } = await bench.signIn(name, { level });
    const page = await browser.open(`/p/${await bench.pendings.handoff(pending)}`);
    return { page, code: await browser.open(`/set-up/${pending.id}?code=1`) };
  };
  for (const level of [2, 3, 4])
    expect((await open('anna', level)).page.html.includes('Kom zelf naar de balie.'), `${level}`).toBe(level > 2);
  // What she has is a letter all the same.
  await invite(bench, 'bram');
  expect((await open('bram', 4)).code.html).toContain('in een brief of van de balie');
});
