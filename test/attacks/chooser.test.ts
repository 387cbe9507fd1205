import { describe, expect, test } from 'vitest';
import { verifyTotp } from '../../src/factor/totp/verify.ts';
import { noRules, withKey } from '../support/keys-bench.ts';
import { arriveFor, failures, openWithDesk, passes, stock } from '../support/portal-arrivals.ts';
import { type Answer, openPortal, type PortalBench } from '../support/portal-bench.ts';
import { codeAt } from '../vectors/code-at.ts';
import { minute, realm, withTotp, wrongCode } from '../vectors/factor-bench.ts';

/** R44: between several ways to pass, and none of them somebody's who has only the password. */
const isPassed = (answer: Answer) => answer.location?.startsWith('/go/') === true;

/** The form of this page, sent to another address. */
function aimed(page: Answer, action: string): Answer {
  return {
    ...page,
    html: page.html.replace(/<form method="post" action="[^"]+"/, `<form method="post" action="${action}"`),
  };
}

function right(bench: PortalBench, secret: string): string {
  return codeAt(secret, bench.clock.time);
}

describe('R44: the chooser, and the pages behind it', () => {
  test('R23: a page of a kind that does not suffice is not shown, and looks at nothing that is posted to it', async () => {
    const { bench, desk } = await openWithDesk();
    const { secret } = await withTotp(bench, 'anna');
    await desk.give('P1', 'anna');
    const { browser, page, id } = await arriveFor(bench, 'anna', 3);
    const shown = await browser.open(`/other-ways/${id}`);
    expect(shown.html).not.toContain(`/challenge/${id}/totp`);
    expect((await browser.send(`/challenge/${id}/totp`)).location).toBe(`/challenge/${id}/hardware-token`);
    const answer = await browser.post(aimed(page, `/challenge/${id}/totp`), { code: right(bench, secret) });
    expect(answer.location).toBe(`/challenge/${id}/hardware-token`);
    // Nothing was tried, so the code is still good where it suffices.
    expect([passes(bench), failures(bench, 'wrong')]).toEqual([0, 0]);
    const low = await arriveFor(bench, 'anna', 2);
    const totp = await low.browser.open(`/challenge/${low.id}/totp`);
    expect(isPassed(await low.browser.post(totp, { code: right(bench, secret) }))).toBe(true);
  });

  test.each(['foo', '__proto__', 'constructor', 'TOTP', 'totp%00', 'totp/again', '.', ''])(
    'a kind called %j has no page, and no form',
    async kind => {
      const bench = await openPortal();
      const { secret } = await withTotp(bench, 'anna');
      const { browser, page, id } = await arriveFor(bench, 'anna', 2);
      const path = `/challenge/${id}/${kind}`;
      const answer = await browser.post(aimed(page, path), { code: right(bench, secret) });
      expect([isPassed(answer), passes(bench)]).toEqual([false, 0]);
    },
  );

  test('R38: the choice of a kind to set up takes what it offered, from who was allowed to', async () => {
    const { bench } = await openWithDesk();
    const { code } = await bench.activation.invite(realm, 'anna', { by: 'desk', replaces: false, validity: minute });
    const { browser, page, id } = await arriveFor(bench, 'anna', 2);
    const early = await browser.post(aimed(page, `/set-up/${id}/kinds`), { kind: 'totp' });
    expect([early.location, await draftOf(bench, id, browser)]).toEqual([`/set-up/${id}`, undefined]);
    await browser.submit(page, { code });
    const kinds = aimed(await browser.open(`/set-up/${id}/totp`), `/set-up/${id}/kinds`);
    for (const kind of [
      'hardware-token',
      'webauthn',
      'email',
      '__proto__',
      'constructor',
      'toString',
      '',
      'totp ',
      'TOTP',
    ])
      expect((await browser.post(kinds, { kind })).status, kind).toBe(422);
    expect((await draftOf(bench, id, browser))?.kind).toBe('totp');
    expect((await bench.people.byName(realm, 'anna'))?.factors).toEqual([]);
  });

  test('R23: a set-up page that was not chosen, or is above the permission, is not open', async () => {
    const bench = await openPortal({ deps: { webauthn: noRules } });
    const { code } = await bench.activation.invite(realm, 'anna', { by: 'desk', replaces: false, validity: minute });
    const { browser, page, id } = await arriveFor(bench, 'anna', 2);
    await browser.submit(page, { code });
    for (const kind of ['totp', 'webauthn', 'hardware-token']) {
      const shown = await browser.open(`/set-up/${id}/${kind}`);
      expect(shown.html).not.toMatch(/sluis-secret|data-options/);
    }
    expect(bench.events.filter(({ type }) => type === 'factor.added')).toEqual([]);
  });

  test('a.11, a.12: pages, windows and sign-ins of one kind share a budget; another kind has its own, and pays for none', async () => {
    const bench = await openPortal({ deps: { webauthn: noRules } });
    const { person, secret } = await withTotp(bench, 'anna');
    const { factor, key } = await withKey(bench, 'bram');
    await bench.people.update(person.id, current => ({ ...current, factors: [...current.factors, factor] }));
    const windows = await Promise.all(Array.from({ length: 6 }, () => arriveFor(bench, 'anna', 2)));
    const [sooner] = windows;
    const kept = await sooner?.browser.open(`/challenge/${sooner.id}/totp`);
    if (sooner === undefined || kept === undefined) throw new Error('there are six');
    const wrong = wrongCode(secret, bench.clock.time);
    // Three pages of each, for a form that is sent again is not looked at again.
    const guesses = windows.flatMap(({ browser, id }) =>
      [0, 1, 2].map(async () => browser.post(await browser.open(`/challenge/${id}/totp`), { code: wrong })),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter(status => status === 422)).toHaveLength(4);
    expect(failures(bench, 'wrong')).toBe(4);
    const late = await sooner.browser.post(kept, { code: right(bench, secret) });
    expect([late.status, passes(bench)]).toEqual([429, 0]);
    // The key goes on; that it was right forgives no guess at the codes.
    const other = await arriveFor(bench, 'anna', 2);
    const keyPage = await other.browser.open(`/challenge/${other.id}/webauthn`);
    const options = JSON.parse(/data-options="([^"]*)"/.exec(keyPage.html)?.[1]?.replaceAll('&quot;', '"') ?? '{}');
    expect(isPassed(await other.browser.post(keyPage, { code: key.get(options) }))).toBe(true);
    const another = await arriveFor(bench, 'anna', 2);
    const page = await another.browser.open(`/challenge/${another.id}/totp`);
    expect((await another.browser.post(page, { code: right(bench, secret) })).status).toBe(429);
  });

  test('a form of one sign-in is none of another, in this browser or elsewhere', async () => {
    const { bench, desk } = await openWithDesk();
    const { secret } = await withTotp(bench, 'anna');
    await desk.give('P1', 'bram');
    const hers = await arriveFor(bench, 'anna', 2);
    const his = await arriveFor(bench, 'bram', 2);
    const second = await arriveFor(bench, 'bram', 2, hers.browser);
    const code = right(bench, secret);
    // Her form to his sign-in, from her browser and from his; his browser with her address.
    expect((await hers.browser.post(aimed(hers.page, `/challenge/${his.id}/totp`), { code })).status).toBe(410);
    expect((await hers.browser.post(aimed(hers.page, `/challenge/${second.id}/hardware-token`), { code })).status).toBe(
      403,
    );
    expect((await his.browser.post(aimed(his.page, `/challenge/${hers.id}/totp`), { code })).status).toBe(410);
    expect((await his.browser.send(`/other-ways/${hers.id}`)).status).toBe(410);
    expect([passes(bench), failures(bench, 'wrong')]).toEqual([0, 0]);
    expect(isPassed(await hers.browser.post(hers.page, { code }))).toBe(true);
  });

  test('an address answers nothing: a code in the query, or in a GET, is not looked at', async () => {
    const bench = await openPortal();
    const { person, factor, secret } = await withTotp(bench, 'anna');
    const { browser, id } = await arriveFor(bench, 'anna', 2);
    const code = right(bench, secret);
    for (const path of [
      `/challenge/${id}/totp?code=${code}`,
      `/challenge/${id}?code=${code}&kind=totp`,
      `/go/${id}?code=${code}`,
    ])
      expect((await browser.open(path)).html).not.toContain('/_sluis/release');
    expect(passes(bench)).toBe(0);
    const unused = { person, factor: { id: factor.id, credential: { secret } }, answer: code };
    expect(await verifyTotp(bench.deps, unused)).toBe('accepted');
  });

  test('R32: where a key of level 4 is, neither paper nor the app opens what the key does', async () => {
    const bench = await openPortal({ deps: { webauthn: noRules } });
    const { person, secret } = await withTotp(bench, 'anna');
    const { factor } = await withKey(bench, 'bram');
    const codes = await bench.recovery.make(person, { factor: person.factors[0]?.id ?? '', source: '192.0.2.7' });
    const raised = { ...factor, level: 4 } as const;
    await bench.people.update(person.id, current => ({ ...current, factors: [...current.factors, raised] }));
    const { browser, page, id } = await arriveFor(bench, 'anna', 4);
    for (const [path, code] of [
      [`/recovery/${id}`, codes[0] ?? ''],
      [`/challenge/${id}/totp`, right(bench, secret)],
      [`/set-up/${id}`, codes[1] ?? ''],
    ] as const) {
      const answer = await browser.post(aimed(page, path), { code });
      expect(isPassed(answer), path).toBe(false);
    }
    expect((await browser.open(`/go/${id}`)).html).not.toContain('/_sluis/release');
    expect(bench.events.filter(({ type }) => type === 'challenge.passed' || type === 'factor.added')).toHaveLength(2);
  });

  test('R07: the serial of a token is nobody’s way in, and no page says which there are', async () => {
    const { bench, desk } = await openWithDesk();
    await desk.give('P1', 'anna');
    const { browser, page, id } = await arriveFor(bench, 'anna', 3);
    const others = await browser.open(`/other-ways/${id}`);
    expect(page.html + others.html).not.toContain(stock.P1.serial);
    const status = (await browser.post(page, { code: stock.P1.serial, serial: stock.P1.serial })).status;
    expect([status, passes(bench)]).toEqual([422, 0]);
  });
});

async function draftOf({ pendings }: PortalBench, id: string, browser: { cookies: Map<string, string> }) {
  return (await pendings.forPortal(id, browser.cookies.get('__Host-sluis-portal') ?? ''))?.draft;
}
