import { ScureBase32Plugin } from 'otplib';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, openBench, realm, withTotp } from '../../../test/vectors/factor-bench.ts';
import { type HardwareTokenCredential, tokenCode } from './credential.ts';
import { handOut, takeBack } from './enrol.ts';
import { HardwareTokens } from './tokens.ts';
import { lookAhead, verifyHardwareToken } from './verify.ts';

const base32 = new ScureBase32Plugin();
const seed = (text: string) => base32.encode(Buffer.from(text));
const hotp: HardwareTokenCredential = {
  serial: 'H-1',
  secret: seed('12345678901234567890'),
  algorithm: 'sha1',
  digits: 6,
  period: undefined,
  counter: 0,
};
const totp: HardwareTokenCredential = { ...hotp, serial: 'T-1', period: 60 };

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});

function answer(credential: HardwareTokenCredential, typed: string) {
  return verifyHardwareToken(bench.deps, { factor: { credential }, answer: typed });
}

const stepNow = (credential: HardwareTokenCredential) => Math.floor(bench.clock.time / 1000 / (credential.period ?? 1));
const pair = (credential: HardwareTokenCredential, at: number) =>
  `${tokenCode(credential, at)}+${tokenCode(credential, at + 1)}`;

describe('R22 the vectors of the standards', () => {
  it.each(['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'])(
    'RFC 4226 appendix D: count %# shows %s',
    async code => {
      const count = [755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489].indexOf(
        Number(code),
      );
      expect(tokenCode(hotp, count)).toBe(code);
      expect(await answer({ ...hotp, counter: count }, code)).toBe('accepted');
    },
  );

  it.each([
    ['sha256', '12345678901234567890123456789012', 59, '46119246'],
    ['sha256', '12345678901234567890123456789012', 1111111109, '68084774'],
    ['sha256', '12345678901234567890123456789012', 20000000000, '77737706'],
    ['sha512', '1234567890123456789012345678901234567890123456789012345678901234', 59, '90693936'],
    ['sha512', '1234567890123456789012345678901234567890123456789012345678901234', 1234567890, '93441116'],
  ] as const)('RFC 6238 appendix B: %s of %s at %i s shows %s', async (algorithm, text, seconds, code) => {
    bench.clock.time = seconds * 1000;
    const token = { ...totp, algorithm, secret: seed(text), digits: 8, period: 30 } as const;
    expect(await answer(token, code)).toBe('accepted');
    expect(await answer(token, code)).toBe('repeated');
    expect(await answer(token, code.slice(2))).toBe('wrong');
  });
});

describe('R22, SECURITY a.6: a token that counts presses', () => {
  it('may be pressed idly up to the look-ahead, and no further', async () => {
    const from = 20;
    const token = { ...hotp, counter: from };
    expect(await answer(token, tokenCode(token, from + lookAhead))).toBe('wrong');
    expect(await answer(token, tokenCode(token, from + lookAhead - 1))).toBe('accepted');
    expect(await answer(token, tokenCode(token, from + lookAhead - 1))).toBe('repeated');
    // Those in between were skipped for good.
    expect(await answer(token, tokenCode(token, from + 3))).toBe('wrong');
    expect(await answer(token, tokenCode(token, from + lookAhead))).toBe('accepted');
  });

  it('comes back by two codes in a row, also from far, and never behind what was used', async () => {
    expect(await answer(hotp, tokenCode(hotp, 4))).toBe('accepted');
    expect(await answer(hotp, tokenCode(hotp, 60))).toBe('wrong');
    expect(await answer(hotp, `${tokenCode(hotp, 60)}+${tokenCode(hotp, 62)}`)).toBe('wrong');
    expect(await answer(hotp, pair(hotp, 1))).toBe('wrong');
    expect(await answer(hotp, pair(hotp, 200))).toBe('wrong');
    expect(await answer(hotp, pair(hotp, 60))).toBe('accepted');
    expect(await answer(hotp, pair(hotp, 60))).toBe('wrong');
    expect(await answer(hotp, tokenCode(hotp, 62))).toBe('accepted');
  });
});

describe('R22, SECURITY a.5: a token with a clock', () => {
  it('stays usable while it drifts one step a week, for two years', async () => {
    for (let week = 0; week < 104; week += 1) {
      bench.clock.time += 7 * 86_400_000;
      expect(await answer(totp, tokenCode(totp, stepNow(totp) + week))).toBe('accepted');
    }
  });

  it('is refused after a jump of ten steps, and comes back by two codes in a row', async () => {
    expect(await answer(totp, tokenCode(totp, stepNow(totp) + 10))).toBe('wrong');
    expect(await answer(totp, pair(totp, stepNow(totp) + 10))).toBe('accepted');
    bench.clock.time += 120_000;
    expect(await answer(totp, tokenCode(totp, stepNow(totp) + 11))).toBe('accepted');
    expect(await answer(totp, tokenCode(totp, stepNow(totp)))).toBe('wrong');
  });

  it('opens no used step again by two codes in a row, nor by a clock set back', async () => {
    const used = stepNow(totp);
    expect(await answer(totp, tokenCode(totp, used))).toBe('accepted');
    expect(await answer(totp, pair(totp, used - 5))).toBe('repeated');
    bench.clock.time -= 300_000;
    expect(await answer(totp, tokenCode(totp, stepNow(totp)))).toBe('repeated');
  });

  it('R24 accepts one of fifty at once', async () => {
    const code = tokenCode(totp, stepNow(totp));
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => answer(totp, code)));
    expect(verdicts.filter(verdict => verdict === 'accepted')).toHaveLength(1);
  });
});

describe('R07 a token is one person’s', () => {
  const register = () => new HardwareTokens(bench.deps);
  const deps = () => ({ ...bench.deps, tokens: register() });

  it('of many who are handed the same one, one has it; taken back it opens nothing, and goes on where it was', async () => {
    await register().import([{ ...totp, manufacturer: 'Voorbeeld' }], 'desk');
    const anna = await bench.people.create(realm, 'anna');
    const bram = await bench.people.create(realm, 'bram');
    const both = await Promise.allSettled([
      handOut(deps(), { serial: 'T-1', person: anna, by: 'desk' }),
      handOut(deps(), { serial: 'T-1', person: bram, by: 'desk' }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [owner, other] = both[0].status === 'fulfilled' ? [anna, bram] : [bram, anna];
    const asked = { kind: 'hardware-token', level: 3, challenge: 'c', app: 'mail', source: '192.0.2.7' } as const;
    const code = tokenCode(totp, stepNow(totp));
    expect(await bench.challenge.answer({ ...asked, person: other, answer: code })).toEqual({ outcome: 'wrong' });
    expect(await bench.challenge.answer({ ...asked, person: owner, answer: code })).toMatchObject({ level: 3 });
    await takeBack(deps(), { serial: 'T-1', by: 'desk', retired: false });
    bench.clock.time += 60_000;
    const next = tokenCode(totp, stepNow(totp));
    expect(await bench.challenge.answer({ ...asked, person: owner, answer: next })).toEqual({ outcome: 'wrong' });
    await handOut(deps(), { serial: 'T-1', person: other, by: 'desk' });
    expect(await bench.challenge.answer({ ...asked, person: other, answer: code })).toEqual({ outcome: 'repeated' });
    expect(await bench.challenge.answer({ ...asked, person: other, answer: next })).toMatchObject({ level: 3 });
  });

  it('is not imported twice, and nothing of that file is; out of use it is handed to nobody', async () => {
    await register().import([{ ...hotp, manufacturer: undefined }], 'desk');
    const again = register().import(
      [
        { ...totp, manufacturer: undefined },
        { ...hotp, manufacturer: undefined },
      ],
      'desk',
    );
    await expect(again).rejects.toMatchObject({ code: 'tokens.refused', message: expect.stringContaining('H-1') });
    expect((await register().list()).map(({ serial }) => serial)).toEqual(['H-1']);
    const { person } = await withTotp(bench, 'anna');
    await handOut(deps(), { serial: 'H-1', person, by: 'desk' });
    await takeBack(deps(), { serial: 'H-1', by: 'desk', retired: true });
    await expect(handOut(deps(), { serial: 'H-1', person, by: 'desk' })).rejects.toMatchObject({
      message: expect.stringContaining('out of use'),
    });
    expect((await bench.people.byId(person.id))?.factors.map(({ kind }) => kind)).toEqual(['totp']);
  });

  it('SECURITY a.8: no row of the store shows a seed', async () => {
    await register().import([{ ...hotp, manufacturer: undefined }], 'desk');
    const serials = await bench.store.members('hardware-tokens:{all}');
    expect(serials).toEqual(['H-1']);
    expect(JSON.stringify(bench.events)).not.toContain(hotp.secret);
  });
});

it('a.21: a level that is demanded is not reached by a factor below it, however right its code', async () => {
  const { person, secret } = await withTotp(bench, 'anna');
  const { codeAt } = await import('../../../test/vectors/code-at.ts');
  const asked = { kind: 'totp', challenge: 'c', app: 'mail', source: '192.0.2.7', person } as const;
  const code = codeAt(secret, bench.clock.time);
  expect(await bench.challenge.answer({ ...asked, level: 3, answer: code })).toEqual({ outcome: 'wrong' });
  expect(await bench.challenge.answer({ ...asked, level: 2, answer: code })).toMatchObject({ outcome: 'passed' });
});
