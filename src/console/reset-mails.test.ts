import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleBrowser, operatorOf } from '../../test/support/operator.ts';
import { until } from '../../test/support/redis.ts';
import { withTotp } from '../../test/support/reset-person.ts';
import { postTicket, type ResetSluis, startResetSluis, ticket } from '../../test/support/reset-sluis.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import type { Clerk } from '../reset/case.ts';

const realm = 'gemeente';
/** Mailboxes that the server refuses for good, as long as they stand here. */
const gone = new Set<string>();

let bench: ResetSluis;
let desk: ConsoleBrowser;
beforeAll(async () => {
  const refuse = (step: string, address: string) =>
    step === 'recipient' && gone.has(address) ? '550 5.1.1 no such mailbox' : undefined;
  bench = await startResetSluis({}, refuse);
  desk = (await operatorOf(bench.sluis, 'helpdesk', 'dirk@gemeente.test')).browser;
});
afterAll(() => bench?.close());

const wait = async (id: string, about: string, state: string) =>
  until(async () => (await bench.sluis.core.outbox.stateOf(`reset-${id}-${about}`)) === state);
const pageOf = async (id: string) => (await desk.get(`/cases/${realm}/${id}`)).text;

async function filed(requester: string, account = 'anna@post.example'): Promise<string> {
  const answer = await postTicket(bench, { ...ticket, account, requester: { name: 'Carla', address: requester } });
  return String((JSON.parse(answer.text) as { case: string }).case);
}

function clerk(id: string): Clerk {
  const address = `${id}@gemeente.test`;
  return { id, name: id, address, role: 'admin', provedAt: bench.sluis.core.clock.now(), source: '192.0.2.1' };
}

describe('a mail of the reset desk that the server refuses for good (550)', () => {
  it('the link: the case says so and what to do, and the list names it; one that was taken does not', async () => {
    gone.add('weg@gemeente.test');
    const [lost, good] = [await filed('weg@gemeente.test'), await filed('carla@gemeente.test')];
    await Promise.all([wait(lost, 'ask', 'failed'), wait(good, 'ask', 'sent')]);
    const seen = await pageOf(lost);
    expect(seen).toContain('De mail met de link is niet aangekomen. Klopt het adres van de aanvrager niet?');
    expect(seen).toContain('Niet verstuurd: de mailserver nam hem niet aan');
    const other = await pageOf(good);
    expect([other.includes('niet aangekomen'), other.includes('Verstuurd')]).toEqual([false, true]);
    expect((await desk.get('/cases')).text.match(/Mail niet aangekomen/g)).toHaveLength(1);
    const failed = (await bench.sluis.core.audit.tail(50)).filter(({ event }) => event.type === 'mail.failed');
    expect(failed).toMatchObject([{ event: { about: 'reset-ask', why: 'refused', status: 550 } }]);
    // Nothing is left to do about it once the case is refused; of that refusal the requester learns nothing either.
    await bench.sluis.core.resetDesk.cases.refuse(realm, lost, clerk('eva'), 'adres klopt niet');
    await wait(lost, 'refused', 'failed');
    const refused = await pageOf(lost);
    expect(refused).toContain('De mail over de afwijzing is niet aangekomen. Bel de aanvrager.');
    expect(refused).not.toContain('Klopt het adres van de aanvrager niet?');
  });

  it('what was executed: who was not told is called, until the case is closed', async () => {
    const { core } = bench.sluis;
    const person = await core.people.byId(await withTotp(bench.sluis, 'bram'));
    const address = parseMailAddress('bram@post.example');
    if (person === undefined || address === undefined) throw new Error('bram has no account');
    await core.addresses.set(person, address, 'test');
    const { cases, records } = core.resetDesk;
    const id = await filed('carla@gemeente.test', 'bram@post.example');
    await wait(id, 'ask', 'sent');
    const now = core.clock.now();
    await records.update(id, one => ({ ...one, request: { by: 'link', hash: '', until: now, at: now } }));
    gone.add('carla@gemeente.test').add('bram@post.example');
    expect(await cases.check(realm, id, clerk('eva'))).toMatchObject({ outcome: 'done' });
    expect(await cases.execute(realm, id, clerk('fred'))).toMatchObject({ outcome: 'done' });
    await Promise.all([wait(id, 'done', 'failed'), wait(id, 'user', 'failed')]);
    const told = ['De mail aan de aanvrager is niet aangekomen.', 'De mail aan de gebruiker is niet aangekomen.'];
    const seen = await pageOf(id);
    for (const text of told) expect(seen).toContain(text);
    expect((await desk.get('/cases')).text).toContain('Mail niet aangekomen');
    await cases.confirm(realm, id, clerk('eva'), 'telephone');
    const closed = await pageOf(id);
    for (const text of told) expect(closed).not.toContain(text);
    expect(closed.match(/Niet verstuurd: de mailserver nam hem niet aan/g)).toHaveLength(2);
    // A clerk may come back to it after a holiday.
    bench.sluis.clock.advance(50 * 24 * 60 * 60_000);
    const record = await records.find(realm, id);
    expect(record && (await core.resetDesk.sentMails(record))).toEqual([
      { about: 'ask', state: 'sent' },
      { about: 'done', state: 'failed' },
      { about: 'user', state: 'failed' },
    ]);
  });
});
