import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mostTries } from '../../src/factor/sent-code/code.ts';
import { sendLimits } from '../../src/factor/sent-code/limits.ts';
import { type Answer, Browser, openPortal, releaseCodeOf, titleOf } from '../support/portal-bench.ts';
import { arrive, beginSetUp, openSmsPortal, type SmsBench, withNumber, wrong } from '../support/sent-codes.ts';
import { minute, realm } from '../vectors/factor-bench.ts';

let bench: SmsBench & { close(): Promise<void> };
beforeEach(async () => {
  bench = await openSmsPortal();
});
afterEach(() => bench.close());

const again = { act: 'again' };
const passes = () => bench.events.filter(({ type }) => type === 'challenge.passed');

/** What the desk of a municipality is there for. */
const helps = (page: Answer) => page.html.includes('14 012') || page.html.includes('/other-ways/');

describe('codes by SMS, as people use them', () => {
  test('R30 R38: a number is proved at its set-up, then a code opens the app; only a MAC of it is kept', async () => {
    const { browser, page } = await beginSetUp(bench, 'anna', 'sms');
    expect(titleOf(page)).toBe('Stel codes per sms in');
    const asked = await browser.submit(page, { address: '06 - 1234 56 78', personal: 'yes' });
    expect(asked.html).toContain('06-•••• 78');
    expect(asked.html).not.toContain('12345678');
    const done = await browser.submit(asked, { code: bench.gateway.lastCode() });
    expect(done.path).toContain('/recovery-codes/');
    expect((await bench.people.byName(realm, 'anna'))?.factors).toMatchObject([
      { kind: 'sms', level: 1, label: '06-•••• 78', credential: { number: '+31612345678' } },
    ]);
    bench.clock.time += 61 * minute;
    const challenge = await arrive(bench, 'anna');
    expect(challenge.page.path).toBe(`/challenge/${challenge.id}/sms`);
    const code = bench.gateway.lastCode();
    const record = await bench.store.get(`sent-code:{${challenge.id}}:sms`);
    expect(record?.value).not.toContain(code);
    const gone = await challenge.browser.submit(challenge.page, { code: ` ${code.slice(0, 3)}-${code.slice(3)} ` });
    expect(releaseCodeOf(gone)).toBeDefined();
  });

  test('says which app, is no link, and ends in the line by which phones offer it at our host only', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { text, to, from } = JSON.parse(bench.gateway.received.at(-1)?.body ?? '{}');
    const code = bench.gateway.lastCode();
    expect([to, from]).toEqual(['+31612345678', 'Gemeente']);
    expect(text).toMatch(
      new RegExp(`^${code} is uw code voor Webmail\\. [^\\n]+\\n\\n@sluis\\.gemeente\\.test #${code}$`),
    );
    expect(text).not.toMatch(/https?:|www\./);
    expect(text.length).toBeLessThanOrEqual(160);
  });

  test('a page that is opened again sends nothing; a new code is a button away, and the old one is dead then', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const before = bench.gateway.received.length;
    const { browser, page, id } = await arrive(bench, 'anna');
    const first = bench.gateway.lastCode();
    for (let times = 0; times < 3; times += 1) await browser.open(page.path);
    expect(bench.gateway.received).toHaveLength(before + 1);
    bench.clock.time += minute;
    const renewed = await browser.submit(page, again);
    expect(renewed.html).toContain('Dit is een nieuwe code');
    expect(bench.gateway.received).toHaveLength(before + 2);
    const second = bench.gateway.lastCode();
    expect((await browser.post(renewed, { code: first })).status).toBe(first === second ? 303 : 422);
    expect((await browser.submit(renewed, { code: second })).path).toBe(`/go/${id}`);
  });

  test('a second click on "new code" sends one, and one within half a minute says how long to wait', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page } = await arrive(bench, 'anna');
    bench.clock.time += minute;
    const before = bench.gateway.received.length;
    await Promise.all([browser.post(page, again), browser.post(page, again)]);
    expect(bench.gateway.received).toHaveLength(before + 1);
    const early = await browser.post(await browser.open(page.path), again);
    expect(early.status).toBe(429);
    expect(early.headers.get('retry-after')).toBe('30');
    expect(early.html).toContain('Over 30 seconden kan het weer');
    expect(early.headers.get('refresh')).toContain('sending=1');
    // The code that she has goes on working meanwhile.
    expect((await browser.submit(await browser.open(page.path), { code: bench.gateway.lastCode() })).path).toContain(
      '/go/',
    );
  });

  test('a code in full width, with spaces or dashes, is taken; letters and Arabic digits cost no attempt and are told', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const ways = [
      (code: string) => code.replace(/[0-9]/g, digit => String.fromCodePoint(0xff10 + Number(digit))),
      (code: string) => [...code].join('\u2011'),
      (code: string) => ` ${code.slice(0, 3)}\u00a0${code.slice(3)}\n`,
    ];
    for (const typed of ways) {
      const { browser, page } = await arrive(bench, 'anna');
      const code = bench.gateway.lastCode();
      const arabic = code.replace(/[0-9]/g, digit => String.fromCodePoint(0x0660 + Number(digit)));
      for (const slip of [arabic, '12345', '1234567', 'abcdef', `${code}0`, '']) {
        const answer = await browser.post(page, { code: slip });
        expect([answer.status, answer.html.includes('Vul de 6 cijfers van de code in')]).toEqual([422, true]);
      }
      expect((await browser.post(page, { code: typed(code) })).status).toBe(303);
    }
    expect(bench.events.filter(({ type }) => type === 'challenge.failed')).toEqual([]);
  });

  test('WCAG 2.2.1: a code that is sent late still has its ten minutes of the sign-in', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page } = await arrive(bench, 'anna');
    bench.clock.time += 9 * minute;
    const renewed = await browser.submit(page, again);
    bench.clock.time += 9 * minute;
    expect((await browser.submit(renewed, { code: bench.gateway.lastCode() })).path).toContain('/go/');
  });
});

describe('codes by SMS, attacked', () => {
  test('R24: 50 posts of one code, one of many browsers of hers, are accepted once', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page, id } = await arrive(bench, 'anna');
    const code = bench.gateway.lastCode();
    const forms = await Promise.all(Array.from({ length: 50 }, () => browser.open(page.path)));
    const before = passes().length;
    await Promise.all(forms.map(form => browser.post(form, { code })));
    expect(passes()).toHaveLength(before + 1);
    expect(bench.events.filter(event => event.type === 'challenge.failed' && event.reason === 'wrong')).toEqual([]);
    expect(releaseCodeOf(await browser.open(`/go/${id}`))).toBeDefined();
  });

  test('R09: wrong codes in 50 posts at once: three are looked at, and the account waits', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page } = await arrive(bench, 'anna');
    const guess = wrong(bench.gateway.lastCode());
    const forms = await Promise.all(Array.from({ length: 50 }, () => browser.open(page.path)));
    const answers = await Promise.all(forms.map(form => browser.post(form, { code: guess })));
    expect(answers.filter(({ status }) => status === 422).length).toBeLessThanOrEqual(4);
    expect(answers.every(({ status }) => status === 422 || status === 429)).toBe(true);
    expect(passes()).toEqual([]);
  });

  test('a.13: a new code resets no count: ten wrong answers end the challenge, whatever is sent and however long one waits', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page, id } = await arrive(bench, 'anna');
    let form = page;
    for (let tries = 0; tries < mostTries; tries += 1) {
      if (tries === 4 || tries === 8) {
        bench.clock.time += minute;
        form = await browser.submit(form, again);
      }
      form = await browser.post(form, { code: wrong(bench.gateway.lastCode()) });
      // Past every delay of the account; the sign-in itself is kept alive by the new codes.
      if (form.status === 429) tries -= 1;
      bench.clock.time += tries < 3 ? 1_000 : 40_000;
      form = await browser.open(page.path);
    }
    const sent = bench.gateway.received.length;
    const right = await browser.post(form, { code: bench.gateway.lastCode() });
    expect([right.status, right.html.includes('te vaak een verkeerde code')]).toEqual([422, true]);
    bench.clock.time += minute;
    expect((await browser.post(form, again)).html).toContain('te vaak een verkeerde code');
    expect(bench.gateway.received).toHaveLength(sent);
    expect(
      (await bench.pendings.forPortal(id, browser.cookies.get('__Host-sluis-portal') ?? ''))?.passed,
    ).toBeUndefined();
  });

  test('a.17: the code of another challenge, of another person, of a set-up, opens nothing', async () => {
    await withNumber(bench, 'anna', '0612345678');
    await withNumber(bench, 'bram', '0687654321');
    const one = await arrive(bench, 'anna');
    const ofOne = bench.gateway.lastCode();
    const other = await arrive(bench, 'anna');
    const brams = await arrive(bench, 'bram');
    const ofBram = bench.gateway.lastCode();
    const { page, browser } = await beginSetUp(bench, 'carla', 'sms');
    await browser.submit(page, { address: '0611112222', personal: 'yes' });
    const ofSetUp = bench.gateway.lastCode();
    for (const code of [ofOne, ofBram, ofSetUp])
      expect((await other.browser.post(other.page, { code })).status).toBe(422);
    expect((await one.browser.submit(one.page, { code: ofOne })).path).toBe(`/go/${one.id}`);
    expect((await brams.browser.submit(brams.page, { code: ofBram })).path).toBe(`/go/${brams.id}`);
  });

  test('a.16: a code of ten minutes is good; a moment later it is not, and costs no attempt', async () => {
    await withNumber(bench, 'anna', '0612345678');
    for (const [late, through] of [
      [0, true],
      [1, false],
    ] as const) {
      const { browser, page } = await arrive(bench, 'anna');
      const code = bench.gateway.lastCode();
      bench.clock.time += 9 * minute;
      await bench.pendings.wait(
        (await bench.pendings.forPortal(idOf(page), browser.cookies.get('__Host-sluis-portal') ?? '')) ?? never(),
        browser.cookies.get('__Host-sluis-portal') ?? '',
      );
      bench.clock.time += minute + late;
      const answer = await browser.post(page, { code });
      expect(answer.status).toBe(through ? 303 : 422);
      if (!through) expect(answer.html).toContain('Deze code werkt niet meer');
      bench.clock.time += 61 * minute;
    }
    expect(bench.events.filter(({ type }) => type === 'challenge.failed')).toEqual([]);
  });

  test('R09: a stranger with the password floods no phone, and the owner in a browser of hers still gets her code', async () => {
    const owner = await withNumber(bench, 'anna', '0612345678');
    const before = bench.gateway.received.length;
    let last: Answer | undefined;
    for (let tries = 0; tries < 30; tries += 1) last = (await arrive(bench, 'anna')).page;
    const { count } = sendLimits.person.unknown[0];
    expect(bench.gateway.received).toHaveLength(before + count);
    expect(last?.status).toBe(429);
    expect(last?.html).toContain('Over 60 minuten kan het weer');
    expect(Number(last?.headers.get('retry-after'))).toBe(3_600);
    expect(last !== undefined && helps(last)).toBe(true);
    const delayed = bench.events.filter(event => event.type === 'code.not-sent');
    expect(delayed).toMatchObject([{ reason: 'delayed', kind: 'sms' }]);
    const hers = await arrive(bench, 'anna', { browser: owner });
    expect(hers.page.status).toBe(200);
    expect((await hers.browser.submit(hers.page, { code: bench.gateway.lastCode() })).path).toContain('/go/');
  });

  test('R09: strangers spend half of what an hour may cost; the rest is for browsers that are known', async () => {
    await bench.close();
    bench = await openSmsPortal({ sms: { perHour: 6 } });
    const owners = [await withNumber(bench, 'anna', '0612345678'), await withNumber(bench, 'bram', '0687654321')];
    const before = bench.gateway.received.length;
    for (const name of ['anna', 'bram', 'anna', 'bram', 'anna', 'bram']) await arrive(bench, name);
    expect(bench.gateway.received).toHaveLength(before + 3);
    for (const browser of owners)
      expect((await arrive(bench, browser === owners[0] ? 'anna' : 'bram', { browser })).page.status).toBe(200);
    expect((await arrive(bench, 'anna', owners[0] === undefined ? {} : { browser: owners[0] })).page.status).toBe(200);
    expect((await arrive(bench, 'bram', owners[1] === undefined ? {} : { browser: owners[1] })).page.status).toBe(429);
    expect(bench.gateway.received).toHaveLength(before + 6);
  });

  test('a form of another site, or of another browser, has no code sent', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page } = await arrive(bench, 'anna');
    bench.clock.time += minute;
    const before = bench.gateway.received.length;
    expect(
      (await browser.post(page, again, { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(403);
    expect((await new Browser(bench.portal).post(page, again)).status).toBe(410);
    expect((await browser.open(page.path, { headers: { 'sec-purpose': 'prefetch' } })).status).not.toBe(200);
    expect(bench.gateway.received).toHaveLength(before);
  });

  test('rule 2: where no gateway is configured a number is no factor, and nobody sets one up', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const without = await openPortal({ store: bench.store, clock: bench.clock });
    const { page, browser, id } = await arrive(without, 'anna');
    expect(page.path).toBe(`/not-enough/${id}`);
    expect((await browser.open(`/challenge/${id}/sms`)).path).toBe(`/not-enough/${id}`);
  });

  test('R04, a.19: a number opens nothing above level 1, and is not offered on the way there', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { page, id } = await arrive(bench, 'anna', { level: 2 });
    expect(page.path).toBe(`/not-enough/${id}`);
    const { code } = await bench.activation.invite(realm, 'bram', { by: 'desk', replaces: false, validity: minute });
    const bram = await arrive(bench, 'bram', { level: 2 });
    expect((await bram.browser.submit(bram.page, { code })).path).toBe(`/set-up/${bram.id}/totp`);
  });
});

describe('setting a number up', () => {
  test.each([
    ['letters', 'bel mij', 'Vul een mobiel nummer in'],
    ['a landline', '070 123 45 67', 'Vul een mobiel nummer in'],
    ['a number that costs extra', '0900 1234567', 'Vul een mobiel nummer in'],
    ['a number too long', '06123456789', 'Vul een mobiel nummer in'],
    ['another country', '+44 7911 123456', 'Naar dit land sturen we geen codes'],
    ['a satellite', '0088 1622 12345678', 'Naar dit land sturen we geen codes'],
    ['Arabic digits', '٠٦١٢٣٤٥٦٧٨', 'Vul een mobiel nummer in'],
    ['a header', '0612345678\r\nX-Evil: 1', 'Vul een mobiel nummer in'],
    ['JSON', '0612345678","to":"+3190012345', 'Vul een mobiel nummer in'],
    ['two numbers', '0612345678,0687654321', 'Vul een mobiel nummer in'],
  ])('refuses %s, keeps what was typed, and sends nothing', async (_what, address, words) => {
    const { browser, page } = await beginSetUp(bench, 'anna', 'sms');
    const answer = await browser.post(page, { address, personal: 'yes' });
    expect([answer.status, answer.html.includes(words)]).toEqual([422, true]);
    expect(bench.gateway.received).toEqual([]);
  });

  test.each([
    '0612345678',
    '06-1234 5678',
    '+31 6 12345678',
    '0031612345678',
    '+31 (0)6 12 34 56 78',
    '０６１２３４５６７８',
  ])('takes %s as one and the same number', async address => {
    const { browser, page } = await beginSetUp(bench, 'anna', 'sms');
    await browser.submit(page, { address, personal: 'yes' });
    expect(JSON.parse(bench.gateway.received[0]?.body ?? '{}').to).toBe('+31612345678');
  });

  test('the same form sent again with another number, by the back button, is another answer: the code of the first is dead', async () => {
    const { browser, page } = await beginSetUp(bench, 'anna', 'sms');
    await browser.post(page, { address: '0612345678', personal: 'yes' });
    const first = bench.gateway.lastCode();
    await browser.post(page, { address: '0687654321', personal: 'yes' });
    expect(bench.gateway.received.map(({ body }) => JSON.parse(body).to)).toEqual(['+31612345678', '+31687654321']);
    const asked = await browser.open(page.path);
    expect(asked.html).toContain('06-•••• 21');
    const second = bench.gateway.lastCode();
    if (first !== second) expect((await browser.post(asked, { code: first })).status).toBe(422);
    expect((await browser.post(asked, { code: second })).location).toContain('/recovery-codes/');
  });

  test('R07: not without her word that nobody else has it', async () => {
    const { browser, page } = await beginSetUp(bench, 'anna', 'sms');
    const answer = await browser.post(page, { address: '0612345678', personal: '' });
    expect([answer.status, answer.html.includes('Zet een vinkje')]).toEqual([422, true]);
    expect(answer.html).toContain('value="0612345678"');
    expect(bench.gateway.received).toEqual([]);
  });

  test('R07: a number of somebody else is bound to nobody else, told only to who reads what is sent there', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page } = await beginSetUp(bench, 'bram', 'sms');
    const asked = await browser.submit(page, { address: '+31612345678', personal: 'yes' });
    expect(asked.html).toContain('06-•••• 78');
    const guessed = await browser.post(asked, { code: wrong(bench.gateway.lastCode()) });
    expect(guessed.html).not.toContain('iemand anders');
    const told = await browser.post(guessed, { code: bench.gateway.lastCode() });
    expect([told.status, told.html.includes('hoort bij iemand anders')]).toEqual([422, true]);
    expect((await bench.people.byName(realm, 'bram'))?.factors).toEqual([]);
    // His code is not used up: he goes on with a number of his own.
    const own = await browser.submit(told, { address: '0687654321', personal: 'yes' });
    expect((await browser.submit(own, { code: bench.gateway.lastCode() })).path).toContain('/recovery-codes/');
  });

  test('R07: of two who prove one number at the same moment one gets it; it is free again once it is nobody’s', async () => {
    const both = await Promise.all(['anna', 'bram'].map(name => beginSetUp(bench, name, 'sms')));
    const asked = [];
    for (const { browser, page } of both) {
      const form = await browser.submit(page, { address: '0612345678', personal: 'yes' });
      asked.push({ browser, form, code: bench.gateway.lastCode() });
    }
    const answers = await Promise.all(asked.map(({ browser, form, code }) => browser.post(form, { code })));
    const isBound = (answer: Answer | undefined) => answer?.location?.startsWith('/recovery-codes/') === true;
    expect(answers.filter(isBound)).toHaveLength(1);
    const owner = isBound(answers[0]) ? 'anna' : 'bram';
    const person = await bench.people.byName(realm, owner);
    await bench.people.update(person?.id ?? '', current => ({ ...current, factors: [] }));
    bench.clock.time += 61 * minute;
    await withNumber(bench, 'carla', '0612345678');
  });

  test('R38: without an accepted code there is no set-up page, and no message, whatever is posted to it', async () => {
    const { browser, page, id } = await arrive(bench, 'anna');
    expect((await browser.open(`/set-up/${id}/sms`)).path).not.toBe(`/set-up/${id}/sms`);
    const form = await browser.open(`${page.path}?code=1`);
    const forged = { ...form, html: form.html.replace(/action="[^"]+"/, `action="/set-up/${id}/sms"`) };
    await browser.post(forged, { act: 'address', address: '0612345678', personal: 'yes' });
    expect(bench.gateway.received).toEqual([]);
  });

  test('who has a code for a set-up floods nobody by it', async () => {
    const { browser, page } = await beginSetUp(bench, 'anna', 'sms');
    let form = await browser.submit(page, { address: '0612345678', personal: 'yes' });
    for (let tries = 0; tries < 20; tries += 1) {
      bench.clock.time += minute;
      const answer = await browser.submit(form, again);
      if (answer.html.includes('<form')) form = answer;
    }
    expect(bench.gateway.received).toHaveLength(sendLimits.person['set-up'][0].count);
  });
});

describe('a gateway that fails', () => {
  test('refuses: she is told what to do now, no attempt is gone, the older code is good again, the log has the cause', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page } = await arrive(bench, 'anna');
    const code = bench.gateway.lastCode();
    bench.clock.time += minute;
    const works = bench.gateway.answer;
    bench.gateway.answer = res => void res.writeHead(401).end('{"error":"no such key"}');
    const failed = await browser.post(page, again);
    expect(failed.status).toBe(503);
    expect(failed.html).toContain('We konden geen nieuwe code sturen');
    expect(helps(failed)).toBe(true);
    expect(bench.trouble).toEqual([{ carried: 'refused', status: 401, said: '{"error":"no such key"}' }]);
    expect(bench.events.at(-1)).toMatchObject({ type: 'code.not-sent', reason: 'refused' });
    bench.gateway.answer = works;
    expect((await browser.submit(failed, { code })).path).toContain('/go/');
  });

  test('breaks with 500: what may have arrived is good, and stays counted', async () => {
    await withNumber(bench, 'anna', '0612345678');
    bench.gateway.answer = res => void res.writeHead(500).end('oops');
    const { browser, page } = await arrive(bench, 'anna');
    expect([page.status, page.html.includes('Misschien is de code niet verstuurd')]).toEqual([503, true]);
    expect((await browser.submit(page, { code: bench.gateway.lastCode() })).path).toContain('/go/');
    const before = bench.gateway.received.length;
    for (let tries = 0; tries < 20; tries += 1) await arrive(bench, 'anna');
    expect(bench.gateway.received).toHaveLength(before + sendLimits.person.unknown[0].count - 1);
  });

  test('hangs: the page comes, says so, and asks again by itself for nothing', async () => {
    await bench.close();
    bench = await openSmsPortal({ sms: { timeout: 1_000 } });
    await withNumber(bench, 'anna', '0612345678');
    bench.gateway.answer = () => undefined;
    const { browser, page } = await arrive(bench, 'anna');
    expect([page.status, page.headers.get('refresh')]).toEqual([503, null]);
    const before = bench.gateway.received.length;
    expect((await browser.open(page.path)).status).toBe(200);
    expect(bench.gateway.received).toHaveLength(before);
  });

  test('refuses: who has only the password does not knock on it, nor fill the audit, without end', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const { browser, page } = await arrive(bench, 'anna');
    bench.gateway.answer = res => void res.writeHead(400).end();
    bench.clock.time += minute / 2;
    const before = [bench.gateway.received.length, bench.events.length] as const;
    for (let tries = 0; tries < 40; tries += 1) {
      bench.clock.time += 1_000;
      await browser.post(await browser.open(page.path), again);
    }
    const most = sendLimits.asked.unknown.count;
    // The one that got in was counted too.
    expect(bench.gateway.received.length - before[0]).toBe(most - 1);
    const told = bench.events.slice(before[1]).map(event => ('reason' in event ? event.reason : ''));
    expect(told.filter(reason => reason === 'refused')).toHaveLength(most - 1);
    expect(told.filter(reason => reason === 'delayed')).toHaveLength(1);
  });

  test('nothing at all went out: there is no field for a code, but a button, other ways and the desk', async () => {
    await withNumber(bench, 'anna', '0612345678');
    const works = bench.gateway.answer;
    bench.gateway.answer = res => void res.writeHead(400).end();
    const { browser, page } = await arrive(bench, 'anna');
    expect([page.status, titleOf(page)]).toEqual([503, 'De code is niet verstuurd']);
    expect(page.html).not.toContain('one-time-code');
    expect(page.html).toContain('14 012');
    bench.gateway.answer = works;
    bench.clock.time += minute;
    const sent = await browser.submit(page, again);
    expect((await browser.submit(sent, { code: bench.gateway.lastCode() })).path).toContain('/go/');
  });
});

function idOf(page: Answer): string {
  return page.path.split('/')[2] ?? '';
}

function never(): never {
  throw new Error('the sign-in is gone');
}
