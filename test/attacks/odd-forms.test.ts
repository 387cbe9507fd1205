import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { deviceCookieName } from '../../src/device/device-cookie.ts';
import type { Person } from '../../src/factor/person.ts';
import { passwords } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import { type Form, oddWays, sendOdd } from '../support/odd-requests.ts';
import { ConsoleBrowser, operatorOf, type TestOperator, titleOf } from '../support/operator.ts';
import { addTotp, tokensOf } from '../support/own.ts';
import {
  browserOf,
  hiddenFields,
  openPortal,
  passFirstGate,
  releaseOn,
  type SignedIn,
  secretOn,
  signInFully,
} from '../support/person.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

/** Each form that changes what somebody has, said in each odd way, by whoever has only the password, or only her browser. */
const anna = { name: 'anna', password: passwords.anna } as const;
const home = '/my-security';

let demo: DemoApp;
let sluis: TestSluis;
let hers: SignedIn;
let admin: ConsoleBrowser;
let operator: TestOperator;
/** Beside the one that she needs: her only one could not be removed anyway. */
let second: string;
let consoleHost: string;

beforeAll(async () => {
  demo = await startDemoApp();
  sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
    clock: new TestClock(),
    console: 'own',
    extra: 'trust: {}\nlimits: { pendings: 100 }\nsession: { idle: 12h, absolute: 24h }',
  });
  hers = await signInFully(sluis, 'demo', 'demo', anna);
  ({ browser: admin, operator } = await operatorOf(sluis, 'admin', 'chef@gemeente.test'));
  await addTotp(sluis, hers.portal, hers.secret, 'Reserve');
  second = (await person()).factors[1]?.id ?? '';
  consoleHost = new URL(sluis.core.settings.console?.origin ?? '').host;
});
afterAll(async () => {
  await sluis?.close();
  await demo?.close();
});

async function person(): Promise<Person> {
  const found = await sluis.core.people.byName('gemeente', 'anna');
  if (found === undefined) throw new Error('no anna');
  return found;
}

/** All that none of them may change. */
async function standing(): Promise<unknown> {
  const { factors, recovery, setUps, activation, deskCode, closed } = await person();
  const sessions = (await sluis.core.sessions.ofPerson((await person()).id)).map(({ id }) => id);
  const operators = (await sluis.core.operators.list()).map(({ email, role, ended }) => [email, role, ended]);
  const changes =
    /"(?:factor\.|recovery-codes\.|set-up\.|person\.|device\.(?:trusted|removed)|desk-code\.|operator\.(?:invited|changed|ended))/;
  const told = sluis.log.filter(line => changes.test(line));
  return [
    factors.map(({ id, label }) => [id, label]),
    recovery,
    setUps,
    activation,
    deskCode,
    closed,
    sessions,
    operators,
    told,
  ];
}

const own: readonly Form[] = [
  { path: home, fields: { act: 'add' } },
  { path: home, fields: { act: 'codes' } },
  { path: `${home}/factor/SECOND`, fields: { act: 'remove' } },
  { path: `${home}/sessions`, fields: { act: 'all' } },
];
const ofConsole: readonly Form[] = ['enrol-again', 'desk-code', 'close'].map(act => ({
  path: `/people/gemeente/anna/${act}`,
  fields: { reason: 'telefoon kwijt', method: 'document' },
}));

function filled({ path, fields }: Form, tokens: Readonly<Record<string, string>>): Form {
  return { path: path.replace('SECOND', second), fields: { ...tokens, ...fields } };
}

interface Attack {
  readonly client: Client;
  readonly host: string;
  readonly forms: readonly Form[];
  readonly tokens: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Says each form in this way; what is shown leads nowhere, and nothing has changed. */
async function expectNothing(way: string, attack: Attack): Promise<void> {
  const before = await standing();
  for (const form of attack.forms) {
    const said = await sendOdd(attack.client, attack.host, filled(form, attack.tokens), way, attack.headers);
    const page = { text: said?.text ?? '', location: said?.location, status: said?.status ?? 0 } as never;
    expect([secretOn(page), releaseOn(page)], form.path).toEqual([undefined, undefined]);
    expect(said?.text ?? '').not.toMatch(/<code class="utrecht-code">|otpauth:|sluis-secret/);
    expect(said?.location ?? '').not.toMatch(/\/(?:set-up|challenge)\//);
  }
  expect(await standing()).toEqual(before);
}

const ways = Object.keys(oddWays);
const sameSite = (origin: string) => ({
  Origin: origin,
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
});
const elsewhere = { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };

// First: the operator's factor is as fresh as her acts ask, so that nothing but the form itself stops them.
describe('CWE-352: said in odd ways by a page elsewhere, in the browser of who is in', () => {
  it.each(ways)('%s: a form of "My security"', async way => {
    const tokens = { csrf: 'x'.repeat(43), attempt: 'x'.repeat(22) };
    await expectNothing(way, { client: hers.portal, host: sluis.portalHost, forms: own, tokens, headers: elsewhere });
  });

  it.each(ways)('%s: a form of the console', async way => {
    const tokens = { csrf: 'x'.repeat(43), attempt: 'x'.repeat(22) };
    await expectNothing(way, { client: admin.client, host: consoleHost, forms: ofConsole, tokens, headers: elsewhere });
  });
});

describe('R31 R38: said in odd ways, with only the password', () => {
  let thief: { portal: Client; tokens: Record<string, string> };
  let halfway: { browser: ConsoleBrowser; tokens: Record<string, string>; page: ClientAnswer };
  beforeAll(async () => {
    const browser = browserOf(sluis, 'demo');
    await passFirstGate(browser.app, 'demo', anna);
    const page = await openPortal(browser.app, browser.portal);
    // Cookies of other hosts and kinds, under the names that open something here.
    browser.portal.jar.set('__Host-sluis', hers.app.jar.get('__Host-sluis') ?? '');
    browser.portal.jar.set('__Host-sluis-console', admin.client.jar.get('__Host-sluis-console') ?? '');
    browser.portal.jar.set(deviceCookieName((await person()).id), 'x.1.y.z');
    thief = { portal: browser.portal, tokens: hiddenFields(page.text) };
    halfway = await atSecondStep();
  });

  /** At the console, with an operator's password: one browser for all ways, for none of them may take her any further. */
  async function atSecondStep() {
    const browser = new ConsoleBrowser(sluis);
    const { email, password } = operator;
    const page = await browser.submit(await browser.open('/'), '/sign-in', { email, password });
    browser.client.jar.set('__Host-sluis-realm', hers.portal.jar.get('__Host-sluis-realm') ?? '');
    return { browser, tokens: hiddenFields(page.text), page };
  }

  it.each(ways)('%s: a form of "My security"', async way => {
    const headers = sameSite(sluis.portalOrigin);
    await expectNothing(way, {
      client: thief.portal,
      host: sluis.portalHost,
      forms: own,
      tokens: thief.tokens,
      headers,
    });
  });

  it.each(ways)('%s: a form of the console, with an operator’s password', async way => {
    const { browser, tokens } = halfway;
    const headers = sameSite(`http://${consoleHost}`);
    await expectNothing(way, { client: browser.client, host: consoleHost, forms: ofConsole, tokens, headers });
  });

  it('and after all of them that browser still stands halfway: her second step takes it in', async () => {
    const { browser, page } = halfway;
    expect(titleOf(await browser.open('/people'))).not.toBe('Mensen');
    expect(titleOf(await browser.showFactor(page, operator))).toBe('Vandaag');
  });
});

describe('what these tests could not do without', () => {
  it('with her own tokens, in her own browser, each plain form does begin a change', async () => {
    for (const form of own.filter(({ fields }) => fields['act'] !== 'all')) {
      const asked = filled(form, await tokensOf(hers.portal));
      const said = await sendOdd(hers.portal, sluis.portalHost, asked, 'as it is', sameSite(sluis.portalOrigin));
      expect([form.fields, said?.location]).toEqual([form.fields, expect.stringMatching(/\/challenge\//)]);
    }
  });
});
