import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { renamePerson } from '../enrolment/renaming.ts';
import type { ResetCase } from '../reset/case.ts';
import { peopleCommands } from './people-commands.ts';

const realm = 'gemeente';

let sluis: TestSluis;
let said = '';
beforeAll(async () => {
  sluis = await startSluis([{ id: 'demo', upstream: 'http://127.0.0.1:9', preset: 'demo' }]);
});
afterAll(() => sluis?.close());

const commands = () =>
  peopleCommands(
    async (_config, work) => {
      await work(sluis.core);
      return 0;
    },
    text => {
      said += text;
    },
  );
const asked = { config: '', realm: undefined, name: 'anna' };
const erase = () => commands().peopleErase({ ...asked, reason: 'verzoek 9', really: 'anna' });

function caseOf(person: string): ResetCase {
  const clerk = { id: 'c1', name: 'Bram', address: 'bram@gemeente.test' };
  return {
    ...{ id: 'AAAA-BBBB', realm, state: 'checked', filedAt: sluis.clock.now(), via: 'console' },
    account: { address: 'anna@post.example', person, name: 'anna' },
    requester: { name: 'Carla', address: 'carla@gemeente.test' },
    request: { by: 'credential', clerk, at: sluis.clock.now() },
    identity: { method: 'balie', documentType: 'passport', documentLastFour: '12AB', staff: ['Dirk'] },
    ...{ lostBecause: 'lost', fileNumber: 'Z-1', checked: { by: clerk, at: sluis.clock.now() } },
    ...{ executed: undefined, handedOver: [], confirmed: undefined, refused: undefined },
  };
}

test('R61: the export has all that is kept of her, mail that waits and reset cases too; an open case keeps her from being erased', async () => {
  const { people, outbox, resetDesk, audit } = sluis.core;
  const anna = await people.create(realm, 'anna');
  await people.setEmail(anna.id, 'anna@post.example');
  const record = caseOf(anna.id);
  await resetDesk.records.create(record);
  const mail = {
    to: 'anna@post.example',
    subject: 'Iets veranderde',
    text: 'tekst',
    language: 'nl',
    sender: 'Sluis',
  } as const;
  await outbox.put({ realm, about: 'notice', person: anna, mail });
  await outbox.put({ realm, about: 'notice', person: { id: 'other', name: 'bram' }, mail });
  const failed = { realm, type: 'sign-in.failed', app: 'demo', source: '192.0.2.7' } as const;
  await audit.record({ ...failed, name: 'anna' });
  await audit.record({ ...failed, name: 'annabel' });
  await commands().peopleExport(asked);
  expect(JSON.parse(said)).toMatchObject({
    name: 'anna',
    resetCases: [{ id: record.id, state: 'checked', fileNumber: 'Z-1', account: { address: 'anna@post.example' } }],
    mailThatWaits: [{ about: 'notice', to: 'anna@post.example', subject: 'Iets veranderde' }],
    audit: [{ event: { type: 'sign-in.failed', name: 'anna' } }],
  });

  await expect(erase()).rejects.toMatchObject({ code: 'cli.usage', message: expect.stringContaining(record.id) });
  expect(await people.byId(anna.id)).toBeDefined();
  const why = {
    by: record.checked?.by ?? { id: '', name: '', address: '' },
    at: sluis.clock.now(),
    why: 'anna bleef weg',
  };
  await resetDesk.records.update(record.id, current => ({ ...current, state: 'refused', refused: why }));
  await erase();
  expect(await people.byId(anna.id)).toBeUndefined();
  const kept = JSON.stringify(await resetDesk.records.find(realm, record.id));
  for (const gone of ['anna', 'Carla', 'passport', '12AB']) expect(kept).not.toContain(gone);
  expect(kept).toContain('Bram');
  const rows = JSON.stringify(await sluis.core.store.read('audit', 0, 500));
  expect(rows).not.toMatch(/anna\W/);
  expect(rows).toContain('annabel');
  expect(await audit.verify()).toMatchObject({ ok: true });
});

test('R61: of who was renamed, what is said of her names while they were hers is hers too, and nothing later', async () => {
  const { people, audit, clock } = sluis.core;
  const failed = { realm, type: 'sign-in.failed', app: 'demo', source: '192.0.2.7' } as const;
  const acted = { realm: '@console', type: 'operator.acted', person: 'o', name: 'eva@gemeente.test' } as const;
  const act = { ...acted, act: 'invite', reason: 'reden', source: '192.0.2.9' } as const;
  const fleur = await people.create(realm, 'fleur');
  await audit.record({ ...failed, name: 'fleur', source: '192.0.2.71' });
  await audit.record({ ...act, about: `${realm}/fleur` });
  sluis.clock.advance(1_000);
  expect(await renamePerson(sluis.core, { person: fleur, by: 'test', reason: 'trouwde' }, 'jansen')).toBeDefined();
  sluis.clock.advance(1_000);
  expect(clock.now()).toBeGreaterThan(fleur.createdAt);
  await people.create(realm, 'fleur');
  await audit.record({ ...failed, name: 'fleur', source: '192.0.2.72' });

  const options = { config: '', realm: undefined, name: 'jansen' };
  said = '';
  await commands().peopleExport(options);
  const { audit: told } = JSON.parse(said) as { audit: { event: { type: string; source?: string } }[] };
  expect(told.map(({ event }) => event.type).toSorted()).toEqual([
    'operator.acted',
    'person.renamed',
    'sign-in.failed',
  ]);
  await commands().peopleErase({ ...options, reason: 'verzoek 15', really: 'jansen' });
  const rows = JSON.stringify(await sluis.core.store.read('audit', 0, 500));
  for (const gone of ['jansen', 'reden', 'trouwde', '192.0.2.71', 'gemeente/fleur']) expect(rows).not.toContain(gone);
  expect(rows.match(/fleur/g)).toHaveLength(1);
  expect(rows).toContain('192.0.2.72');
  expect(await audit.verify()).toMatchObject({ ok: true });
});
