import { expect, test } from 'vitest';
import {
  appOrigin,
  type Browser,
  hiddenFields,
  openPortal,
  type PortalBench,
  portalOrigin,
  releaseCodeOf,
  titleOf,
} from '../../test/support/portal-bench.ts';
import { codeAt } from '../../test/vectors/code-at.ts';
import { minute, realm, withTotp } from '../../test/vectors/factor-bench.ts';
import { portalCookieName } from './portal-cookie.ts';

const form = 'application/x-www-form-urlencoded';

async function arrive(bench: PortalBench, browser: Browser, name: string) {
  const { pending, cookie } = await bench.signIn(name);
  const handoff = await bench.pendings.handoff(pending);
  return { id: pending.id, cookie, handoff, page: await browser.open(`/p/${handoff}`) };
}

test('CWE-352: a form of another site, another browser, another sign-in or without its token changes nothing', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const browser = bench.browser();
  const { id, page, cookie } = await arrive(bench, browser, 'anna');
  const other = await arrive(bench, browser, 'anna');
  const stranger = await arrive(bench, bench.browser(), 'anna');
  const own = hiddenFields(page.html);
  const code = codeAt(secret, bench.clock.time);
  const good = { origin: portalOrigin, 'sec-fetch-site': 'same-origin', 'content-type': form };
  const attacks: [Record<string, string>, Record<string, string>][] = [
    [own, { ...good, origin: 'https://evil.example' }],
    [own, { ...good, origin: appOrigin }],
    [own, { ...good, 'sec-fetch-site': 'cross-site' }],
    [own, { ...good, 'sec-fetch-site': 'same-site' }],
    [own, { ...good, 'sec-fetch-site': 'none' }],
    [own, { 'content-type': form }],
    [own, { 'content-type': form, origin: 'null' }],
    [own, { ...good, 'content-type': 'text/plain' }],
    [own, { ...good, 'content-type': 'multipart/form-data; boundary=x' }],
    [{ ...own, csrf: '' }, good],
    [{ ...own, csrf: `${own['csrf']}x` }, good],
    [{ ...own, csrf: hiddenFields(other.page.html)['csrf'] ?? '' }, good],
    [{ ...own, csrf: hiddenFields(stranger.page.html)['csrf'] ?? '' }, good],
    [{ ...own, attempt: '' }, good],
    [{ ...own, attempt: '../../x' }, good],
    [{ ...own, 'code=1&code': '2' }, good],
  ];
  for (const [fields, headers] of attacks) {
    const body = `${new URLSearchParams({ ...fields, code })}`.replace('code%3D1%26code', 'code');
    const answer = await browser.send(`/challenge/${id}/totp`, { method: 'POST', body, headers });
    expect([answer.status, titleOf(answer)], JSON.stringify([fields, headers])).toEqual([
      403,
      'Dit formulier is niet meer geldig',
    ]);
  }
  expect(bench.events.some(event => event.type.startsWith('challenge'))).toBe(false);
  expect((await bench.pendings.byCookie(cookie))?.passed).toBeUndefined();
  // The same form is good where nothing is wrong with it: what refused the others was what was wrong with them.
  expect((await browser.post(page, { code })).location).toBe(`/go/${id}`);
});

test('a pending answers its own portal browser only; forged, foreign and missing cookies find nothing', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const owner = bench.browser();
  const { id, page } = await arrive(bench, owner, 'anna');
  const stranger = bench.browser();
  await arrive(bench, stranger, 'bram');
  const cookie = owner.cookies.get(portalCookieName) ?? '';
  const forged = [
    undefined,
    stranger.cookies.get(portalCookieName),
    cookie.slice(0, -1),
    `${cookie.startsWith('A') ? 'B' : 'A'}${cookie.slice(1)}`,
    'x'.repeat(43),
  ];
  for (const value of forged) {
    const thief = bench.browser();
    if (value !== undefined) thief.cookies.set(portalCookieName, value);
    for (const path of [
      `/challenge/${id}/totp`,
      `/set-up/${id}`,
      `/set-up/${id}/totp`,
      `/recovery/${id}`,
      `/go/${id}`,
      `/recovery-codes/${id}`,
      `/other-ways/${id}`,
      `/no-code/${id}`,
    ]) {
      expect((await thief.open(path)).status, `${path} ${value}`).toBe(410);
    }
    expect((await thief.post(page, { code: codeAt(secret, bench.clock.time) })).status).toBe(410);
  }
  expect(bench.events.some(event => event.type.startsWith('challenge'))).toBe(false);
});

test("a portal cookie of the sender's own choosing is replaced, never adopted", async () => {
  const bench = await openPortal();
  await withTotp(bench, 'anna');
  for (const chosen of [`${'x'.repeat(43)}.k1.${'y'.repeat(43)}`, 'x'.repeat(43), `${'x'.repeat(43)}.`]) {
    const browser = bench.browser();
    browser.cookies.set(portalCookieName, chosen);
    const { page } = await arrive(bench, browser, 'anna');
    expect(titleOf(page)).toBe('Vul de code in');
    expect(browser.cookies.get(portalCookieName)).not.toBe(chosen);
  }
});

test('a handoff is good once; whoever takes the pending over starts the challenge anew', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const victim = bench.browser();
  const { id, cookie, handoff, page } = await arrive(bench, victim, 'anna');
  expect((await bench.browser().open(`/p/${handoff}`)).status).toBe(410);
  // The attacker, who knows the password and began this sign-in, lets the owner type her code, then takes it back.
  const passed = await victim.submit(page, { code: codeAt(secret, bench.clock.time) });
  const pending = await bench.pendings.byCookie(cookie);
  if (pending === undefined) throw new Error('the pending is gone');
  const attacker = bench.browser();
  const back = await attacker.open(`/p/${await bench.pendings.handoff(pending)}`);
  expect(back.path).toBe(`/challenge/${id}/totp`);
  expect(releaseCodeOf(await attacker.open(`/go/${id}`))).toBeUndefined();
  const now = await bench.pendings.byCookie(cookie);
  expect(now !== undefined && bench.pendings.opens(now, releaseCodeOf(passed) ?? '')).toBe(false);
});

test('R38 rule 12: no way to bind a factor with the password alone', async () => {
  const bench = await openPortal();
  // Anna has an authenticator and recovery codes, bram was invited, carla nobody knows.
  const { person, factor } = await withTotp(bench, 'anna');
  await bench.recovery.make(person, { factor: factor.id, source: '192.0.2.1' });
  const invitation = { by: 'desk', replaces: false, validity: 60 * minute };
  const { code: codeOfBram } = await bench.activation.invite(realm, 'bram', invitation);
  for (const name of ['anna', 'bram', 'carla']) {
    const browser = bench.browser();
    const { id, cookie, page } = await arrive(bench, browser, name);
    const typed = ['', ' ', '0000-0000-0000-0000', 'x'.repeat(500), name === 'bram' ? '' : codeOfBram];
    for (const path of [
      `/set-up/${id}?code=1`,
      `/set-up/${id}/totp`,
      `/recovery/${id}`,
      `/recovery-codes/${id}`,
      `/go/${id}`,
    ]) {
      const shown = await browser.open(path);
      expect(shown.html).not.toMatch(/otpauth:|sluis-secret|_sluis\/release|<code class="utrecht-code">/);
      for (const code of typed) {
        // Straight at the address, past the page before it, with tokens that are good for this sign-in.
        const tokens = hiddenFields((await browser.open(`${page.path}?code=1`)).html);
        const body = new URLSearchParams({
          ...tokens,
          code,
          act: 'again',
          person: 'bram',
          username: 'bram',
          name: 'bram',
        });
        const headers = { origin: portalOrigin, 'content-type': form };
        const answer = await browser.send(path, { method: 'POST', body: body.toString(), headers });
        expect(answer.html).not.toMatch(/otpauth:|sluis-secret|_sluis\/release|<code class="utrecht-code">/);
      }
    }
    const pending = await bench.pendings.byCookie(cookie);
    expect([pending?.passed, pending?.setUp, pending?.draft]).toEqual([undefined, undefined, undefined]);
  }
  expect((await bench.people.byName(realm, 'anna'))?.factors.map(({ id }) => id)).toEqual([factor.id]);
  expect((await bench.people.byName(realm, 'bram'))?.factors).toEqual([]);
  expect(await bench.people.byName(realm, 'carla')).toBeUndefined();
  expect(bench.events.filter(event => event.type === 'factor.added')).toHaveLength(1);
  // Anna has a factor and no new code: hers was not even looked at. Bram's was.
  const refused = bench.events.filter(event => event.type === 'activation.refused').map(event => event.name);
  expect([refused.includes('anna'), refused.includes('bram')]).toEqual([false, true]);
});

test('R38: a set-up that was allowed in one browser is no use in another that takes the pending over', async () => {
  const bench = await openPortal();
  const { code } = await bench.activation.invite(realm, 'anna', { by: 'desk', replaces: false, validity: 60 * minute });
  const owner = bench.browser();
  const { id, cookie, page } = await arrive(bench, owner, 'anna');
  const totp = await owner.submit(page, { code });
  expect(totp.html).toContain('otpauth:');
  const pending = await bench.pendings.byCookie(cookie);
  if (pending === undefined) throw new Error('the pending is gone');
  const attacker = bench.browser();
  const taken = await attacker.open(`/p/${await bench.pendings.handoff(pending)}`);
  expect(taken.path).toBe(`/set-up/${id}`);
  expect((await attacker.open(`/set-up/${id}/totp`)).html).not.toContain('otpauth:');
});

test('R38: 50 confirmations of one set-up at once bind one factor', async () => {
  const bench = await openPortal();
  const { code } = await bench.activation.invite(realm, 'anna', { by: 'desk', replaces: false, validity: 60 * minute });
  const browser = bench.browser();
  const { page } = await arrive(bench, browser, 'anna');
  const totp = await browser.submit(page, { code });
  const secret = /sluis-secret">([A-Z2-7 ]+)</.exec(totp.html)?.[1]?.replaceAll(' ', '') ?? '';
  const first = codeAt(secret, bench.clock.time);
  const pages = await Promise.all(Array.from({ length: 50 }, () => browser.open(totp.path)));
  await Promise.all(pages.map(shown => browser.post(shown, { code: first })));
  expect((await bench.people.byName(realm, 'anna'))?.factors).toHaveLength(1);
  expect(bench.events.filter(event => event.type === 'factor.added')).toHaveLength(1);
});

test('the code that confirmed a set-up opens no challenge afterwards', async () => {
  const bench = await openPortal();
  const { code } = await bench.activation.invite(realm, 'anna', { by: 'desk', replaces: false, validity: 60 * minute });
  const browser = bench.browser();
  const { page } = await arrive(bench, browser, 'anna');
  const totp = await browser.submit(page, { code });
  const secret = /sluis-secret">([A-Z2-7 ]+)</.exec(totp.html)?.[1]?.replaceAll(' ', '') ?? '';
  const first = codeAt(secret, bench.clock.time);
  await browser.submit(totp, { code: first });
  const next = await arrive(bench, bench.browser(), 'anna');
  const other = bench.browser();
  const again = await arrive(bench, other, 'anna');
  const answer = await other.post(again.page, { code: first });
  expect([answer.status, answer.html.includes('al gebruikt')]).toEqual([422, true]);
  expect(next.page.path).toContain('/challenge/');
});

test('a portal cookie that comes twice counts as none: of two, one was planted', async () => {
  const bench = await openPortal();
  await withTotp(bench, 'anna');
  const browser = bench.browser();
  const { pending } = await bench.signIn('anna');
  const page = await browser.open(`/p/${await bench.pendings.handoff(pending)}`);
  const own = `${portalCookieName}=${browser.cookies.get(portalCookieName)}`;
  const planted = `${portalCookieName}=planted`;
  expect((await browser.send(page.path, { headers: { cookie: own } })).status).toBe(200);
  for (const cookie of [`${own}; ${planted}`, `${planted}; ${own}`]) {
    expect((await browser.send(page.path, { headers: { cookie } })).status).toBe(410);
  }
});

test('a language cookie that comes twice chooses nothing', async () => {
  const browser = (await openPortal()).browser();
  const { html } = await browser.send('/help', {
    headers: { cookie: '__Host-sluis-lang=en; __Host-sluis-lang=nl' },
  });
  expect(html).toContain('<html lang="nl"');
});
