import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../src/factor/person.ts';
import type { Role } from '../../src/operator/role.ts';
import { type ConsoleBrowser, formOf, operatorOf, titleOf } from '../support/operator.ts';
import { header } from '../support/raw-http.ts';
import { withTotp } from '../support/reset-person.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

const realm = 'gemeente';
const reason = 'verzoek 12';

let sluis: TestSluis;
const inside = new Map<Role, ConsoleBrowser>();
beforeAll(async () => {
  sluis = await startSluis([{ id: 'demo', upstream: 'http://127.0.0.1:9', preset: 'demo' }], { console: 'own' });
  for (const role of ['admin', 'helpdesk', 'auditor'] as const)
    inside.set(role, (await operatorOf(sluis, role)).browser);
});
afterAll(() => sluis?.close());

const as = (role: Role) => inside.get(role) as ConsoleBrowser;
const place = (name: string, act: 'export' | 'erase') => `/people/${realm}/${name}/${act}`;
const twice = (name: string) => ({ reason, name, 'name-again': name });
const isThere = async (name: string) => (await sluis.core.people.byName(realm, name)) !== undefined;
const rows = async () => JSON.stringify(await sluis.core.store.read('audit', 0, 1_000));

async function person(name: string): Promise<Person> {
  const found = await sluis.core.people.byId(await withTotp(sluis, name));
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe('R61 R52: who gets a person’s data, or erases her, at the console', () => {
  it.each(['helpdesk', 'auditor'] as const)('not the %s: neither page, form, nor the form of an admin', async role => {
    const name = `bij.${role}`;
    await person(name);
    const browser = as(role);
    for (const act of ['export', 'erase'] as const) {
      const form = formOf((await as('admin').get(place(name, act))).text, place(name, act));
      const answers = [
        await browser.get(place(name, act)),
        await browser.client.post(place(name, act), { ...form?.hidden, ...twice(name) }),
      ];
      for (const answer of answers) {
        expect([answer.status, titleOf(answer)]).toEqual([403, 'Dit hoort niet bij uw rol']);
        expect(answer.text).not.toContain('factor-2');
      }
      expect((await browser.get(`/people/${realm}/${name}`)).text).not.toContain(place(name, act));
    }
    expect(await isThere(name)).toBe(true);
  });

  it('CWE-352: not by a page elsewhere, nor by the form of another person or place', async () => {
    await person('cato');
    await person('dora');
    const admin = as('admin');
    const own = formOf((await admin.get(place('dora', 'erase'))).text, place('dora', 'erase'));
    const exporting = formOf((await admin.get(place('cato', 'export'))).text, place('cato', 'export'));
    const ofCato = formOf((await admin.get(place('cato', 'erase'))).text, place('cato', 'erase'));
    const tries = [
      [{}, {}],
      [{ csrf: 'x'.repeat(43), attempt: 'x'.repeat(22) }, {}],
      [own?.hidden, {}],
      [exporting?.hidden, {}],
      [ofCato?.hidden, { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }],
    ] as const;
    for (const [hidden, headers] of tries) {
      const answer = await admin.client.post(place('cato', 'erase'), { ...hidden, ...twice('cato') }, headers);
      expect(answer.status).toBe(403);
    }
    expect(await isThere('cato')).toBe(true);
  });

  it('an admin: the data as a file that opens nothing, for a reason that is kept', async () => {
    const anna = await person('anna');
    const at = place('anna', 'export');
    expect((await as('admin').submit(await as('admin').get(at), at)).status).toBe(422);
    const file = await as('admin').post(await as('admin').get(at), at, { reason });
    expect(header(file, 'content-disposition')).toBe(`attachment; filename="person-${anna.id}.json"`);
    expect(header(file, 'cache-control')).toContain('no-store');
    expect(JSON.parse(file.text)).toMatchObject({ name: 'anna', factors: [{ id: 'factor-2' }], resetCases: [] });
    expect(file.text).not.toMatch(/secret|credential/);
    const acted = (await sluis.core.audit.tail(5)).map(({ event }) => event);
    expect(acted).toContainEqual(expect.objectContaining({ act: 'export-person', about: `${realm}/anna`, reason }));
  });

  it('an admin who types the name twice: she is gone, and out of the audit soon after', async () => {
    const bea = await person('bea');
    const at = place('bea', 'erase');
    const admin = as('admin');
    for (const wrong of [{}, { name: 'bea' }, { name: 'bea', 'name-again': 'bae' }, twice('anna')]) {
      const refused = await admin.submit(await admin.get(at), at, { reason, ...wrong });
      expect([refused.status, refused.text.includes('Typ hem twee keer')]).toEqual([422, true]);
    }
    expect((await admin.submit(await admin.get(at), at, { ...twice('bea'), reason: '' })).status).toBe(422);
    expect(await isThere('bea')).toBe(true);
    const done = await admin.submit(await admin.get(at), at, twice('bea'));
    expect([titleOf(done), done.text.includes('De persoon is gewist.')]).toEqual(['Mensen', true]);
    expect(await sluis.core.people.byId(bea.id)).toBeUndefined();
    expect((await admin.get(at)).status).toBe(404);
    const told = (await sluis.core.audit.tail(20)).map(({ event }) => event);
    expect(told).toContainEqual(expect.objectContaining({ type: 'person.erased', by: 'admin@gemeente.test' }));
    // As the rounds do, once it is due.
    sluis.clock.advance(11 * 60_000);
    while (await sluis.core.forgetting.step());
    // In what is sealed and hashed any word comes up by chance.
    expect((await rows()).replaceAll(/[\w-]{43,}/g, '')).not.toMatch(/bea\W/);
    expect(await sluis.core.audit.verify()).toMatchObject({ ok: true });
  });

  it('R34: who erased somebody does not invite who has her name next: one admin alone would take any account over', async () => {
    const other = (await operatorOf(sluis, 'admin', 'tweede@gemeente.test')).browser;
    const admin = (await operatorOf(sluis, 'admin', 'wist@gemeente.test')).browser;
    await person('emma');
    await admin.submit(await admin.get(place('emma', 'erase')), place('emma', 'erase'), twice('emma'));
    expect(await isThere('emma')).toBe(false);
    const fields = { realm, name: 'emma', level: '2' };
    const own = await admin.submit(await admin.get('/invite'), '/invite', fields);
    expect([own.status, own.text.match(/[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/)]).toEqual([422, null]);
    expect((await other.submit(await other.get('/invite'), '/invite', fields)).text).toMatch(
      /[0-9A-Z]{4}-[0-9A-Z]{4}-/,
    );
    // Nor once she stands there again: by her own page, or with a token.
    const again = `/people/${realm}/emma/invite`;
    expect((await admin.submit(await admin.get(again), again, { level: '2' })).status).toBe(422);
    const handOut = `/people/${realm}/emma/hand-out`;
    const handed = await admin.submit(await admin.get(handOut), handOut, { serial: 'SN1' });
    expect([handed.status, handed.text.includes('U hebt de tweede stap van')]).toEqual([422, true]);
  });
});
