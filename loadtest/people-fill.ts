import { DatabaseSync } from 'node:sqlite';
import { AuditTrail } from '../src/audit/chain.ts';
import { HardwareTokens } from '../src/factor/hardware-token/tokens.ts';
import { People } from '../src/factor/people.ts';
import type { Factor, Person } from '../src/factor/person.ts';
import type { Store } from '../src/kernel/store.ts';
import type { Core } from '../src/main/core.ts';
import type { ResetCase } from '../src/reset/case.ts';
import { CaseRecords } from '../src/reset/records.ts';

export const realm = 'gemeente';

/** How much of everything there is. */
export interface Sizes {
  readonly people: number;
  readonly tokens: number;
  readonly cases: number;
  readonly operators: number;
  readonly audit: number;
}

const bound = { label: 'Telefoon', boundAt: 1, boundBy: 'activation-code', lastUsedAt: 1 } as const;
export const factor: Factor = {
  ...{ id: 'bench', kind: 'totp', level: 2, credential: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' } },
  ...bound,
};

export function nameOf(number: number): string {
  return `p${(number % 26).toString(36)}.naam${String(number).padStart(6, '0')}`;
}

export function serialOf(number: number): string {
  return `SN${String(number).padStart(8, '0')}`;
}

/** Through the product's own code, in one transaction: nobody waits for the disk here. */
export async function fill(core: Core, file: string, sizes: Sizes): Promise<void> {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
  const deps = { ...core, store: writerOn(db) };
  const ids = await fillPeople(new People(deps), sizes.people);
  await fillTokens(deps, sizes.tokens, ids);
  await fillCases(new CaseRecords(deps), sizes.cases, core.clock.now());
  await fillAudit(new AuditTrail({ ...deps, log: () => undefined }), sizes);
  db.exec('COMMIT');
  db.close();
}

async function fillPeople(people: People, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const { id } = await people.create(realm, nameOf(number));
    ids.push(id);
    if (number % 10 !== 0) await people.update(id, person => withFactors(person, number));
  }
  // Everybody is in the lists: nothing is to be taken in while it is measured.
  await people.fillLists(realm);
  return ids;
}

/** Of ten people one has nothing, one a letter, one a code by mail at one of a thousand domains, and all others an app. */
function withFactors(person: Person, number: number): Person {
  if (number % 10 === 1) {
    const activation = { hash: 'h', until: 1, by: 'bench', upTo: 2, replaces: false, issuedAt: 1 } as const;
    return { ...person, activation };
  }
  const id = `f${number}`;
  if (number % 10 !== 2) return { ...person, factors: [{ ...factor, id }] };
  const address = `${person.name}@post${number % 1_000}.test`;
  return { ...person, email: address, factors: [{ ...bound, id, kind: 'email', level: 1, credential: { address } }] };
}

/** Every second one is somebody's. */
async function fillTokens(deps: Core, count: number, people: readonly string[]): Promise<void> {
  const tokens = new HardwareTokens({ ...deps, audit: { record: async () => undefined } });
  const token = { digits: 6, algorithm: 'sha1', period: 30, counter: 0, manufacturer: 'bench' } as const;
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  for (let number = 0; number < count; number += 1) {
    const serial = serialOf(number);
    await tokens.import([{ ...token, serial, secret }], 'bench');
    const person = people[number % people.length] ?? '';
    if (number % 2 === 0) await tokens.claim(serial, { person, factor: `t${number}` });
  }
}

/** One of ten is open. */
async function fillCases(records: CaseRecords, count: number, now: number): Promise<void> {
  const clerk = { id: 'c', name: 'De balie', address: 'balie@gemeente.test' };
  for (let number = 0; number < count; number += 1) {
    const filedAt = now - number * 60_000;
    const record: ResetCase = {
      ...{ id: records.newId(), realm, state: 'requested', filedAt, via: 'console' },
      account: { address: `${nameOf(number)}@gemeente.test`, person: undefined, name: undefined },
      requester: { name: 'Anna de Vries', address: 'anna@gemeente.test' },
      request: { by: 'credential', clerk, at: filedAt },
      identity: { method: 'visit', documentType: 'passport', documentLastFour: '1234', staff: ['Eva'] },
      ...{ lostBecause: 'lost', fileNumber: `Z-${number}`, handedOver: [] },
      ...{ checked: undefined, executed: undefined, confirmed: undefined, refused: undefined },
    };
    await records.create(record);
    const refused = { by: clerk, at: filedAt, why: 'bench' };
    if (number % 10 !== 0) await records.update(record.id, now => ({ ...now, state: 'refused', refused }));
  }
}

/** The trail of a long time: sign-ins mostly, and now and then what somebody would look for. */
async function fillAudit(trail: AuditTrail, { audit, people, tokens }: Sizes): Promise<void> {
  for (let number = 0; number < audit; number += 1) {
    const who = { realm, person: `p${number % people}`, name: nameOf(number % people) };
    const from = { app: 'demo', source: '192.0.2.1' };
    if (number % 1_000 === 0)
      await trail.record({
        type: 'token.handed-out',
        ...who,
        serial: serialOf(number % tokens),
        factor: 'f',
        by: 'bench',
      });
    else if (number % 3 === 0)
      await trail.record({ type: 'challenge.passed', ...who, ...from, factor: `f${number}`, level: 2 });
    else if (number % 3 === 1) await trail.record({ type: 'sign-in.proved', realm, name: who.name, ...from });
    else await trail.record({ type: 'session.ended', ...who, session: `s${number}`, reason: 'signed-out' });
  }
}

/** As many as may be, in their one record, each a person with a factor. */
export async function fillOperators(core: Core, count: number): Promise<void> {
  const until = core.clock.now() + 30 * 24 * 3_600_000;
  for (let number = 1; number < count; number += 1) {
    const email = `op${String(number).padStart(3, '0')}@gemeente.test`;
    const told = { email, name: 'Bench', role: 'helpdesk', until, reason: 'bench', source: 'bench' } as const;
    await core.operators.invite(told, { command: 'bench' });
  }
}

/** As much of the store as these are written with. */
function writerOn(db: DatabaseSync): Store {
  const [read, write, put] = [
    db.prepare('SELECT value, version FROM record WHERE key = ?'),
    db.prepare(
      'INSERT INTO record (key, value, version) VALUES (?, ?, 1) ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = version + 1',
    ),
    db.prepare('INSERT OR IGNORE INTO member (key, member) VALUES (?, ?)'),
  ];
  const drop = db.prepare('DELETE FROM member WHERE key = ? AND member = ?');
  const append = db.prepare('INSERT INTO entry (log, number, entry) VALUES (?, ?, ?)');
  const beside = db.prepare('INSERT INTO aside (log, number, name, text) VALUES (?, ?, ?, ?)');
  const heads = new Map<string, { number: number; entry: string }>();
  const store: Pick<Store, 'get' | 'create' | 'replace' | 'add' | 'drop' | 'members' | 'append' | 'head'> = {
    get: async key => {
      const row = read.get(key);
      return row === undefined ? undefined : { value: String(row['value']), version: Number(row['version']) };
    },
    create: async (key, value) => read.get(key) === undefined && write.run(key, value).changes > 0,
    replace: async (key, _version, value) => write.run(key, value).changes > 0,
    members: async () => [],
    add: async (key, member) => (put.run(key, member).changes > 0 ? 'added' : 'present'),
    drop: async (key, member) => drop.run(key, member).changes > 0,
    append: async (log, head, entry, asides = {}) => {
      const number = (typeof head === 'number' ? head : head.number) + 1;
      heads.set(log, { number, entry });
      for (const [name, text] of Object.entries(asides)) beside.run(log, number, name, text);
      return append.run(log, number, entry).changes > 0;
    },
    head: async log => heads.get(log) ?? headOf(db, log),
  };
  return store as Store;
}

function headOf(db: DatabaseSync, log: string) {
  const row = db.prepare('SELECT number, entry FROM entry WHERE log = ? ORDER BY number DESC LIMIT 1').get(log);
  return row === undefined ? undefined : { number: Number(row['number']), entry: String(row['entry']) };
}
