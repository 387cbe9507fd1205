import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flag, SoftKey } from '../../../test/support/authenticator.ts';
import { ask, type Owner, origin, register, withKey } from '../../../test/support/keys-bench.ts';
import { type Bench, minute, openBench, realm } from '../../../test/vectors/factor-bench.ts';
import type { WebauthnCredential } from './credential.ts';
import { claimKey } from './enrol.ts';
import { verifyWebauthn } from './verify.ts';

function verify(bench: Bench, { person, factor }: Owner, answer: string, challenge = 'sign-in') {
  return verifyWebauthn(bench.deps, { person, factor, answer, challenge });
}

function changed(owner: Owner, change: Partial<WebauthnCredential>): Owner {
  const { factor } = owner;
  return { ...owner, factor: { ...factor, credential: { ...factor.credential, ...change } } };
}

/** Each text in the answer, decoded, with one bit of it turned. */
function withBit(answer: string, name: string, place: number): string {
  const parsed = JSON.parse(answer) as { response: Record<string, string> };
  const bytes = Buffer.from(parsed.response[name] ?? '', 'base64url');
  const at = place % (bytes.length * 8);
  bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
  return JSON.stringify({ ...parsed, response: { ...parsed.response, [name]: bytes.toString('base64url') } });
}

describe('verifyWebauthn', () => {
  test.each([-7, -8, -257] as const)('R21, R23: a key with algorithm %i registers and opens', async alg => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna', { alg });
    const options = await ask(bench, anna.person);
    expect(options).toMatchObject({
      rpId: 'sluis.gemeente.test',
      timeout: 300_000,
      allowCredentials: [{ id: anna.factor.credential.id }],
    });
    expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32);
    expect(await verify(bench, anna, anna.key.get(options))).toBe('accepted');
  });

  test('a.57: a challenge opens once, of 20 answers at once too', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const answer = anna.key.get(await ask(bench, anna.person));
    const all = await Promise.all(Array.from({ length: 20 }, () => verify(bench, anna, answer)));
    expect(all.filter(verdict => verdict === 'accepted')).toHaveLength(1);
    expect(await verify(bench, anna, answer)).toBe('wrong');
  });

  test('a.57: a challenge is used up by an answer that is wrong', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const options = await ask(bench, anna.person);
    expect(await verify(bench, anna, anna.key.get(options, { origin: 'https://evil.test' }))).toBe('wrong');
    expect(await verify(bench, anna, anna.key.get(options))).toBe('wrong');
  });

  test('a.57: a challenge is of one sign-in, one person, one ceremony, for ten minutes, and ours', async () => {
    const bench = await openBench();
    const [anna, bram] = [await withKey(bench, 'anna'), await withKey(bench, 'bram')];
    const of = async () => anna.key.get(await ask(bench, anna.person));
    expect(await verify(bench, anna, await of(), 'another')).toBe('wrong');
    expect(await verify(bench, { ...anna, person: bram.person }, await of())).toBe('wrong');
    const { challenge } = await ask(bench, anna.person);
    expect(
      await register(bench, anna.person, new SoftKey(origin), { pending: 'sign-in', twist: { challenge } }),
    ).toBeUndefined();
    const late = await of();
    bench.clock.time += 10 * minute;
    expect(await verify(bench, anna, late)).toBe('wrong');
    const made = Buffer.alloc(32, 1).toString('base64url');
    expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person), { challenge: made }))).toBe('wrong');
    expect(await verify(bench, anna, await of())).toBe('accepted');
  });

  test('a.57: a page that was opened later does not keep the challenge of an earlier one alive', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const early = anna.key.get(await ask(bench, anna.person));
    bench.clock.time += 6 * minute;
    const late = anna.key.get(await ask(bench, anna.person));
    bench.clock.time += 5 * minute;
    expect([await verify(bench, anna, early), await verify(bench, anna, late)]).toEqual(['wrong', 'accepted']);
  });

  test('R44: of two keys of one person either opens, and which one it was is known', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const { factor: second, key } = await withKey(bench, 'bram');
    const both = await bench.people.update(anna.person.id, person => ({
      ...person,
      factors: [...person.factors, second],
    }));
    if (both === undefined) throw new Error('anna is gone');
    const at = {
      person: both,
      kind: 'webauthn',
      level: 2,
      challenge: 'sign-in',
      source: '192.0.2.1',
      app: 'post',
    } as const;
    for (const [signer, factor] of [
      [key, second],
      [anna.key, anna.factor],
      [key, second],
    ] as const) {
      const answer = signer.get(await ask(bench, both));
      expect(await bench.challenge.answer({ ...at, answer })).toEqual({
        outcome: 'passed',
        factor: factor.id,
        level: 2,
      });
    }
  });

  test('tabs and reloads: each page has a challenge of its own, and eight at most are open', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const pages = [];
    for (let page = 0; page < 9; page += 1) pages.push(await ask(bench, anna.person));
    const verdicts = [];
    for (const options of pages) verdicts.push(await verify(bench, anna, anna.key.get(options)));
    expect(verdicts).toEqual(['wrong', ...Array.from({ length: 8 }, () => 'accepted')]);
  });

  test.each([
    ['the origin of another site', { origin: 'https://sluis.gemeente.test.evil.test' }],
    ['the origin of an app beside it', { origin: 'https://webmail.gemeente.test' }],
    ['plain http', { origin: 'http://sluis.gemeente.test' }],
    ['another RP id', { rpId: 'gemeente.test' }],
    ['the other ceremony', { type: 'webauthn.create' }],
    ['a frame of another site', { clientData: { crossOrigin: true } }],
    ['a frame, with its top', { clientData: { crossOrigin: true, topOrigin: origin } }],
    ['a top without a frame', { clientData: { topOrigin: origin } }],
    ['nobody present', { flags: 0 }],
    ['a.59: backed up, and cannot be', { flags: flag.up | flag.bs }],
    ['a.59: BE that was not there', { flags: flag.up | flag.be }],
    ['the handle of somebody else', { userHandle: Buffer.from('bram').toString('base64url') }],
  ])('a.58: refuses %s', async (_, twist) => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person), twist))).toBe('wrong');
    expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person)))).toBe('accepted');
  });

  test('a.59: a passkey that says it cannot be synced any more is refused', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna', { synced: true });
    expect(anna.factor).toMatchObject({ level: 2, credential: { backupEligible: true } });
    const options = await ask(bench, anna.person);
    expect(await verify(bench, anna, anna.key.get(options, { flags: flag.up }))).toBe('wrong');
    // Not backed up at the moment is another thing than never.
    expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person), { flags: flag.up | flag.be }))).toBe(
      'accepted',
    );
  });

  test('her own handle, or none, is fine', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    for (const userHandle of [anna.person.id, null, '']) {
      expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person), { userHandle }))).toBe('accepted');
    }
  });

  test('R07: a key of B is nothing in a challenge of A, under its own name or under that of A', async () => {
    const bench = await openBench();
    const [anna, bram] = [await withKey(bench, 'anna'), await withKey(bench, 'bram')];
    const answer = bram.key.get(await ask(bench, anna.person));
    expect(await verify(bench, anna, answer)).toBe('wrong');
    const id = anna.factor.credential.id;
    const renamed = JSON.stringify({ ...(JSON.parse(answer) as object), id, rawId: id });
    expect(await verify(bench, anna, renamed)).toBe('wrong');
  });

  test('a.60: a counter that does not rise is told, and opens; none at all is silent', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const told = () => bench.events.filter(({ type }) => type === 'webauthn.counter');
    const open = async (counter: number) =>
      verify(bench, anna, anna.key.get(await ask(bench, anna.person), { counter }));
    for (const counter of [0, 0, 5, 6]) expect(await open(counter)).toBe('accepted');
    expect(told()).toEqual([]);
    for (const counter of [6, 3, 0]) expect(await open(counter)).toBe('accepted');
    expect(told()).toMatchObject([
      { name: 'anna', realm, counter: 6, before: 6 },
      { counter: 3, before: 6 },
      { counter: 0, before: 6 },
    ]);
    expect(await open(7)).toBe('accepted');
    expect(told()).toHaveLength(3);
  });

  test('a.65: a key of U2F opens under its old application id, where the operator named it', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const appId = 'https://sluis.gemeente.test/u2f';
    const old = { rpId: appId, extensions: { appid: true } };
    expect((await ask(bench, anna.person, 'x', appId)).extensions).toEqual({ appid: appId });
    expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person, 'sign-in', appId), old))).toBe(
      'accepted',
    );
    expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person), old))).toBe('wrong');
    // Said, and not signed; signed, and not said.
    for (const twist of [{ extensions: { appid: true } }, { rpId: appId }])
      expect(await verify(bench, anna, anna.key.get(await ask(bench, anna.person, 'sign-in', appId), twist))).toBe(
        'wrong',
      );
  });

  test('whatever is no answer of a browser is wrong, and no error', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const good = JSON.parse(anna.key.get(await ask(bench, anna.person))) as { id: string; response: object };
    const odd = [
      '',
      'null',
      '[]',
      '{}',
      '123456',
      '{"id":',
      JSON.stringify({ ...good, id: `${good.id}=` }),
      JSON.stringify({ ...good, rawId: 'AAAA' }),
      JSON.stringify({ ...good, type: 'password' }),
      JSON.stringify({ ...good, response: { ...good.response, clientDataJSON: 'e30' } }),
      JSON.stringify({ ...good, response: { ...good.response, signature: 'not base64url!' } }),
      JSON.stringify({ ...good, response: { ...good.response, authenticatorData: 'AAAA' } }),
    ];
    for (const answer of odd) expect(await verify(bench, anna, answer), answer).toBe('wrong');
  });

  test('SECURITY a.58: a copy with one bit changed never opens', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const name = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature');
    await fc.assert(
      fc.asyncProperty(name, fc.nat(), async (part, place) => {
        const answer = anna.key.get(await ask(bench, anna.person));
        expect(await verify(bench, anna, withBit(answer, part, place))).toBe('wrong');
      }),
      { numRuns: 120, examples: Array.from({ length: 48 }, (_, bit): [string, number] => ['signature', bit]) },
    );
  });

  test('a public key that was changed, or cannot be read, opens nothing', async () => {
    const bench = await openBench();
    const [anna, bram] = [await withKey(bench, 'anna'), await withKey(bench, 'bram')];
    for (const publicKey of [bram.factor.credential.publicKey, '', 'AAAA']) {
      const answer = anna.key.get(await ask(bench, anna.person));
      expect(await verify(bench, changed(anna, { publicKey }), answer)).toBe('wrong');
    }
  });
});

describe('verifyRegistration', () => {
  test('the options name her by a random id, leave out what she has, and ask for no model unasked', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const { beginRegistration } = await import('./enrol.ts');
    const asked = { pending: 'p', person: anna.person, party: { id: 'a.test', origin: 'https://a.test' }, title: 'T' };
    const options = await beginRegistration(bench.deps, { ...asked, attested: false });
    expect(options).toMatchObject({
      user: { id: anna.person.id, name: 'anna' },
      attestation: 'none',
      timeout: 300_000,
      excludeCredentials: [{ id: anna.factor.credential.id }],
      pubKeyCredParams: [{ alg: -8 }, { alg: -7 }, { alg: -257 }],
    });
    expect((await beginRegistration(bench.deps, { ...asked, attested: true })).attestation).toBe('direct');
  });

  test.each([
    ['another origin', { origin: 'https://evil.test' }],
    ['another RP id', { rpId: 'evil.test' }],
    ['the other ceremony', { type: 'webauthn.get' }],
    ['a frame of another site', { clientData: { crossOrigin: true } }],
    ['a top without a frame', { clientData: { topOrigin: origin } }],
    ['nobody present', { flags: 0 }],
    ['a.59: backed up, and cannot be', { flags: flag.up | flag.bs }],
  ])('a.58: refuses %s', async (_, twist) => {
    const bench = await openBench();
    const person = await bench.people.create(realm, 'anna');
    expect(await register(bench, person, new SoftKey(origin), { twist })).toBeUndefined();
  });

  test('a.61: an id of 1,023 bytes is taken, one of 1,024 is not', async () => {
    const bench = await openBench();
    const person = await bench.people.create(realm, 'anna');
    const of = (bytes: number) => register(bench, person, new SoftKey(origin, { id: Buffer.alloc(bytes, 7) }));
    expect(await of(1023)).toBeDefined();
    expect(await of(1024)).toBeUndefined();
  });

  test('R07, a.61: an id binds one person once, of many at once too', async () => {
    const bench = await openBench();
    const anna = await withKey(bench, 'anna');
    const { credential } = anna.factor;
    const bram = await bench.people.create(realm, 'bram');
    expect(await claimKey(bench.deps, { credential, person: bram })).toBe('wrong');
    const other = { ...credential, id: 'b3RoZXI' };
    const names = Array.from({ length: 10 }, (_, index) => `collega${index}`);
    const people = await Promise.all(names.map(name => bench.people.create(realm, name)));
    const all = await Promise.all(people.map(person => claimKey(bench.deps, { credential: other, person })));
    const owner = people[all.indexOf('accepted')] ?? bram;
    expect(all.filter(verdict => verdict === 'accepted')).toHaveLength(1);
    // A set-up that was refused after its claim may be done anew: the key is hers.
    expect(await claimKey(bench.deps, { credential: other, person: owner })).toBe('accepted');
  });

  test('the id that is said must be the one that was signed', async () => {
    const bench = await openBench();
    const person = await bench.people.create(realm, 'anna');
    const { beginRegistration, verifyRegistration } = await import('./enrol.ts');
    const { noRules: rules, party } = await import('../../../test/support/keys-bench.ts');
    const options = await beginRegistration(bench.deps, { pending: 'p', person, party, title: 'T', attested: false });
    const answer = JSON.parse(new SoftKey(origin).create(options)) as object;
    const renamed = JSON.stringify({ ...answer, id: 'AAAA', rawId: 'AAAA' });
    expect(await verifyRegistration(bench.deps, { pending: 'p', person, answer: renamed, rules })).toEqual({
      refused: 'key',
    });
  });

  test('a copy of an attestation with one bit changed is refused, or proves no more', async () => {
    const bench = await openBench();
    const person = await bench.people.create(realm, 'anna');
    const { beginRegistration, verifyRegistration } = await import('./enrol.ts');
    const { noRules: rules, party } = await import('../../../test/support/keys-bench.ts');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('clientDataJSON', 'attestationObject'), fc.nat(), async (part, place) => {
        const options = await beginRegistration(bench.deps, {
          pending: 'p',
          person,
          party,
          title: 'T',
          attested: true,
        });
        const answer = withBit(new SoftKey(origin, { format: 'self' }).create(options), part, place);
        const made = await verifyRegistration(bench.deps, { pending: 'p', person, answer, rules });
        expect('refused' in made ? 0 : made.level).toBeLessThanOrEqual(2);
      }),
      { numRuns: 100 },
    );
  });
});
