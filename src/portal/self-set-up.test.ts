import { expect, test } from 'vitest';
import {
  type Browser,
  hiddenFields,
  openPortal,
  type PortalBench,
  portalOrigin,
  titleOf,
} from '../../test/support/portal-bench.ts';
import { codeAt } from '../../test/vectors/code-at.ts';
import { minute, realm, withTotp } from '../../test/vectors/factor-bench.ts';

const hour = 60 * minute;

async function open(): Promise<PortalBench> {
  const start = Date.UTC(2026, 2, 2, 9);
  const self = { people: ['anna', 'bram', 'carla'], from: start, until: start + 10 * hour };
  return openPortal({ realm: { firstFactor: { 2: 'self', 3: 'desk', 4: 'desk' }, self } });
}

async function arrive(bench: PortalBench, browser: Browser, name: string) {
  const { pending } = await bench.signIn(name);
  return { id: pending.id, page: await browser.open(`/p/${await bench.pendings.handoff(pending)}`) };
}

/** The form as the page has it, sent by who was never shown it. */
async function sendBegin(bench: PortalBench, browser: Browser, id: string) {
  const tokens = hiddenFields((await browser.open(`/set-up/${id}?code=1`)).html);
  const headers = { origin: portalOrigin, 'content-type': 'application/x-www-form-urlencoded' };
  const body = `${new URLSearchParams({ ...tokens, code: '', act: 'begin' })}`;
  const answer = await browser.send(`/set-up/${id}`, { method: 'POST', body, headers });
  expect(answer.html).not.toContain('otpauth:');
  expect((await browser.open(`/set-up/${id}/totp`)).html).not.toContain('otpauth:');
  expect(bench.events.some(({ type }) => type === 'set-up.by-self')).toBe(false);
}

test('R38 a listed person begins by herself, within the dates; once she has a factor it is asked as any', async () => {
  const bench = await open();
  const browser = bench.browser();
  const { page } = await arrive(bench, browser, 'anna');
  expect([titleOf(page), page.html.includes('2 maart 2026')]).toEqual(['Stel uw tweede stap in', true]);
  const totp = await browser.submit(page, { act: 'begin' });
  const secret = /sluis-secret">([A-Z2-7 ]+)</.exec(totp.html)?.[1]?.replaceAll(' ', '') ?? '';
  const codes = await browser.submit(totp, { code: codeAt(secret, bench.clock.time), label: 'Tablet' });
  expect(titleOf(codes)).toBe('Bewaar uw herstelcodes');
  expect((await bench.people.byName(realm, 'anna'))?.factors).toMatchObject([
    { boundBy: 'self', label: 'Tablet', personal: true },
  ]);
  const types = bench.events.map(({ type }) => type);
  expect(types).toEqual(['set-up.by-self', 'factor.added', 'recovery-codes.made']);
  expect((await arrive(bench, bench.browser(), 'anna')).page.path).toContain('/challenge/');
});

test('R38 nobody else, not before nor after, and not who has a code or a factor: the form sent all the same', async () => {
  const bench = await open();
  await withTotp(bench, 'bram');
  await bench.activation.invite(realm, 'carla', { by: 'desk', replaces: false, validity: hour });
  bench.events.length = 0;
  for (const name of ['dirk', 'bram', 'carla']) {
    const browser = bench.browser();
    const { id, page } = await arrive(bench, browser, name);
    expect(page.html).not.toContain('value="begin"');
    await sendBegin(bench, browser, id);
  }
  bench.clock.time += 10 * hour;
  const browser = bench.browser();
  const { id, page } = await arrive(bench, browser, 'anna');
  expect(titleOf(page)).toBe('U hebt een activeringscode nodig');
  await sendBegin(bench, browser, id);
});

test('R07 without her word that it is hers alone nothing is bound, and no code is used up', async () => {
  const bench = await open();
  const browser = bench.browser();
  const { page } = await arrive(bench, browser, 'anna');
  const totp = await browser.submit(page, { act: 'begin' });
  const secret = /sluis-secret">([A-Z2-7 ]+)</.exec(totp.html)?.[1]?.replaceAll(' ', '') ?? '';
  const code = codeAt(secret, bench.clock.time);
  const unsaid = await browser.post(totp, { code, personal: '', label: 'Werk <b>' });
  expect([unsaid.status, unsaid.html.includes('Zet een vinkje')]).toEqual([422, true]);
  expect(unsaid.html).toContain('value="Werk &lt;b&gt;"');
  expect(titleOf(await browser.submit(unsaid, { code }))).toBe('Bewaar uw herstelcodes');
});
