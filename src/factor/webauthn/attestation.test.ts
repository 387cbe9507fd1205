import { describe, expect, test } from 'vitest';
import { SoftKey } from '../../../test/support/authenticator.ts';
import { issue } from '../../../test/support/certificates.ts';
import {
  attestationName,
  type EntryChange,
  entryOf,
  keyIdentifierOf,
  type Maker,
  makeMaker,
} from '../../../test/support/key-models.ts';
import { origin, register } from '../../../test/support/keys-bench.ts';
import { openBench, realm } from '../../../test/vectors/factor-bench.ts';
import type { Rules } from './enrol.ts';
import { readMetadata } from './metadata.ts';

const maker = makeMaker();
const now = Date.UTC(2026, 2, 2, 9);

function rulesOf(entries: readonly object[], more: Partial<Rules> = {}): Rules {
  return { appId: undefined, allow: [], metadata: readMetadata(JSON.stringify(entries), undefined, now), ...more };
}

/** What a key comes to under these rules, asked for its model. */
async function judgedOf(key: SoftKey, rules: Rules, attested = true) {
  const bench = await openBench();
  const person = await bench.people.create(realm, 'anna');
  const made = await register(bench, person, key, { rules, attested });
  return made === undefined ? 'refused' : `${made.level} ${made.judged}`;
}

function packed({ leaf, aaguid }: Pick<Maker, 'leaf' | 'aaguid'>, more = {}): SoftKey {
  return new SoftKey(origin, { format: 'packed', chain: [leaf], aaguid, ...more });
}

describe('R23, SECURITY a.63, a.64: what a key is worth', () => {
  test('a device-bound key whose certificate leads to the root of its model is level 4', async () => {
    expect(await judgedOf(packed(maker), rulesOf([entryOf(maker)]))).toBe('4 hardware');
    expect(await judgedOf(packed(maker), rulesOf([entryOf(maker)], { allow: [maker.model] }))).toBe('4 hardware');
  });

  test('a key of U2F is known by its certificate, and is level 4 too', async () => {
    const leaf = issue({ name: attestationName, issuer: maker.root });
    const u2f = { ...maker, leaf };
    const key = new SoftKey(origin, { format: 'fido-u2f', chain: [leaf] });
    expect(await judgedOf(key, rulesOf([entryOf(u2f, { u2f: true })]))).toBe('4 hardware');
    const allow = [keyIdentifierOf(leaf)];
    expect(await judgedOf(key, rulesOf([entryOf(u2f, { u2f: true })], { allow }))).toBe('4 hardware');
    expect(await judgedOf(key, rulesOf([entryOf(maker)]))).toBe('2 model-unknown');
  });

  test('a synced one is level 2, whatever it proves', async () => {
    expect(await judgedOf(packed(maker, { synced: true }), rulesOf([entryOf(maker)]))).toBe('2 synced');
  });

  test('without metadata, with none asked for, or with a file that is out of date: level 2', async () => {
    const rules = rulesOf([entryOf(maker)]);
    expect(await judgedOf(packed(maker), { ...rules, metadata: undefined })).toBe('2 no-metadata');
    expect(await judgedOf(packed(maker), rules, false)).toBe('2 not-asked');
    const stale = readMetadata(JSON.stringify({ nextUpdate: '2026-03-01', entries: [entryOf(maker)] }), undefined, now);
    expect(await judgedOf(packed(maker), { ...rules, metadata: stale })).toBe('2 stale-metadata');
    const lastDay = readMetadata(
      JSON.stringify({ nextUpdate: '2026-03-02', entries: [entryOf(maker)] }),
      undefined,
      now,
    );
    expect(await judgedOf(packed(maker), { ...rules, metadata: lastDay })).toBe('4 hardware');
  });

  test.each(['none', 'self'] as const)('a.29: an attestation of kind %s proves nothing', async format => {
    const key = new SoftKey(origin, { format, aaguid: maker.aaguid });
    expect(await judgedOf(key, rulesOf([entryOf(maker)]))).toBe('2 no-attestation');
  });

  test.each([
    ['revoked', { statuses: ['FIDO_CERTIFIED_L1', 'REVOKED'] }, '2 model-compromised'],
    ['with keys of attestation stolen', { statuses: ['ATTESTATION_KEY_COMPROMISE'] }, '2 model-compromised'],
    ['with keys read out', { statuses: ['USER_KEY_REMOTE_COMPROMISE'] }, '2 model-compromised'],
    ['that skips the PIN', { statuses: ['USER_VERIFICATION_BYPASS'] }, '2 model-compromised'],
    ['in software', { keyProtection: ['software'] }, '2 not-in-hardware'],
    ['in software or hardware', { keyProtection: ['software', 'hardware'] }, '2 not-in-hardware'],
    ['in a trusted zone alone', { keyProtection: ['tee'] }, '2 not-in-hardware'],
    ['nowhere that is said', { keyProtection: [] }, '2 not-in-hardware'],
    ['that attests itself only', { attestationTypes: ['basic_surrogate'] }, '2 not-in-hardware'],
    ['without a root', { roots: [] }, '2 untrusted-chain'],
  ] satisfies [string, EntryChange, string][])('a model %s is level 2', async (_, change, expected) => {
    expect(await judgedOf(packed(maker), rulesOf([entryOf(maker, change)]))).toBe(expected);
  });

  test('a model that the operator does not allow, or that nobody knows', async () => {
    const allow = ['ffffffff-ffff-ffff-ffff-ffffffffffff'];
    expect(await judgedOf(packed(maker), rulesOf([entryOf(maker)], { allow }))).toBe('2 model-not-allowed');
    expect(await judgedOf(packed(maker), rulesOf([]))).toBe('2 model-unknown');
  });

  test('a certificate without the model in it, or with another one, proves no model', async () => {
    const bare = issue({ name: attestationName, issuer: maker.root });
    expect(await judgedOf(packed({ ...maker, leaf: bare }), rulesOf([entryOf(maker)]))).toBe('2 model-unproved');
    const other = issue({ name: attestationName, issuer: maker.root, aaguid: 'ff'.repeat(16) });
    expect(await judgedOf(packed({ ...maker, leaf: other }), rulesOf([entryOf(maker)]))).toBe('refused');
    const zeros = {
      leaf: issue({ name: attestationName, issuer: maker.root, aaguid: '00'.repeat(16) }),
      aaguid: '00'.repeat(16),
    };
    expect(await judgedOf(packed(zeros), rulesOf([entryOf(maker)]))).toBe('2 model-unproved');
  });

  test('a root of an attacker in the chain, or one of another model, leads nowhere (GHSA-6hxq-p678-4hr2)', async () => {
    const evil = issue({ name: { CN: 'Root of keys' }, ca: true });
    const leaf = issue({ name: attestationName, issuer: evil, aaguid: maker.aaguid });
    const rules = rulesOf([entryOf(maker)]);
    const of = (chain: SoftKey) => judgedOf(chain, rules);
    expect(await of(packed({ ...maker, leaf }))).toBe('2 untrusted-chain');
    expect(await of(packed(maker, { chain: [leaf, evil] }))).toBe('2 untrusted-chain');
    expect(await of(packed(maker, { chain: [leaf, evil, maker.root] }))).toBe('2 untrusted-chain');
    const second = makeMaker('ab'.repeat(16));
    const borrowed = issue({ name: attestationName, issuer: second.root, aaguid: maker.aaguid });
    const both = rulesOf([entryOf(maker), entryOf(second)]);
    expect(await judgedOf(packed({ ...maker, leaf: borrowed }), both)).toBe('2 untrusted-chain');
  });

  test.each(['tpm', 'android-key', 'android-safetynet', 'apple'])(
    'a statement of format %s is not read: its checks would reach the network, or prove no model; it is named',
    async format => {
      const key = new SoftKey(origin, { format: format as 'packed', chain: [maker.leaf], aaguid: maker.aaguid });
      expect(await judgedOf(key, rulesOf([entryOf(maker)]))).toBe('2 format-not-read');
      const bench = await openBench();
      const person = await bench.people.create(realm, 'anna');
      expect(await register(bench, person, key, { attested: true })).toMatchObject({ level: 2, format });
      expect(await register(bench, person, key, { attested: false })).toMatchObject({ level: 2, format: 'none' });
    },
  );

  test('a name of a format that no standard has is not repeated in the log', async () => {
    const bench = await openBench();
    const person = await bench.people.create(realm, 'anna');
    const key = new SoftKey(origin, { format: 'x\ny' as 'packed', chain: [maker.leaf], aaguid: maker.aaguid });
    const made = await register(bench, person, key, { rules: rulesOf([entryOf(maker)]), attested: true });
    expect(made).toMatchObject({ level: 2, judged: 'no-attestation', format: 'other' });
  });
});
