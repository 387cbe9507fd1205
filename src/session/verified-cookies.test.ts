import { expect, it } from 'vitest';
import { VerifiedCookies } from './verified-cookies.ts';

const claims = (n: number) => ({ session: `s${n}`, identifier: `i${n}`, app: 'a' });

it('knows a cookie after it left the few that are kept whole, and no other', () => {
  const cookies = new VerifiedCookies({ known: 10, busy: 2 });
  for (let n = 0; n < 10; n += 1) cookies.set(`cookie-${n}`, claims(n));
  for (let round = 0; round < 2; round += 1) {
    for (let n = 0; n < 10; n += 1) expect(cookies.get(`cookie-${n}`)).toEqual(claims(n));
  }
  expect(cookies.get('cookie-10')).toBeUndefined();
});

it('forgets what was not used for longest', () => {
  const cookies = new VerifiedCookies({ known: 2, busy: 1 });
  for (let n = 0; n < 3; n += 1) cookies.set(`cookie-${n}`, claims(n));
  expect([0, 1, 2].map(n => cookies.get(`cookie-${n}`)?.session)).toEqual([undefined, 's1', 's2']);
});
