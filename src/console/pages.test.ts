import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { multipart } from '../../test/support/multipart.ts';
import { type ConsoleBrowser, formOf, operatorOf, secretOf, titleOf } from '../../test/support/operator.ts';
import { kinds, signInFully } from '../../test/support/person.ts';
import { header } from '../../test/support/raw-http.ts';
import { withTotp } from '../../test/support/reset-person.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { openAsk, reportAsk } from '../factor/approval/asks.ts';

describe('pages and acts of the console', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let admin: ConsoleBrowser;
  let helpdesk: ConsoleBrowser;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { console: 'own' });
  });
  beforeEach(async () => {
    // Each begins with a factor that is fresh.
    admin = (await operatorOf(sluis, 'admin')).browser;
    helpdesk = (await operatorOf(sluis, 'helpdesk')).browser;
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  const act = async (browser: ConsoleBrowser, place: string, fields: Record<string, string> = {}) =>
    browser.submit(await browser.get(place), place, { reason: 'melding 1234', ...fields });
  const events = async (type: string) =>
    (await sluis.core.audit.tail(200)).map(({ event }) => event).filter(event => event.type === type);

  it('people: searched, narrowed, and each with all that is known of her', async () => {
    for (const name of ['anna', 'bram', 'j.de-vries']) await sluis.core.people.create('gemeente', name);
    const found = await admin.get('/people?search=VRIES');
    expect(found.text).toContain('/people/gemeente/j.de-vries');
    expect(found.text).not.toContain('/people/gemeente/bram');
    expect((await admin.get('/people?state=enrolled')).text).toContain('Er is niemand gevonden');
    expect((await admin.get('/people?realm=elders')).status).toBe(404);
    expect(titleOf(await admin.get('/people/gemeente/bram'))).toBe('bram');
    expect((await admin.get('/people/%40console/admin%40gemeente.test')).status).toBe(404);
    for (const odd of ['x'.repeat(5_000), '\u202egro', "' OR 1=1 --", '<script>'])
      expect((await admin.get(`/people?search=${encodeURIComponent(odd)}`)).status).toBe(200);
  });

  it('people as a file: what a spreadsheet would run is text, and who took it is recorded', async () => {
    for (const name of ['-cmd', '＝cmd']) await sluis.core.people.create('gemeente', name);
    const file = await admin.get('/people.csv');
    expect(header(file, 'content-disposition')).toBe('attachment; filename="people-gemeente.csv"');
    expect(file.text).toContain("\r\n'-cmd,");
    expect(file.text).toContain("\r\n'＝cmd,");
    expect(await events('operator.acted')).toContainEqual(expect.objectContaining({ act: 'export-people' }));
  });

  it('R41: sessions of a person end, at once and for a reason that is kept', async () => {
    const anna = await signInFully(sluis, 'demo', 'demo', { name: 'anna', password: 'Anna-Test-2026' });
    expect((await anna.app.get('/wie')).text).toMatch(kinds.demo.signedIn);
    const place = '/people/gemeente/anna/end-sessions';
    const page = await helpdesk.get(place);
    expect(page.text).toContain('anna wordt overal uitgelogd');
    const without = await helpdesk.submit(page, place);
    expect([without.status, titleOf(without)]).toEqual([422, 'Sessies beëindigen: anna']);
    expect((await anna.app.get('/wie')).text).toMatch(kinds.demo.signedIn);
    const done = await act(helpdesk, place);
    expect(done.text).toContain('De sessies zijn beëindigd.');
    expect((await anna.app.get('/wie')).text).not.toMatch(kinds.demo.signedIn);
    const told = { act: 'end-sessions', about: 'gemeente/anna', reason: 'melding 1234' };
    expect(await events('operator.acted')).toContainEqual(expect.objectContaining(told));
  });

  it('R39: a closed account is out, and in again with what it had once it is opened', async () => {
    const bram = await signInFully(sluis, 'demo', 'demo', { name: 'bram', password: 'Bram-Test-2026' });
    await act(admin, '/people/gemeente/bram/close');
    expect((await bram.app.get('/wie')).text).not.toMatch(kinds.demo.signedIn);
    expect((await admin.get('/people?state=closed')).text).toContain('/people/gemeente/bram');
    await expect(signInFully(sluis, 'demo', 'demo', { name: 'bram', password: 'Bram-Test-2026' })).rejects.toThrow();
    await act(admin, '/people/gemeente/bram/open');
    await signInFully(sluis, 'demo', 'demo', { name: 'bram', password: 'Bram-Test-2026' });
  });

  it('R09: a report that she made on her phone by mistake is seen and taken back, by admin and helpdesk', async () => {
    const dora = await sluis.core.people.create('gemeente', 'dora');
    const about = { person: dora, portal: 'browser', app: 'demo', purpose: 'sign-in', source: '192.0.2.1' } as const;
    const ask = (challenge: string) =>
      openAsk(sluis.core, { ...about, challenge, browser: undefined, known: undefined });
    const place = '/people/gemeente/dora/lift-report';
    for (const [round, browser] of [admin, helpdesk].entries()) {
      expect((await browser.get('/people/gemeente/dora')).text).not.toContain(place);
      const asked = await ask(`one-${round}`);
      if (asked.outcome !== 'asked') throw new Error('she could not be asked');
      await reportAsk(sluis.core, { person: dora, factor: 'f', ask: asked.ask.id });
      expect((await ask('two')).outcome).toBe('limited');
      const seen = (await browser.get('/people/gemeente/dora')).text;
      expect([seen.includes(place), seen.includes('Telefoon meldde misbruik')]).toEqual([true, true]);
      expect((await browser.submit(await browser.get(place), place)).status).toBe(422);
      expect((await ask('three')).outcome).toBe('limited');
      expect((await act(browser, place)).text).toContain('De melding is ingetrokken.');
      expect((await ask(`four-${round}`)).outcome).toBe('asked');
    }
    expect((await act(admin, place)).text).toContain('Er is geen melding meer.');
    const told = await events('approval.report-lifted');
    expect(told).toMatchObject(
      ['admin', 'helpdesk'].map(role => ({ person: dora.id, by: `${role}@gemeente.test`, reason: 'melding 1234' })),
    );
  });

  it('R34: who takes a second step away does not hand out the code for the next', async () => {
    await signInFully(sluis, 'demo', 'demo', { name: 'carla', password: 'Carla-Test-2026' });
    await act(admin, '/people/gemeente/carla/enrol-again');
    const own = await act(admin, '/people/gemeente/carla/invite', { level: '2' });
    expect([own.status, secretOf(own.text)]).toEqual([422, '']);
    const other = await act(helpdesk, '/people/gemeente/carla/invite', { level: '2' });
    expect(secretOf(other.text)).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
  });

  it('R34: nor who took a token back, who did it beside a colleague, or who puts the name on a list', async () => {
    await sluis.core.people.create('gemeente', 'carla');
    const second = (await operatorOf(sluis, 'admin', 'tweede@gemeente.test')).browser;
    await act(admin, '/people/gemeente/carla/enrol-again');
    await act(second, '/people/gemeente/carla/enrol-again');
    const own = await act(admin, '/people/gemeente/carla/invite', { level: '2' });
    expect([own.status, secretOf(own.text)]).toEqual([422, '']);
    const form = formOf((await admin.get('/invite-many')).text, '/invite-many');
    const listed = await admin.client.post(
      '/invite-many',
      ...multipart({ ...form?.hidden, realm: 'gemeente' }, { list: 'naam\ncarla\n' }),
    );
    expect([listed.status, header(listed, 'content-type')]).toEqual([422, 'text/html; charset=utf-8']);

    const page = formOf((await admin.get('/import-tokens')).text, '/import-tokens');
    const seed = '31323334353637383930313233343536373839';
    const list = tokenCsv(`TB01,${seed}01,hotp\nTB02,${seed}02,hotp\n`);
    await admin.client.post('/import-tokens', ...multipart({ ...page?.hidden }, { list }));
    await sluis.core.people.create('gemeente', 'emma');
    await act(second, '/people/gemeente/emma/hand-out', { serial: 'TB01' });
    await act(helpdesk, '/tokens/TB01/take-back');
    const code = await act(helpdesk, '/people/gemeente/emma/invite', { level: '2' });
    expect([code.status, secretOf(code.text)]).toEqual([422, '']);
    expect((await act(helpdesk, '/people/gemeente/emma/hand-out', { serial: 'TB02' })).status).toBe(422);
    expect((await sluis.core.people.byName('gemeente', 'emma'))?.factors).toEqual([]);
  });

  it('R34: a clerk adds no second way in to the account of who has one, neither by a code nor by a token', async () => {
    const id = await withTotp(sluis, 'hanna');
    const page = formOf((await admin.get('/import-tokens')).text, '/import-tokens');
    const list = tokenCsv('TC01,3132333435363738393031323334353637383903,hotp\n');
    await admin.client.post('/import-tokens', ...multipart({ ...page?.hidden }, { list }));
    for (const level of ['3', '4']) {
      // With all that the desk asks: nothing else is why they are refused.
      const asked = { level, method: 'document' };
      const code = await act(helpdesk, '/people/gemeente/hanna/invite', asked);
      const any = await act(helpdesk, '/invite', { realm: 'gemeente', name: 'hanna', ...asked });
      for (const { status, text } of [code, any])
        expect([status, secretOf(text), text.includes('heeft al een tweede stap')]).toEqual([422, '', true]);
    }
    expect((await act(helpdesk, '/people/gemeente/hanna/hand-out', { serial: 'TC01' })).status).toBe(422);
    const before = await sluis.core.people.byId(id);
    expect([before?.factors.length, before?.activation]).toEqual([1, undefined]);
    await act(admin, '/people/gemeente/hanna/hand-out', { serial: 'TC01' });
    expect((await sluis.core.people.byId(id))?.factors).toHaveLength(2);
  });

  it('R36: a key of level 4 goes by a visit to the desk, and by no click of an admin', async () => {
    const id = await withTotp(sluis, 'ilse', 4);
    expect((await admin.get('/people/gemeente/ilse')).text).not.toContain('/ilse/enrol-again');
    const again = await act(admin, '/people/gemeente/ilse/enrol-again');
    expect([again.status, again.text.includes('niveau 4')]).toEqual([422, true]);
    expect((await sluis.core.people.byId(id))?.factors).toHaveLength(1);
  });

  it('R07 R22: tokens are imported, handed out, taken back, and the register tells of it', async () => {
    const lines = 'SN0001,3132333435363738393031323334353637383930,hotp\n';
    const page = await admin.get('/import-tokens');
    const form = formOf(page.text, '/import-tokens');
    const sent = await admin.client.post(
      '/import-tokens',
      ...multipart({ ...form?.hidden }, { list: tokenCsv(lines) }),
    );
    const stock = await admin.follow(sent);
    expect(stock.text).toContain('SN0001');
    await sluis.core.people.create('gemeente', 'daan');
    const out = await act(helpdesk, '/people/gemeente/daan/hand-out', { serial: 'SN0001' });
    expect(out.text).toContain('Het codekastje is uitgegeven.');
    const again = await act(helpdesk, '/people/gemeente/anna/hand-out', { serial: 'SN0001' });
    expect(again.status).toBe(422);
    const back = await act(helpdesk, '/tokens/SN0001/take-back', { retire: 'yes' });
    expect(back.text).toMatch(/Uit gebruik[\s\S]*Ingenomen[\s\S]*daan[\s\S]*Uitgegeven/);
  });

  it('R38: a list becomes letters, or nothing where one line is wrong', async () => {
    const send = async (list: string) => {
      const form = formOf((await admin.get('/invite-many')).text, '/invite-many');
      return admin.client.post('/invite-many', ...multipart({ ...form?.hidden, realm: 'gemeente' }, { list }));
    };
    const wrong = await send('naam\nfleur\nna me\n');
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('line 3')]);
    expect(await sluis.core.people.byName('gemeente', 'fleur')).toBeUndefined();
    const letters = await send('naam;e-mail\nfleur;fleur@gemeente.test\ngijs;\n');
    expect(header(letters, 'content-type')).toBe('text/plain; charset=utf-8');
    expect(letters.text.split('\f')).toHaveLength(2);
    expect(letters.text).toContain('Voor: fleur');
    expect((await sluis.core.people.byName('gemeente', 'fleur'))?.email).toBe('fleur@gemeente.test');
  });

  it('R52: a mandate is given, changed and ended, and holds from the next request on', async () => {
    const { browser, id } = await operatorOf(sluis, 'helpdesk', 'hans@gemeente.test');
    const other = (await operatorOf(sluis, 'admin', 'tweede@gemeente.test')).browser;
    const until = new Date(sluis.clock.now() + 30 * 24 * 3_600_000).toISOString().slice(0, 10);
    expect((await browser.get('/operators')).status).toBe(403);
    await act(admin, `/operators/${id}/renew`, { role: 'auditor', until });
    expect((await browser.get('/operators')).status).toBe(200);
    await act(admin, `/operators/${id}/end`);
    expect(titleOf(await browser.open('/'))).toBe('Inloggen bij het beheer');
    const invited = await act(admin, '/invite-operator', {
      ...{ email: 'Nieuw@Gemeente.Test', name: 'Nieuw', role: 'helpdesk', until },
    });
    expect(invited.text).toContain('Een andere beheerder moet het binnen vier dagen bevestigen.');
    const asked = await sluis.core.operators.byEmail('nieuw@gemeente.test');
    const shown = await act(other, `/operators/${asked?.id}/confirm/${asked?.asked?.id}`);
    expect(shown.text).toContain('/invitation');
    const listed = await sluis.core.operators.byEmail('nieuw@gemeente.test');
    expect(listed?.mandate).toMatchObject({ by: 'admin@gemeente.test, tweede@gemeente.test' });
  });
});

function tokenCsv(lines: string): string {
  return `serial,seed,type\n${lines}`;
}
