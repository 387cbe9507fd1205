import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, type ClientAnswer } from '../support/client.ts';
import { type ConsoleBrowser, operatorOf, type TestOperator, titleOf } from '../support/operator.ts';
import { until } from '../support/redis.ts';
import { withTotp } from '../support/reset-person.ts';
import { postTicket, type ResetSluis, startResetSluis, ticket, withAddress } from '../support/reset-sluis.ts';

interface Inside {
  readonly browser: ConsoleBrowser;
  readonly operator: TestOperator;
  readonly id: string;
}

let bench: ResetSluis;
let dirk: Inside;
let bea: Inside;
let eva: Inside;
let count = 0;

beforeAll(async () => {
  bench = await startResetSluis();
  const { sluis } = bench;
  dirk = await operatorOf(sluis, 'helpdesk', 'dirk@gemeente.test');
  bea = await operatorOf(sluis, 'helpdesk', 'bea@gemeente.test');
  eva = await operatorOf(sluis, 'admin', 'eva@gemeente.test');
});
afterAll(() => bench?.close());

const desk = () => bench.sluis.core.resetDesk;
const caseOf = (id: string) => desk().records.find('gemeente', id);

/** A resident with a second step and an address of her own. */
async function resident(level: 2 | 4 = 2): Promise<{ name: string; address: string; id: string }> {
  count += 1;
  const name = `inwoner${count}`;
  const address = `${name}@post.example`;
  const id = await withTotp(bench.sluis, name, level);
  await withAddress(bench.sluis, name, address);
  return { name, address, id };
}

const fields = {
  asker: 'own',
  'identity-method': 'document',
  'document-type': 'passport',
  'document-last-four': '12AB',
  staff: 'Dirk Jansen, Bea Visser',
  'identity-confirmed': 'yes',
  ordered: 'yes',
  'lost-because': 'lost',
};

/** The form of a new case, with what is given over it; '' leaves a field out. */
async function fileWith(who: Inside, given: Readonly<Record<string, string>>): Promise<ClientAnswer> {
  const form = await who.browser.open('/cases/new');
  const all = Object.entries({ ...fields, ...given }).filter(([, value]) => value !== '');
  return who.browser.submit(form, '/cases/new', Object.fromEntries(all));
}

function numberOf(page: ClientAnswer): string {
  const id = /<h1[^>]*>[^<]* ([0-9A-Z]{4}-[0-9A-Z]{4})</.exec(page.text)?.[1];
  if (id === undefined) throw new Error(`no case: ${page.status} ${titleOf(page)} ${alertOf(page)}`);
  return id;
}

function alertOf({ text }: ClientAnswer): string {
  return /role="alert"[\s\S]*?<\/strong><\/p><p[^>]*>([^<]*)/.exec(text)?.[1] ?? '';
}

/** One act by its page and form. */
async function act(who: Inside, id: string, what: string, more: Readonly<Record<string, string>> = {}) {
  const place = `/cases/gemeente/${id}/${what}`;
  return who.browser.submit(await who.browser.open(place), place, more);
}

/** Filed by Dirk, who saw the person. */
async function filed(address: string, given: Readonly<Record<string, string>> = {}): Promise<string> {
  return numberOf(await fileWith(dirk, { account: address, ...given }));
}

async function fresh(who: Inside): Promise<void> {
  const page = await who.browser.open('/again?to=/cases');
  await who.browser.showFactor(page, who.operator);
}

describe('R33: what a case misses is refused by name', () => {
  it.each([
    ['account', { account: '' }, 'E-mailadres van het account'],
    ['how identity was established', { 'identity-method': '' }, 'Hoe is de identiteit vastgesteld?'],
    ['the kind of document', { 'document-type': '' }, 'Soort document'],
    ['its last four characters', { 'document-last-four': '' }, 'Laatste vier tekens van het document'],
    ['who saw the person', { staff: '' }, 'Wie hebben de persoon gezien?'],
    ['that it was established', { 'identity-confirmed': '' }, 'Ik bevestig dat de identiteit is vastgesteld'],
    ['the order', { ordered: '' }, 'De organisatie geeft opdracht tot dit herstel'],
    ['why access was lost', { 'lost-because': '' }, 'Waarom is er geen toegang meer?'],
    ['name of the requester', { asker: 'other', 'requester-address': 'carla@gemeente.test' }, 'Naam van de aanvrager'],
    [
      'address of the requester',
      { asker: 'other', 'requester-name': 'Carla' },
      'Officieel e-mailadres van de aanvrager',
    ],
  ])('%s', async (_what, without, field) => {
    const page = await fileWith(dirk, { account: 'inwoner@post.example', ...without });
    expect([page.status, alertOf(page)]).toEqual([422, `Dit ontbreekt: ${field}.`]);
  });

  it('what was filled in is kept, and what is too long or would break a line is refused by name', async () => {
    const long = await fileWith(dirk, { account: 'inwoner@post.example', 'file-number': 'a'.repeat(10_000) });
    expect(alertOf(long)).toBe('Dit is te lang: Dossiernummer.');
    expect(long.text).toContain('value="inwoner@post.example"');
    const broken = await fileWith(dirk, { account: 'inwoner@post.example', 'file-number': 'Z-1\r\nfalse' });
    expect(alertOf(broken)).toBe('Dit klopt niet: Dossiernummer.');
  });
});

describe('R34: who may ask, and how', () => {
  it.each([
    ['the mailbox of a group', 'info@gemeente.test', /groepsadres/],
    ['one of the rule list', 'wmo-oost@gemeente.test', /groepsadres/],
    ['another domain', 'carla@elders.test', /geen officieel adres/],
    ['a domain that looks alike', 'carla@gemeentе.test', /geen officieel adres/],
    ['punycode', 'carla@xn--gemeent-2of.test', /geen officieel adres/],
    ['a domain below it', 'carla@x.gemeente.test', /geen officieel adres/],
    ['an official address as a name only', 'carla@gemeente.test <dief@elders.test>', /klopt niet|officieel/],
    ['two at once', 'dief@elders.test,carla@gemeente.test', /klopt niet|officieel/],
    ['a tag', 'carla+x@gemeente.test', /klopt niet/],
  ])('%s: %s is refused', async (_what, address, text) => {
    const given = {
      account: 'inwoner@post.example',
      asker: 'other',
      'requester-name': 'Carla',
      'requester-address': address,
    };
    const page = await fileWith(dirk, given);
    expect(page.status).toBe(422);
    expect(alertOf(page)).toMatch(text);
  });

  it('a requester who was typed in and never said yes: nobody checks or executes it', async () => {
    const { address } = await resident();
    const given = { asker: 'other', 'requester-name': 'Carla', 'requester-address': 'carla@gemeente.test' };
    const id = numberOf(await fileWith(dirk, { account: address, ...given }));
    const page = await act(bea, id, 'check');
    expect([page.status, alertOf(page)]).toEqual([409, expect.stringContaining('nog geen ja gezegd')]);
    const early = await act(bea, id, 'execute');
    expect(alertOf(early)).toContain('aangevraagd');
    expect((await caseOf(id))?.state).toBe('requested');
  });

  it('the link is worth one answer, opens by a form only, and another site cannot send that', async () => {
    const { address } = await resident();
    const answer = await postTicket(bench, { ...ticket, account: address });
    const id = String((JSON.parse(answer.text) as { case: string }).case);
    const sent = () => bench.mail.taken.find(({ mail: { text } }) => text?.includes(`/reset/${id}/`))?.mail.text;
    await until(async () => sent() !== undefined);
    const link = new URL(/https?:\S+\/reset\/\S+/.exec(sent() ?? '')?.[0] ?? '');
    const client = new Client(bench.sluis.port, { host: bench.sluis.portalHost });
    // A scanner of mail opens it, as often as it likes.
    for (let turn = 0; turn < 3; turn += 1) expect((await client.get(link.pathname)).status).toBe(200);
    expect((await caseOf(id))?.request).not.toHaveProperty('at');
    const foreign = { Origin: 'https://elders.test', 'Sec-Fetch-Site': 'cross-site' };
    expect((await client.post(link.pathname, { answer: 'yes' }, foreign)).status).toBe(403);
    expect((await client.post(`${link.pathname.slice(0, -1)}x`, { answer: 'yes' })).status).toBe(410);
    expect((await client.post(link.pathname.replace(id, '0000-0000'), { answer: 'yes' })).status).toBe(410);
    expect((await client.post(link.pathname, { answer: 'yes' })).status).toBe(200);
    expect((await client.post(link.pathname, { answer: 'no' })).status).toBe(410);
    expect((await client.get(link.pathname)).status).toBe(410);
    expect(await caseOf(id)).toMatchObject({ state: 'requested', request: { by: 'link' } });
    expect(JSON.stringify(await bench.sluis.core.audit.tail(500))).not.toContain(link.pathname.split('/').at(-1));
  });
});

describe('R34: three people, never one in two places', () => {
  it('who asked cannot check or execute, and who takes the code cannot execute', async () => {
    const { address, id: person } = await resident();
    const id = await filed(address);
    expect(alertOf(await act(dirk, id, 'check'))).toContain('U hebt dit zelf gevraagd');
    await act(bea, id, 'check');
    await fresh(dirk);
    expect(alertOf(await act(dirk, id, 'execute'))).toContain('U hebt dit zelf gevraagd');
    expect((await bench.sluis.core.people.byId(person))?.factors).toHaveLength(1);
  });

  it('the same person under a second address of the organisation, or with a tag, is still the same person', async () => {
    const { cases, intake } = desk();
    const { address } = await resident();
    const other = (id: string, spelled: string) =>
      ({ id, name: id, address: spelled, role: 'admin', provedAt: bench.sluis.clock.now(), source: 'test' }) as const;
    const id = await filed(address);
    for (const spelled of ['Dirk@gemeente.test', 'dirk+2@gemeente.test', 'DIRK@GEMEENTE.TEST', 'dirk@elders.test']) {
      const outcome = await cases.check('gemeente', id, other('zzz', spelled));
      expect(outcome).toMatchObject({ refusal: { reason: 'same-person', as: 'requester' } });
    }
    const own = { ...ticket, account: 'eva@gemeente.test', requester: { name: 'E', address: 'eva@gemeente.test' } };
    const answer = await postTicket(bench, own);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('same-person')]);
    expect(intake).toBeDefined();
  });

  it('a clerk whose own account it is does nothing to it', async () => {
    const own = await withTotp(bench.sluis, 'bea');
    await withAddress(bench.sluis, 'bea', 'bea@gemeente.test');
    const id = await filed('bea@gemeente.test');
    for (const what of ['check', 'execute'])
      expect(alertOf(await act(bea, id, what))).toMatch(/account van de aanvrager of van uzelf|aangevraagd/);
    // And it takes two admins, for she works at the console.
    const page = await act({ ...eva }, id, 'check');
    expect(titleOf(page)).toContain(id);
    await fresh(eva);
    expect(alertOf(await act(eva, id, 'execute'))).toContain('Voor dit account moet een andere beheerder');
    expect((await bench.sluis.core.people.byId(own))?.factors).toHaveLength(1);
  });

  it('a factor that was passed long ago executes nothing, and the form of before is worth nothing either', async () => {
    const { address, id: person } = await resident();
    const id = await filed(address);
    await act(bea, id, 'check');
    await fresh(bea);
    const place = `/cases/gemeente/${id}/execute`;
    const page = await bea.browser.open(place);
    bench.sluis.clock.advance(6 * 60_000);
    const late = await bea.browser.post(page, place);
    expect(late.location).toContain('/again');
    const outcome = await desk().cases.execute('gemeente', id, {
      ...{ id: 'q', name: 'Q', address: 'q@gemeente.test', role: 'admin', source: 'test' },
      provedAt: bench.sluis.clock.now() - 6 * 60_000,
    });
    expect(outcome).toMatchObject({ refusal: { reason: 'stale' } });
    expect((await bench.sluis.core.people.byId(person))?.factors).toHaveLength(1);
  });

  it('two clerks at once: one executes, the other reads who did', async () => {
    const { address } = await resident();
    const id = await filed(address);
    await act(bea, id, 'check');
    await fresh(bea);
    await fresh(eva);
    const place = `/cases/gemeente/${id}/execute`;
    const pages = [await bea.browser.open(place), await eva.browser.open(place)] as const;
    const both = await Promise.all([bea.browser.submit(pages[0], place), eva.browser.submit(pages[1], place)]);
    const told = both.map(alertOf).filter(text => text !== '');
    expect(told).toEqual([
      expect.stringMatching(/Een collega was u voor: dit verzoek is uitgevoerd, door De (helpdesk|admin)/),
    ]);
  });
});

describe('R35: the code', () => {
  it('is shown to who saw the person, once, and nowhere else: not to the executor, not in mails, log or audit', async () => {
    const { address, name } = await resident();
    const id = await filed(address);
    await act(bea, id, 'check');
    await fresh(bea);
    const executed = await act(bea, id, 'execute');
    expect((await caseOf(id))?.state).toBe('executed');
    expect(executed.text).not.toContain('/hand-over');
    expect(alertOf(await act(bea, id, 'hand-over'))).toContain('Alleen wie de persoon heeft gezien');
    const place = `/people/gemeente/${name}/invite`;
    const invited = await bea.browser.submit(await bea.browser.open(place), place, { level: '2' });
    expect([invited.status, invited.text.includes('sluis-secret')]).toEqual([422, false]);
    await fresh(dirk);
    const shown = await act(dirk, id, 'hand-over');
    const code = /sluis-secret">([^<]+)</.exec(shown.text)?.[1] ?? '';
    expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    for (const who of [dirk, bea, eva])
      expect((await who.browser.open(`/cases/gemeente/${id}`)).text).not.toContain(code);
    const trail = JSON.stringify(await bench.sluis.core.audit.tail(1_000));
    expect(trail).not.toContain(code);
    expect(bench.sluis.log.join('')).not.toContain(code);
    for (const { raw } of bench.mail.taken) expect(raw).not.toContain(code);
    const accepted = await bench.sluis.core.activation.accept({ realm: 'gemeente', name, code, source: '192.0.2.1' });
    expect(accepted.outcome).toBe('accepted');
  });

  it("a clerk with a colleague's password gets nothing out of the desk", async () => {
    const { address, name } = await resident();
    const id = await filed(address);
    // Dirk has her password. Alone he cannot get past the check, nor see a code before somebody else executed it.
    await fresh(dirk);
    for (const what of ['check', 'execute', 'hand-over', 'confirm']) await act(dirk, id, what, { how: 'mail' });
    expect((await caseOf(id))?.state).toBe('requested');
    // With the password of Bea he stands before her second step.
    const stranger = new (bea.browser.constructor as typeof ConsoleBrowser)(bench.sluis);
    const { email, password } = bea.operator;
    const asked = await stranger.submit(await stranger.open('/'), '/sign-in', { email, password });
    expect(asked.text).toContain('name="code"');
    expect((await stranger.get(`/cases/gemeente/${id}`)).location).toContain('/sign-in');
    expect((await bench.sluis.core.people.byName('gemeente', name))?.factors).toHaveLength(1);
  });
});

describe('R36: level 4', () => {
  it('without a visit, or seen by one person under two spellings, it is refused; with a visit it is not', async () => {
    const { address, id: person } = await resident(4);
    const file = (given: Readonly<Record<string, string>>) => fileWith(dirk, { account: address, ...given });
    expect(alertOf(await file({ 'identity-method': 'data' }))).toContain('Alleen een bezoek aan de balie telt');
    expect(alertOf(await file({ staff: 'Dirk Jansen' }))).toContain('twee verschillende medewerkers');
    expect(alertOf(await file({ staff: 'Dirk Jansen, JANSEN dhr. Dírk' }))).toContain('twee verschillende medewerkers');
    const id = numberOf(await file({}));
    await act(bea, id, 'check');
    await fresh(bea);
    await act(bea, id, 'execute');
    expect(await caseOf(id)).toMatchObject({ state: 'executed', executed: { upTo: 4 } });
    expect((await bench.sluis.core.people.byId(person))?.factors).toEqual([]);
  });

  it('a key of level 4 that came after the check counts too', async () => {
    const { address, name, id: person } = await resident();
    const id = await filed(address, { 'identity-method': 'data', staff: '' });
    await act(bea, id, 'check');
    await withTotp(bench.sluis, name, 4);
    await fresh(bea);
    expect(alertOf(await act(bea, id, 'execute'))).toContain('Alleen een bezoek aan de balie telt');
    expect((await bench.sluis.core.people.byId(person))?.factors).not.toEqual([]);
  });
});

it('a form of the desk from another site, without its token, of another case, or sent twice does nothing', async () => {
  const { address } = await resident();
  const id = await filed(address);
  const other = await filed(address);
  const place = `/cases/gemeente/${id}/check`;
  const page = await bea.browser.open(place);
  const hidden = Object.fromEntries(
    Array.from(page.text.matchAll(/name="(csrf|attempt)" value="([^"]*)"/g), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const post = (to: string, body: Record<string, string>, more = {}) =>
    bea.browser.client.post(`${bea.browser.path}${to}`, body, more);
  const cross = { Origin: 'https://elders.test', 'Sec-Fetch-Site': 'cross-site' };
  expect((await post(place, hidden, cross)).status).toBe(403);
  expect((await post(place, { ...hidden, csrf: 'x' })).status).toBe(403);
  expect((await post(`/cases/gemeente/${other}/check`, hidden)).status).toBe(403);
  expect((await caseOf(id))?.state).toBe('requested');
  expect((await post(place, hidden)).status).toBe(303);
  expect((await post(place, hidden)).status).toBe(303);
  const events = await bench.sluis.core.audit.tail(50);
  expect(events.filter(({ event }) => event.type === 'reset.checked' && event.case === id)).toHaveLength(1);
});
