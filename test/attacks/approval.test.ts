import { expect, test } from 'vitest';
import { isPushEndpoint } from '../../src/factor/approval/push.ts';
import { subscriptionOf } from '../../src/factor/approval/subscription.ts';
import {
  arrive,
  atSetUp,
  declared,
  linkOn,
  newPhone,
  numberOn,
  openApproval,
  otherThan,
  postTo,
  stateOf,
  withPhone,
} from '../support/approval-bench.ts';
import { releaseCodeOf, titleOf } from '../support/portal-bench.ts';
import { answerOf, type ToldAsk } from '../support/soft-phone.ts';
import { minute, realm, source } from '../vectors/factor-bench.ts';

const hour = 60 * minute;

function one(asks: readonly ToldAsk[]): ToldAsk {
  const [ask] = asks;
  if (ask === undefined || asks.length !== 1) throw new Error(`${asks.length} asks`);
  return ask;
}

test('R21: enrols a phone by a link and a code, then the number that is typed on the phone opens the sign-in once', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  const person = await bench.people.byName(realm, 'anna');
  expect(person?.factors).toMatchObject([{ kind: 'approval', level: 2, label: 'Mijn telefoon' }]);
  const sign = await arrive(bench, 'anna', browser);
  expect(sign.page.path).toBe(`/challenge/${sign.id}/approval`);
  const ask = one(await phone.asks());
  expect(ask).toMatchObject({ title: 'Webmail', account: 'anna', browser: 'Firefox (Windows)', known: true, source });
  expect(JSON.stringify(ask)).not.toContain(`"${numberOn(sign.page)}"`);
  expect(await stateOf(sign)).toMatchObject({ state: 'open', seconds: 180 });
  // Pressing on before she typed costs nothing and opens nothing.
  const early = await sign.browser.submit(sign.page, {});
  expect([early.path, numberOn(early)]).toEqual([sign.page.path, numberOn(sign.page)]);
  expect((await phone.answer(ask, numberOn(sign.page))).state).toBe('approved');
  expect((await stateOf(sign)).state).toBe('approved');
  const done = await sign.browser.submit(early, {});
  expect(releaseCodeOf(done)).toMatch(/./);
  expect(bench.events.filter(({ type }) => type === 'challenge.passed')).toMatchObject([{ level: 2, source }]);
  expect(bench.events.filter(({ type }) => type === 'challenge.failed')).toEqual([]);
  expect(await phone.asks()).toEqual([]);
});

test('a.18: a wrong number ends the request; the next one has another number, and each one of 90 counts', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  const sign = await arrive(bench, 'anna', browser);
  const ask = one(await phone.asks());
  const number = numberOn(sign.page);
  expect((await phone.answer(ask, otherThan(number))).state).toBe('wrong');
  expect((await phone.answer(ask, number)).state).toBe('gone');
  expect(await phone.asks()).toEqual([]);
  const wrong = await sign.browser.open(sign.page.path);
  expect(wrong.html).toContain('klopte niet');
  expect(bench.events.filter(({ type }) => type === 'challenge.failed')).toMatchObject([{ reason: 'wrong', source }]);
  const again = await sign.browser.submit(wrong, {});
  expect(numberOn(again)).toMatch(/^[1-9][0-9]$/);
  expect(one(await phone.asks()).id).not.toBe(ask.id);
});

test('a.18: 50 answers at once, every number among them: one outcome', async () => {
  for (const right of [true, false]) {
    const bench = await openApproval();
    const { phone, browser } = await withPhone(bench, 'anna');
    const sign = await arrive(bench, 'anna', browser);
    const ask = one(await phone.asks());
    const number = numberOn(sign.page);
    const numbers = Array.from({ length: 50 }, (_, index) => String(10 + ((Number(number) - 10 + index + 1) % 90)));
    // The first to arrive is the one that counts: here the wrong ones come first, or the right one does.
    const order = right ? [number, ...numbers] : [...numbers, number];
    const states = await Promise.all(order.map(async typed => (await phone.answer(ask, typed)).state));
    expect(states.filter(state => state === 'approved' || state === 'wrong')).toEqual([right ? 'approved' : 'wrong']);
    expect(releaseCodeOf(await sign.browser.submit(sign.page, {})) !== undefined).toBe(right);
  }
});

test('R07: the phone of somebody else sees nothing of her requests and answers none', async () => {
  const bench = await openApproval();
  const anna = await withPhone(bench, 'anna');
  const bram = await withPhone(bench, 'bram');
  const sign = await arrive(bench, 'anna');
  const ask = one(await anna.phone.asks());
  expect(await bram.phone.asks()).toEqual([]);
  expect((await bram.phone.answer(ask, numberOn(sign.page))).state).toBe('gone');
  // Under her name, with his key.
  const forged = {
    ...bram.phone.message('answer', answerOf(ask, 'approve', numberOn(sign.page))),
    device: anna.phone.device,
  };
  expect((await postTo(bench)('answer', forged)).state).toBe('unknown');
  expect((await stateOf(sign)).state).toBe('open');
});

test('what was signed is worth nothing a second time, for another request, purpose, app or portal', async () => {
  const bench = await openApproval();
  const { phone } = await withPhone(bench, 'anna');
  const post = postTo(bench);
  const [sign, other] = [await arrive(bench, 'anna'), await arrive(bench, 'anna')];
  const asks = await phone.asks();
  const first = asks.find(({ id }) => id !== undefined);
  if (first === undefined || asks.length !== 2) throw new Error('two were asked');
  const message = phone.message('answer', answerOf(first, 'approve', numberOn(sign.page)));
  // The challenge swapped, the number, the app, the decision; a signature made for another host.
  const swapped = asks.find(({ id }) => id !== first.id)?.id;
  for (const change of [{ ask: swapped }, { number: numberOn(other.page) }, { app: 'wiki' }, { decision: 'fraud' }])
    expect((await post('answer', { ...message, ...change })).state).toBe('unknown');
  const parts = [phone.device, String(message['time']), ...Object.values(answerOf(first, 'approve', '47'))];
  const elsewhere = phone.sign('answer', parts, 'https://sluis.andere.test');
  expect((await post('answer', { ...message, number: '47', signature: elsewhere })).state).toBe('unknown');
  expect((await post('answer', message)).state).toMatch(/approved|wrong/);
  expect((await post('answer', message)).state).toBe('stale');
  // What she signed over another app than the one that is asked for, is an answer to nothing.
  const left = one(await phone.asks());
  expect((await phone.say('answer', answerOf({ ...left, app: 'wiki' }, 'approve', '47'))).state).toBe('gone');
});

test('a poll that was seen on its way shows nothing to who sends it again, nor does an old or a future one', async () => {
  const bench = await openApproval();
  const { phone } = await withPhone(bench, 'anna');
  await arrive(bench, 'anna');
  const post = postTo(bench);
  const seen = phone.message('poll');
  expect((await post('poll', seen)).asks).toHaveLength(1);
  expect(await post('poll', seen)).toEqual({ state: 'stale', now: bench.clock.time });
  const late = phone.message('poll');
  bench.clock.time += 61_000;
  expect((await post('poll', late)).state).toBe('stale');
  bench.clock.time -= 200_000;
  expect((await post('poll', { ...late, signature: late['signature'] })).state).toBe('stale');
  expect((await post('poll', { ...phone.message('poll'), device: 'A'.repeat(43) })).state).toBe('unknown');
});

test('R38: with only the password no phone is set up: no page, no link, and a link of his own account is not hers', async () => {
  const bench = await openApproval();
  await withPhone(bench, 'anna');
  for (const name of ['anna', 'carla']) {
    const { browser, page, id } = await arrive(bench, name);
    expect((await browser.open(`/set-up/${id}/approval`)).html).not.toContain('sluis-secret');
    const form = page.html.includes('<form') ? page : await browser.open(`${page.path}?code=1`);
    const forged = { ...form, html: form.html.replace(/action="[^"]+"/, `action="/set-up/${id}/approval"`) };
    await browser.post(forged, { ...declared, code: '123456' });
    await browser.post(forged, { act: 'again' });
    expect(linkOn(await browser.open(`/set-up/${id}/approval`))).toBe('');
  }
  expect((await bench.people.byName(realm, 'anna'))?.factors).toHaveLength(1);
  expect((await bench.people.byName(realm, 'carla'))?.factors ?? []).toEqual([]);
  const guess = newPhone(bench);
  expect((await guess.join('0000-0000-0000-0000')).state).toBe('link-gone');
  expect((await guess.join('nonsense')).state).toBe('link-gone');
});

test('who opens her link first is not set up: her phone says so, and she has no digits to type', async () => {
  const bench = await openApproval();
  const { browser, page } = await atSetUp(bench, 'anna');
  const [thief, hers] = [newPhone(bench), newPhone(bench)];
  const stolen = await thief.join(linkOn(page));
  expect(stolen).toMatchObject({ state: 'joined', account: 'anna' });
  expect((await hers.join(linkOn(page))).state).toBe('link-used');
  // The same phone, whose answer was lost, reads the same code.
  expect((await thief.join(linkOn(page))).code).toBe(stolen.code);
  // The code of the thief's phone, in another sign-in of hers or of his, is none.
  const other = await atSetUp(bench, 'bram');
  expect((await other.browser.post(other.page, { ...declared, code: stolen.code ?? '' })).html).toContain(
    'Nog geen telefoon',
  );
  let last = page;
  for (let tries = 0; tries < 5; tries += 1)
    last = await browser.post(last, { ...declared, code: stolen.code === '000000' ? '000001' : '000000' });
  // Five wrong ones, and the link is dead for the right one too.
  expect(last.html).toContain('Deze code is niet meer geldig');
  expect((await browser.post(page, { ...declared, code: stolen.code ?? '' })).html).toContain('niet meer geldig');
  expect((await bench.people.byName(realm, 'anna'))?.factors).toEqual([]);
  expect((await thief.say('poll')).state).toBe('unknown');
  // A new link, for her own phone.
  const fresh = await browser.submit(last, { act: 'again' });
  const { code = '' } = await hers.join(linkOn(fresh));
  expect((await browser.post(fresh, { ...declared, code })).location).toContain('/recovery-codes/');
});

test('a.28: a link dies with its time, and with the browser that it was made in', async () => {
  const bench = await openApproval();
  const { browser, page, id } = await atSetUp(bench, 'anna');
  const phone = newPhone(bench);
  const { code = '' } = await phone.join(linkOn(page));
  // Somebody else takes the sign-in over: the set-up that was allowed is gone, and the code opens nothing there.
  const thief = bench.browser();
  const pending = await bench.pendings.forPortal(id, browser.cookies.get('__Host-sluis-portal') ?? '');
  if (pending === undefined) throw new Error('no sign-in');
  await thief.open(`/p/${await bench.pendings.handoff(pending)}`);
  expect(titleOf(await thief.open(`/set-up/${id}/approval`))).not.toContain('telefoon');
  expect((await browser.post(page, { ...declared, code })).status).toBe(410);
  const later = await atSetUp(bench, 'bram');
  bench.clock.time += 10 * minute;
  expect((await newPhone(bench).join(linkOn(later.page))).state).toBe('link-gone');
});

test('R07: a phone that approves for one person is refused to another, also after it was removed; hers again with a new key', async () => {
  const bench = await openApproval();
  const { phone } = await withPhone(bench, 'anna');
  const bram = await atSetUp(bench, 'bram');
  expect((await phone.join(linkOn(bram.page))).state).toBe('other-person');
  expect((await bram.browser.post(bram.page, { code: '123456', personal: '' })).html).toContain('Zet een vinkje');
  // A reset: her old key is not taken again, the same phone with a new one is.
  const again = await atSetUp(bench, 'anna', true);
  expect((await phone.join(linkOn(again.page))).state).toBe('renew');
  const renewed = newPhone(bench);
  const { code = '' } = await renewed.join(linkOn(again.page));
  await again.browser.post(again.page, { ...declared, code });
  expect((await phone.say('poll')).state).toBe('unknown');
  expect((await renewed.say('poll')).state).toBe('ready');
  const carla = await atSetUp(bench, 'carla');
  expect((await phone.join(linkOn(carla.page))).state).toBe('other-person');
});

test('R09: strangers with the password have a few requests together, and spend none of the owner', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  bench.woken.length = 0;
  const pages = [];
  for (let asked = 0; asked < 8; asked += 1) pages.push((await arrive(bench, 'anna')).page);
  expect(pages.filter(page => numberOn(page) !== '')).toHaveLength(4);
  expect(pages.at(-1)?.html).toContain('te veel verzoeken');
  expect(bench.woken).toHaveLength(4);
  expect(bench.events.filter(({ type }) => type === 'approval.limited')).toHaveLength(1);
  // Hers comes first on her phone, and is answered.
  const hers = await arrive(bench, 'anna', browser);
  const [first] = await phone.asks();
  expect(first?.known).toBe(true);
  if (first === undefined) throw new Error('nothing was asked');
  expect((await phone.answer(first, numberOn(hers.page))).state).toBe('approved');
  bench.clock.time += hour;
  expect(numberOn((await arrive(bench, 'anna')).page)).not.toBe('');
});

test('two wrong numbers of strangers close their asking for a day: 2 in 90 a day for who types blindly', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  for (let tries = 0; tries < 2; tries += 1) {
    const { page } = await arrive(bench, 'anna');
    expect((await phone.answer(one(await phone.asks()), otherThan(numberOn(page)))).state).toBe('wrong');
  }
  expect(numberOn((await arrive(bench, 'anna')).page)).toBe('');
  bench.clock.time += 23 * hour;
  expect(numberOn((await arrive(bench, 'anna')).page)).toBe('');
  expect(numberOn((await arrive(bench, 'anna', browser)).page)).not.toBe('');
  bench.clock.time += hour;
  expect(numberOn((await arrive(bench, 'anna')).page)).not.toBe('');
});

test('"this is not me" ends that sign-in at once, stops strangers for a day, and is told', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  const thief = await arrive(bench, 'anna');
  const second = await arrive(bench, 'anna');
  const [ask] = await phone.asks();
  if (ask === undefined) throw new Error('nothing was asked');
  expect((await phone.report(ask)).state).toBe('reported');
  expect((await stateOf(thief)).state).toBe('gone');
  expect((await thief.browser.open(thief.page.path)).status).toBe(410);
  expect(bench.events.filter(({ type }) => type === 'approval.reported')).toMatchObject([
    { name: 'anna', app: 'webmail', known: false, source },
  ]);
  expect((await phone.answer(ask, numberOn(thief.page))).state).toBe('gone');
  bench.clock.time += 23 * hour;
  expect(numberOn((await arrive(bench, 'anna')).page)).toBe('');
  expect(numberOn((await arrive(bench, 'anna', browser)).page)).not.toBe('');
  expect(second.id).not.toBe(thief.id);
});

test('what is asked for inside her session is shown as what it is; "this is not me" there ends all her sessions', async () => {
  const ended: unknown[] = [];
  const endSessionsOf = async (...given: unknown[]) => void ended.push(given);
  let person = '';
  // Her browser holds a living session of hers.
  const deps = { endSessionsOf, own: { who: async () => ({ person: { id: person } }) } as never };
  const bench = await openApproval({ deps });
  const { phone, browser } = await withPhone(bench, 'anna');
  person = (await bench.people.byName(realm, 'anna'))?.id ?? '';
  const own = { person, act: 'add' } as const;
  const cookie = browser.cookies.get('__Host-sluis-portal') ?? '';
  const pending = await bench.pendings.openOwn({ realm, name: 'anna', source, session: 's', level: 2, own }, cookie);
  browser.cookies.set('__Host-sluis-realm', 'hers');
  const page = await browser.open(`/challenge/${pending?.id}/approval`);
  expect(numberOn(page)).toMatch(/^[0-9]{2}$/);
  const ask = one(await phone.asks());
  expect(ask.title).toBe('Uw tweede stap veranderen');
  expect((await phone.report(ask)).state).toBe('reported');
  expect(ended).toEqual([[person, 'reported']]);
  expect((await browser.open(page.path)).status).toBe(410);
});

test('decision 19: what she approves at his link is worth nothing once he takes his sign-in back', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  const { pending } = await bench.signIn('anna');
  const hers = await browser.open(`/p/${await bench.pendings.handoff(pending)}`);
  expect((await phone.answer(one(await phone.asks()), numberOn(hers))).state).toBe('approved');
  const thief = bench.browser();
  const his = await thief.open(`/p/${await bench.pendings.handoff(pending)}`);
  expect(releaseCodeOf(await thief.submit(his, {}))).toBeUndefined();
  expect(bench.events.filter(({ type }) => type === 'challenge.passed')).toEqual([]);
  // Nor is the page that she had before hers any more.
  expect((await browser.post(hers, {})).status).toBe(410);
});

test('what she approved in time is taken in time, by a factor that she still has', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  const sign = await arrive(bench, 'anna', browser);
  const ask = one(await phone.asks());
  bench.clock.time += 3 * minute;
  expect((await phone.answer(ask, numberOn(sign.page))).state).toBe('gone');
  expect((await sign.browser.open(sign.page.path)).html).toContain('De tijd voor dit getal is om');
  const again = await sign.browser.submit(await sign.browser.open(sign.page.path), {});
  const fresh = one(await phone.asks());
  await phone.answer(fresh, numberOn(again));
  await bench.people.update((await bench.people.byName(realm, 'anna'))?.id ?? '', person => ({
    ...person,
    factors: [],
  }));
  expect(releaseCodeOf(await sign.browser.submit(again, {}))).toBeUndefined();
  expect((await phone.say('poll')).state).toBe('unknown');
});

test('a request whose sign-in is over, or passed another way, is shown and answered no more', async () => {
  const bench = await openApproval();
  const { phone, browser } = await withPhone(bench, 'anna');
  const { pending } = await bench.signIn('anna');
  const page = await browser.open(`/p/${await bench.pendings.handoff(pending)}`);
  const ask = one(await phone.asks());
  await bench.pendings.abandon(pending);
  expect(await phone.asks()).toEqual([]);
  expect((await phone.answer(ask, numberOn(page))).state).toBe('gone');
  const other = await arrive(bench, 'anna', browser);
  const [waits] = await phone.asks();
  const cookie = browser.cookies.get('__Host-sluis-portal') ?? '';
  const living = await bench.pendings.forPortal(other.id, cookie);
  if (living === undefined || waits === undefined) throw new Error('nothing waits');
  await bench.pendings.pass(living, cookie, { level: 2, factor: 'totp' });
  expect(await phone.asks()).toEqual([]);
  expect((await phone.answer(waits, numberOn(other.page))).state).toBe('gone');
});

test('CWE-918: messages go to known push services only, whatever address a phone gives', async () => {
  const bench = await openApproval({}, ['push.gemeente.test:8443', '127.0.0.1:9000', 'push.gemeente.test']);
  const { phone } = await withPhone(bench, 'anna');
  const keys = { p256dh: phone.publicKey, auth: 'A'.repeat(22) };
  for (const endpoint of [
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.169.254/',
    'http://fcm.googleapis.com/fcm/send/x',
    'https://fcm.googleapis.com.evil.test/x',
    'https://evil.test/?fcm.googleapis.com',
    'https://fcm.googleapis.com@evil.test/x',
    'https://user:pass@fcm.googleapis.com/x',
    'https://fcm.googleapis.com:8443/x',
    'https://push.apple.com.evil.test/x',
    'https://evilpush.apple.com.test/',
    'https://notpush.apple.comm/',
    'http://push.gemeente.test:8443/x',
    'http://127.0.0.1:9001/x',
    'http://localhost:9000/x',
    'file:///etc/passwd',
    'nonsense',
  ])
    expect([endpoint, (await phone.say('subscribe', { endpoint, ...keys })).state]).toEqual([endpoint, 'refused']);
  expect(await subscriptionOf(bench.deps, phone.device)).toBeUndefined();
  for (const endpoint of [
    'https://fcm.googleapis.com/fcm/send/x',
    'https://updates.push.services.mozilla.com/wpush/v2/x',
    'https://web.push.apple.com/x',
    'https://db5p.notify.windows.com/x',
    'https://push.gemeente.test:8443/x',
    'http://127.0.0.1:9000/x',
  ])
    expect([endpoint, (await phone.say('subscribe', { endpoint, ...keys })).state]).toEqual([endpoint, 'subscribed']);
  expect(isPushEndpoint(`https://fcm.googleapis.com/${'x'.repeat(1000)}`, [])).toBe(false);
});

test('a message that no page of ours wrote is refused before it is looked at', async () => {
  const bench = await openApproval();
  const { phone } = await withPhone(bench, 'anna');
  const poll = () => phone.message('poll');
  expect((await postTo(bench, { origin: 'https://evil.test' })('poll', poll())).state).toBe('refused');
  expect((await postTo(bench, { 'sec-fetch-site': 'cross-site' })('poll', poll())).state).toBe('refused');
  expect((await postTo(bench, { 'content-type': 'text/plain' })('poll', poll())).state).toBe('refused');
  for (const change of [{ more: 1 }, { time: '1' }, { time: -1 }, { device: '../x' }, { signature: 'A'.repeat(200) }])
    expect((await postTo(bench)('poll', { ...poll(), ...change })).state).toBe('refused');
  expect((await postTo(bench)('poll', poll())).state).toBe('ready');
});

test('on the host of an app there is no page for phones, and nobody is offered one', async () => {
  const bench = await openApproval({ realm: { singleHost: true, portalPath: '/_sluis/portal' } });
  const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  expect((await bench.browser().send('/_sluis/portal/approve/', { headers: navigation })).status).toBe(404);
});
