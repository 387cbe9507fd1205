import { expect, test } from 'vitest';
import { type Browser, openPortal, type PortalBench, releaseCodeOf, titleOf } from '../../test/support/portal-bench.ts';
import { codeAt } from '../../test/vectors/code-at.ts';
import { minute, withTotp } from '../../test/vectors/factor-bench.ts';
import { SluisError } from '../kernel/errors.ts';
import { portalCookieName } from './portal-cookie.ts';
import { browserOf, realmCookieName } from './realm-cookie.ts';

async function arrive(bench: PortalBench, browser: Browser, name: string) {
  const { pending, cookie } = await bench.signIn(name);
  const handoff = await bench.pendings.handoff(pending);
  return { id: pending.id, cookie, handoff, page: await browser.open(`/p/${handoff}`) };
}

test('D10: on the host of an app only the browser itself may ask for pages; scripts, frames and prefetches get 403', async () => {
  const bench = await openPortal({ realm: { portalPath: '/_sluis/portal', singleHost: true } });
  const browser = bench.browser();
  const navigate = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  expect((await browser.open('/_sluis/portal/', { headers: navigate })).status).toBe(200);
  for (const headers of [
    {},
    { ...navigate, 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    { 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'document' },
    { ...navigate, 'sec-purpose': 'prefetch;prerender' },
  ]) {
    for (const path of ['/_sluis/portal/', '/_sluis/portal/help', '/_sluis/portal/p/x', '/_sluis/portal/challenge/x']) {
      expect((await browser.send(path, { headers })).status, path).toBe(403);
    }
  }
  const { pending } = await bench.signIn('anna');
  const arrived = await browser.open(`/_sluis/portal/p/${await bench.pendings.handoff(pending)}`, {
    headers: navigate,
  });
  expect(arrived.path).toBe(`/_sluis/portal/set-up/${pending.id}`);
  expect(arrived.html).toContain('href="/_sluis/portal/assets/style.');
});

test('HEAD uses nothing up, other methods and large bodies are refused', async () => {
  const bench = await openPortal();
  await withTotp(bench, 'anna');
  const { pending } = await bench.signIn('anna');
  const path = `/p/${await bench.pendings.handoff(pending)}`;
  const browser = bench.browser();
  expect((await browser.send(path, { method: 'HEAD' })).status).toBe(200);
  expect((await browser.send(path, { method: 'PUT' })).status).toBe(400);
  const page = await browser.open(path);
  expect(titleOf(page)).toBe('Vul de code in');
  expect((await browser.post(page, { code: '1'.repeat(20_000) })).status).toBe(413);
});

test('rule 7: a lost store and a broken page say nothing of the cause', async () => {
  for (const [error, status] of [
    [new SluisError('store.unavailable', 'disk /srv/secret is full'), 503],
    [new Error('boom at /srv/secret'), 500],
  ] as const) {
    const bench = await openPortal();
    await withTotp(bench, 'anna');
    const browser = bench.browser();
    const { page } = await arrive(bench, browser, 'anna');
    bench.people.byName = () => Promise.reject(error);
    for (const answer of [await browser.open(page.path), await browser.post(page, { code: '123456' })]) {
      expect(answer.status).toBe(status);
      expect(answer.html).not.toMatch(/secret|boom|disk|\bat /);
      expect(answer.html).toMatch(/<code class="utrecht-code">[\w-]{8}<\/code>/);
    }
    expect(bench.reported).toEqual([error, error]);
  }
});

test('a store that is lost while a code is verified: nothing passes, and the repeat shows where things stand', async () => {
  const bench = await openPortal();
  const { secret } = await withTotp(bench, 'anna');
  const browser = bench.browser();
  const { id, cookie, page } = await arrive(bench, browser, 'anna');
  const pass = bench.pendings.pass.bind(bench.pendings);
  bench.pendings.pass = () => Promise.reject(new SluisError('store.unavailable', 'lost'));
  const code = codeAt(secret, bench.clock.time);
  expect((await browser.post(page, { code })).status).toBe(503);
  bench.pendings.pass = pass;
  expect((await bench.pendings.byCookie(cookie))?.passed).toBeUndefined();
  expect((await browser.post(page, { code })).location).toBe(`/challenge/${id}/totp`);
  bench.clock.time += minute;
  expect((await browser.post(page, { code: codeAt(secret, bench.clock.time) })).location).toBe(`/go/${id}`);
});

test('R25: sessions are asked for by the realm cookie alone, which a browser has from its own pass', async () => {
  const asked: string[] = [];
  const factors: [string] = [''];
  const bench = await openPortal({
    deps: {
      alreadyProved: async (pending, browser) => {
        asked.push(browser);
        return pending.name === 'anna' ? { level: 2, factor: factors[0], at: 1, by: 'session' } : undefined;
      },
    },
  });
  const { factor, secret } = await withTotp(bench, 'anna');
  factors[0] = factor.id;
  await withTotp(bench, 'bram');
  const browser = bench.browser();
  const { page } = await arrive(bench, browser, 'anna');
  // A portal cookie is older than any pass: somebody who was here before may have kept it.
  expect([page.path.slice(0, 11), asked]).toEqual(['/challenge/', []]);
  expect((await arrive(bench, browser, 'anna')).page.path).toContain('/challenge/');
  await browser.post(page, { code: codeAt(secret, bench.clock.time) });
  expect(releaseCodeOf((await arrive(bench, browser, 'anna')).page)).toBeDefined();
  expect((await arrive(bench, browser, 'bram')).page.path).toContain('/challenge/');
  expect(asked).toEqual([1, 2].map(() => browserOf(browser.cookies.get(realmCookieName) ?? '')));
});

test('a pending that is taken back in the very moment in which a session passes it opens nothing for the taker', async () => {
  let takeBack = async () => {};
  const factors: [string] = [''];
  const bench = await openPortal({
    deps: {
      alreadyProved: async ({ createdAt }) => {
        await takeBack();
        return { level: 2, factor: factors[0], at: createdAt - minute, by: 'session' };
      },
    },
  });
  const { secret, factor } = await withTotp(bench, 'anna');
  factors[0] = factor.id;
  const owner = bench.browser();
  await arrive(bench, owner, 'anna');
  owner.cookies.set(realmCookieName, 'of an earlier pass');
  const attacker = bench.browser();
  await arrive(bench, attacker, 'bram');
  const { pending } = await bench.signIn('anna');
  const handoffs = [await bench.pendings.handoff(pending), await bench.pendings.handoff(pending)];
  takeBack = async () => {
    await bench.pendings.attach(handoffs[1] ?? '', attacker.cookies.get(portalCookieName) ?? '');
  };
  await owner.open(`/p/${handoffs[0]}`);
  const taken = await attacker.open(`/go/${pending.id}`);
  expect([taken.path, releaseCodeOf(taken)]).toEqual([`/challenge/${pending.id}/totp`, undefined]);
  expect((await owner.open(`/go/${pending.id}`)).status).toBe(410);
  // And whoever holds the factor goes on from there.
  expect(releaseCodeOf(await attacker.submit(taken, { code: codeAt(secret, bench.clock.time) }))).toBeDefined();
});

test('pages carry a policy without inline code, and are kept nowhere', async () => {
  const bench = await openPortal();
  const { headers } = await bench.browser().open('/help');
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('strict-transport-security')).toMatch(/max-age=\d+/);
  const browser = bench.browser();
  const { pending } = await bench.signIn('anna');
  const answer = await browser.send(`/p/${await bench.pendings.handoff(pending)}`);
  expect(answer.headers.getSetCookie()[0]).toMatch(
    /^__Host-sluis-portal=[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
});
