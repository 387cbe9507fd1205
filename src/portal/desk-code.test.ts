import { expect, test } from 'vitest';
import { openPortal, titleOf } from '../../test/support/portal-bench.ts';
import { withTotp } from '../../test/vectors/factor-bench.ts';
import { giveDeskCode } from '../enrolment/desk-code.ts';

test('R39 the desk’s code is asked first that day, a slip costs no attempt, and her phone stays a way in', async () => {
  const bench = await openPortal();
  const { person } = await withTotp(bench, 'anna');
  const giving = { person, by: 'hans', reason: 'telefoon thuis', method: 'balie' };
  const { code } = await giveDeskCode(bench.deps, giving);
  const browser = bench.browser();
  const { pending } = await bench.signIn('anna');
  const page = await browser.open(`/p/${await bench.pendings.handoff(pending)}`);
  expect([titleOf(page), page.path]).toEqual(['Vul de code van de balie in', expect.stringContaining('/challenge/')]);
  const slip = await browser.post(page, { code: code.slice(0, -1) });
  expect([slip.status, slip.html.includes('heeft 16 letters en cijfers')]).toEqual([422, true]);
  expect(bench.events.some(({ type }) => type === 'challenge.failed')).toBe(false);
  const ways = await browser.open(`/other-ways/${pending.id}`);
  for (const kind of ['desk-code', 'totp']) expect(ways.html).toContain(`/challenge/${pending.id}/${kind}"`);
  const wrong = await browser.post(page, { code: '0000-0000-0000-0000' });
  expect([wrong.status, wrong.html.includes('Deze code klopt niet of werkt niet meer')]).toEqual([422, true]);
  expect((await browser.post(page, { code: ` ${code.toLowerCase()} ` })).location).toContain('/go/');
});
