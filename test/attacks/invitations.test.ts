import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { closePerson } from '../../src/enrolment/closing.ts';
import { InvitationRuns } from '../../src/enrolment/invitation-runs.ts';
import type { ClientAnswer } from '../support/client.ts';
import { type MailServer, startMailServer, type TakenMail } from '../support/mail-server.ts';
import { type ConsoleBrowser, formOf, operatorOf } from '../support/operator.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

const codes = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/g;

let demo: DemoApp;
let mail: MailServer;
let sluis: TestSluis;
let admin: ConsoleBrowser;

beforeAll(async () => {
  demo = await startDemoApp();
  mail = await startMailServer({
    tls: 'none',
    refuse: (step, address) =>
      step === 'recipient' && address.startsWith('weg@') ? '550 5.1.1 no such user' : undefined,
  });
  sluis = await startSluis([{ id: 'demo', title: 'Gemeentepost', upstream: demo.url, preset: 'demo' }], {
    console: 'own',
    clock: new TestClock(),
    extra: `mail: { host: 127.0.0.1, port: ${mail.port}, tls: none, from: sluis@gemeente.test }`,
  });
  admin = (await operatorOf(sluis, 'admin')).browser;
});
afterAll(async () => {
  await sluis?.close();
  await Promise.all([demo?.close(), mail?.close()]);
});

async function send(
  list: string,
  fields: Readonly<Record<string, string>> = { announce: 'yes' },
): Promise<ClientAnswer> {
  const form = formOf((await admin.get('/invite-many')).text, '/invite-many');
  const all = Object.entries({ ...form?.hidden, realm: 'gemeente', ...fields });
  const head = (name: string) => `--sluis-rand\r\nContent-Disposition: form-data; name="${name}"`;
  const parts = all.map(([name, value]) => `${head(name)}\r\n\r\n${value}\r\n`);
  const file = `${head('list')}; filename="l.csv"\r\nContent-Type: text/csv\r\n\r\n${list}\r\n--sluis-rand--\r\n`;
  const type = { 'Content-Type': 'multipart/form-data; boundary=sluis-rand' };
  return admin.client.post('/invite-many', `${parts.join('')}${file}`, type);
}

/** Mails that say that a letter comes. */
function announcements(): readonly TakenMail[] {
  return mail.taken.filter(({ mail: { subject } }) => subject?.includes('brief') === true);
}

/** The newest list's page: each line's number, name and what became of its mail. */
async function result(): Promise<{ page: ClientAnswer; rows: string[][] }> {
  const address = /href="([^"]*\/invite-many\/[\w-]+)"/.exec((await admin.get('/invite-many')).text)?.[1] ?? '';
  const page = await admin.client.get(address);
  const rows = [...page.text.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].slice(1);
  const cells = (row: string) =>
    [...row.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell = '']) => textOf(cell));
  return { page, rows: rows.map(([, row = '']) => cells(row)) };
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, '').trim();
}

describe('R20 R38: a list of people, with letters and mails', () => {
  const list = 'naam;e-mail\nfleur;fleur@gemeente.test\ngijs;\nhilde;weg@gemeente.test\nida;\n';

  it('letters hold the codes; mails say that a letter comes, and nothing that opens anything', async () => {
    const ida = await sluis.core.people.create('gemeente', 'ida');
    await sluis.core.addresses.set(ida, 'ida@gemeente.test', 'test');
    const letters = await send(list);
    const given = letters.text.match(codes) ?? [];
    expect(letters.text.split('\f')).toHaveLength(4);
    // In Dutch and in English.
    expect(new Set(given).size).toBe(4);
    await until(async () => announcements().length === 2);
    expect(
      announcements()
        .map(({ to }) => to[0])
        .toSorted(),
    ).toEqual(['fleur@gemeente.test', 'ida@gemeente.test']);
    for (const { raw, mail: taken } of mail.taken) {
      expect([raw.match(codes), taken.text?.match(codes)]).toEqual([null, null]);
      expect(taken.text).not.toMatch(/https?:|www\.|localhost/i);
      expect(raw).not.toMatch(/https?:|www\.|localhost/i);
      for (const code of given) expect(raw.replaceAll(/[^0-9A-Z]/g, '')).not.toContain(code.replaceAll('-', ''));
    }
    expect(announcements()[0]?.mail.text).toContain('Gemeentepost');
  });

  it('each line shows what became of it; an address that the server refuses stands on top', async () => {
    await until(async () => (await result()).rows.every(([, , state]) => state !== 'Onderweg'));
    const { page, rows } = await result();
    expect(rows).toEqual([
      ['4', 'hilde', 'Niet aangekomen'],
      ['2', 'fleur', 'Verstuurd'],
      ['3', 'gijs', 'Alleen een brief'],
      ['5', 'ida', 'Verstuurd'],
    ]);
    expect(page.text.match(codes)).toBeNull();
    expect(page.text).toContain('Verbeter hun mailadres');
  });

  it('the same list again: new codes, nobody mailed twice, and told of it as of any other code', async () => {
    const before = announcements().length;
    sluis.clock.advance(1_000);
    const letters = await send(list);
    expect(new Set(letters.text.match(codes) ?? []).size).toBe(4);
    const { rows } = await result();
    expect(rows.map(([, , state]) => state)).toEqual([
      'Niet aangekomen',
      'Kreeg vandaag al een mail',
      'Alleen een brief',
      'Kreeg vandaag al een mail',
    ]);
    sluis.clock.advance(60_000);
    await until(async () =>
      mail.taken.some(({ to, mail: { text } }) => to[0] === 'ida@gemeente.test' && isNotice(text)),
    );
    expect(announcements().length).toBe(before);
  });

  it('an address that was corrected gets a mail of its own, and who is erased has no name there any more (R61)', async () => {
    sluis.clock.advance(1_000);
    await send('naam;e-mail\nhilde;hilde@gemeente.test\ngijs;\n');
    await until(async () => announcements().some(({ to }) => to[0] === 'hilde@gemeente.test'));
    await sluis.core.people.remove((await sluis.core.people.byName('gemeente', 'gijs'))?.id ?? '');
    expect((await result()).rows.map(([, name]) => name)).toEqual(['hilde', 'Gewist']);
  });

  it('where no mail is asked for, she gets the notice that a code was made', async () => {
    sluis.clock.advance(1_000);
    await send('naam;e-mail\njan;jan@gemeente.test\n', {});
    expect((await result()).rows).toEqual([['2', 'jan', 'Alleen een brief']]);
    sluis.clock.advance(60_000);
    await until(async () =>
      mail.taken.some(({ to, mail: { text } }) => to[0] === 'jan@gemeente.test' && isNotice(text)),
    );
    expect(announcements().some(({ to }) => to[0] === 'jan@gemeente.test')).toBe(false);
  });

  it('a bad address is named with its line, and nobody is invited', async () => {
    const answer = await send('naam;e-mail\nkarel;karel@gemeente.test\nlotte;lotte at gemeente\n');
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('line 3')]);
    expect(await sluis.core.people.byName('gemeente', 'karel')).toBeUndefined();
  });

  it('a list that is not there, or of another address, shows nothing', async () => {
    for (const place of ['/invite-many/x', '/invite-many/..%2f..', `/invite-many/${'y'.repeat(500)}`])
      expect((await admin.get(place)).status).toBe(404);
  });
});

function isNotice(text: string | undefined): boolean {
  return text?.includes('Er is een activeringscode voor u gemaakt') === true;
}

describe('R38: thousands take minutes, and people do not wait', () => {
  it('who is closed or set a second step up while a list is made is left out, and all others get their letters', async () => {
    const { core } = sluis;
    const runs = new InvitationRuns(core);
    const realm = core.settings.realms.get('gemeente');
    if (realm === undefined) throw new Error('no realm');
    const listed = Array.from({ length: 25 }, (_, index) => ({
      ...{ name: `vlug${index}`, email: `vlug${index}@gemeente.test`, line: index + 1 },
    }));
    const person = await core.people.create('gemeente', 'vlug22');
    const letters = runs.invite({ realm, listed, apps: [], announce: true, by: 'test' });
    let text = (await letters.next()).value ?? '';
    await closePerson(core, { person, by: 'test', reason: 'uit dienst' });
    for await (const more of letters) text += more;
    expect(text.split('\f').map(one => /Voor: (\S+)/.exec(one)?.[1])).toEqual(
      listed.map(({ name }) => name).filter(name => name !== 'vlug22'),
    );
    const [run] = await runs.recent();
    expect(run?.lines.filter(({ mail: state }) => state === 'refused').map(({ line }) => line)).toEqual([23]);
    const { rows } = await result();
    expect(rows[0]).toEqual(['23', 'vlug22', 'Niet uitgenodigd']);
    await until(async () => announcements().some(({ to }) => to[0] === 'vlug24@gemeente.test'));
    expect(announcements().some(({ to }) => to[0] === 'vlug22@gemeente.test')).toBe(false);
  });
});
