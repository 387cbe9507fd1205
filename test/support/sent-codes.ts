import { type SmsTrouble, smsGateway } from '../../src/carrier/sms-gateway.ts';
import type { SmsSettings } from '../../src/config/settings.ts';
import type { SmsWay } from '../../src/factor/sent-code/sending.ts';
import { minute, realm } from '../vectors/factor-bench.ts';
import {
  type Answer,
  type Bound,
  type Browser,
  openPortal,
  type PortalBench,
  type PortalChange,
} from './portal-bench.ts';
import { startGateway, type TestGateway } from './sms-gateway.ts';

export interface SmsBench extends PortalBench {
  readonly gateway: TestGateway;
  readonly trouble: readonly SmsTrouble[];
}

export function smsSettings(url: string, change: Partial<SmsSettings> = {}): SmsSettings {
  return {
    url,
    method: 'POST',
    headers: {},
    secretFile: undefined,
    body: { kind: 'json', template: { to: '{to}', from: '{sender}', text: '{text}' } },
    sender: 'Gemeente',
    accepted: { status: [201], json: {} },
    timeout: 5_000,
    prefixes: ['+31'],
    perHour: 500,
    ...change,
  };
}

/** A portal that sends codes through a real HTTP server; `close` both. */
export async function openSmsPortal(
  change: PortalChange & { readonly sms?: Partial<SmsSettings>; readonly at?: TestGateway } = {},
): Promise<SmsBench & { close(): Promise<void> }> {
  const gateway = change.at ?? (await startGateway());
  const settings = smsSettings(gateway.url, change.sms);
  const trouble: SmsTrouble[] = [];
  const carrier = smsGateway({ settings, secret: '', tell: one => void trouble.push(one) });
  const sms: SmsWay = { carrier, perHour: settings.perHour, prefixes: settings.prefixes };
  const bench = await openPortal({ ...change, sending: { ...change.sending, sms } });
  return {
    ...bench,
    gateway,
    trouble,
    close: async () => {
      await carrier.close();
      if (change.at === undefined) await gateway.close();
    },
  };
}

export interface Arrived {
  readonly browser: Browser;
  readonly page: Answer;
  readonly id: string;
  readonly cookie: string;
}

/** The password was right, in a browser of its own or in this one; going where level 1 is enough. */
export async function arrive(
  bench: PortalBench,
  name: string,
  given: Bound & { readonly browser?: Browser } = {},
): Promise<Arrived> {
  const browser = given.browser ?? bench.browser();
  const { pending, cookie } = await bench.signIn(name, { level: 1, ...given });
  const page = await browser.open(`/p/${await bench.pendings.handoff(pending)}`);
  return { browser, page, id: pending.id, cookie };
}

/** Comes with an activation code and chooses the kind. */
export async function beginSetUp(
  bench: PortalBench,
  name: string,
  kind: 'sms' | 'email',
  bound: Bound = {},
): Promise<Arrived> {
  const { code } = await bench.activation.invite(realm, name, { by: 'desk', replaces: false, validity: 60 * minute });
  const arrived = await arrive(bench, name, bound);
  const kinds = await arrived.browser.submit(arrived.page, { code });
  return { ...arrived, page: await arrived.browser.submit(kinds, { kind }) };
}

/** Sets a number up as its owner would; the clock stands an hour later, so that no cap of the set-up counts any more. */
export async function withNumber(bench: SmsBench, name: string, number: string): Promise<Browser> {
  const { browser, page } = await beginSetUp(bench, name, 'sms');
  const asked = await browser.submit(page, { address: number, personal: 'yes' });
  // Not on to the next page: making recovery codes takes its time.
  const done = await browser.post(asked, { code: bench.gateway.lastCode() });
  if (done.location?.startsWith('/recovery-codes/') !== true)
    throw new Error(`${number} was not set up: ${done.status}`);
  bench.clock.time += 61 * minute;
  return browser;
}

export function wrong(code: string): string {
  return code === '000000' ? '111111' : '000000';
}
