import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { kinds, signInFully } from '../../test/support/person.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { peopleErase, peopleExport } from '../cli/people.ts';
import { hash } from '../factor/people.ts';
import { erasePerson, exportPerson } from './erasure.ts';

const anna = { name: 'anna', password: 'Anna-Test-2026' };

describe('R61: what is kept of a person', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }]);
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  const depsOf = ({ core }: TestSluis) => {
    const parts = {
      ...core,
      trail: core.audit,
      sessionsOf: (person: string) => core.sessions.ofPerson(person),
      endSessionsOf: (person: string) => core.ends.ofPerson(person, 'by-operator'),
    };
    return {
      find: (name: string) => core.people.byName('gemeente', name),
      normalise: (typed: string) => typed,
      exported: (person: Parameters<typeof exportPerson>[1]) => exportPerson(parts, person),
      erase: (person: Parameters<typeof exportPerson>[1], reason: string) =>
        erasePerson(parts, { person, by: 'test', reason }),
    };
  };

  it('is given to her without what opens her account', async () => {
    const { secret, recoveryCodes } = await signInFully(sluis, 'demo', 'demo', anna);
    const person = await sluis.core.people.byName('gemeente', 'anna');
    let text = '';
    await peopleExport(depsOf(sluis), { name: 'anna' }, written => {
      text += written;
    });
    const given = JSON.parse(text) as Record<string, unknown>;
    expect(given).toMatchObject({ name: 'anna', recoveryCodesLeft: 10, sessions: [{ app: 'demo', agent: {} }] });
    expect(JSON.stringify(given['audit'])).toContain('session.began');
    for (const kept of [secret, person?.recovery?.salt ?? '?', ...(person?.recovery?.hashes ?? []), ...recoveryCodes])
      expect(text).not.toContain(kept);
  });

  it('is erased: she is out, in no list, her name is nobody, and the trail is whole', async () => {
    const before = await sluis.core.people.byName('gemeente', 'anna');
    const { app } = await signInFully(sluis, 'demo', 'demo', anna);
    await sluis.core.people.setEmail(before?.id ?? '', 'anna@gemeente.test');
    const list = `person-mail:{${hash('gemeente', 'anna@gemeente.test')}}`;
    expect(await sluis.core.store.members(list)).toEqual([before?.id]);
    const deps = depsOf(sluis);
    const asked = { name: 'anna', reason: 'verzoek 12' };
    await expect(peopleErase(deps, { ...asked, really: undefined }, () => undefined)).rejects.toMatchObject({
      code: 'cli.usage',
    });
    expect((await app.get('/wie')).text).toMatch(kinds.demo.signedIn);
    await peopleErase(deps, { ...asked, really: 'anna' }, () => undefined);
    expect((await app.get('/wie')).text).not.toMatch(kinds.demo.signedIn);
    const { people, audit } = sluis.core;
    expect(await people.byName('gemeente', 'anna')).toBeUndefined();
    expect(await people.byId(before?.id ?? '')).toBeUndefined();
    expect((await people.page({ realm: 'gemeente', search: 'anna', limit: 9 })).people).toEqual([]);
    expect(await people.countOf('gemeente', 'name:all')).toBe(0);
    expect(await people.list('gemeente')).toEqual([]);
    expect(await sluis.core.store.members(list)).toEqual([]);
    expect((await audit.verify()).ok).toBe(true);
    const rows = JSON.stringify(await sluis.core.store.read('audit', 0, 1_000));
    // In what is sealed and hashed any word comes up by chance.
    expect(rows.replaceAll(/[\w-]{43,}/g, '')).not.toContain('anna');
    expect(rows).toContain(before?.id);
    const events = (await audit.tail(10)).map(({ event }) => event);
    expect(events.find(({ type }) => type === 'person.erased')).toMatchObject({ person: before?.id, by: 'test' });
    expect(events.at(-1)).toMatchObject({ type: 'audit.removed', because: 'erasure', person: before?.id });
    expect(await sluis.core.store.get(`audit-of:{${before?.id}}`)).toBeUndefined();
    // R39: the name given anew is somebody else, without a factor.
    const next = await people.create('gemeente', 'anna');
    expect([next.id === before?.id, next.factors]).toEqual([false, []]);
  });

  it('a session that began in the last moment of it is ended too, and nothing of it is left', async () => {
    const { people, sessions, ends, forgetting, audit, clock } = sluis.core;
    const { app } = await signInFully(sluis, 'demo', 'demo', { name: 'bram', password: 'Bram-Test-2026' });
    const bram = await people.byName('gemeente', 'bram');
    if (bram === undefined) throw new Error('bram is not known');
    const [session] = await sessions.ofPerson(bram.id);
    if (session === undefined) throw new Error('bram has no session');
    await ends.ofPerson(bram.id, 'by-operator');
    let late: string | undefined;
    const parts = {
      ...sluis.core,
      sessionsOf: (person: string) => sessions.ofPerson(person),
      endSessionsOf: (person: string) => ends.ofPerson(person, 'by-operator'),
      people: Object.assign(Object.create(people) as typeof people, {
        update: people.update.bind(people),
        remove: async (id: string) => {
          // All of hers were ended, and her record is about to go: a release that was under way ends right here.
          late = (await sessions.begin(session)).session.id;
          return people.remove(id);
        },
      }),
    };
    await erasePerson(parts, { person: bram, by: 'test', reason: 'verzoek 13' });
    expect(late).toBeDefined();
    expect(await sessions.ofPerson(bram.id)).toEqual([]);
    expect((await app.get('/wie')).text).not.toMatch(kinds.demo.signedIn);
    sluis.clock.advance(11 * 60_000);
    while (await forgetting.step());
    expect([clock.now() > 0, JSON.stringify(await sluis.core.store.read('audit', 0, 1_000))]).toEqual([
      true,
      expect.not.stringContaining('bram'),
    ]);
    expect((await audit.verify()).ok).toBe(true);
  });
});
