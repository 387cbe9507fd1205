import type { PhoneCalls } from '../../src/factor/approval/push.ts';
import { minute, realm } from '../vectors/factor-bench.ts';
import {
  type Answer,
  type Browser,
  openPortal,
  type PortalBench,
  type PortalChange,
  portalOrigin,
} from './portal-bench.ts';
import { type Post, SoftPhone, type Told } from './soft-phone.ts';

export interface ApprovalBench extends PortalBench {
  /** Whom the portal would have woken. */
  readonly woken: string[];
}

/** A portal that offers approval, and where nobody is woken but on a list. */
export async function openApproval(change: PortalChange = {}, hosts: readonly string[] = []): Promise<ApprovalBench> {
  const woken: string[] = [];
  const approval: PhoneCalls = { hosts, wake: ({ factors }) => void woken.push(...factors.map(({ label }) => label)) };
  const bench = await openPortal({ ...change, deps: { approval, ...change.deps } });
  return { ...bench, woken };
}

/** What a phone's script posts, from a browser without any cookie. */
export function postTo(bench: PortalBench, headers: Record<string, string> = {}): Post {
  return async (place, body) => {
    const answer = await bench.browser().send(`/approve/${place}`, {
      method: 'POST',
      headers: { origin: portalOrigin, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return JSON.parse(answer.html) as Told;
  };
}

export function newPhone(bench: PortalBench): SoftPhone {
  return new SoftPhone(postTo(bench), () => bench.clock.time);
}

/** The password was right, in a browser of its own or this one. */
export async function arrive(bench: PortalBench, name: string, browser = bench.browser()) {
  const { pending } = await bench.signIn(name);
  const page = await browser.open(`/p/${await bench.pendings.handoff(pending)}`, { headers: userAgent });
  return { browser, page, id: pending.id };
}

const userAgent = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0' };

/** At the page that shows the link, with an activation code. */
export async function atSetUp(bench: PortalBench, name: string, replaces = false) {
  const invitation = { by: 'desk', replaces, reason: 'lost', validity: 60 * minute };
  const { code } = await bench.activation.invite(realm, name, invitation);
  const arrived = await arrive(bench, name);
  const kinds = await arrived.browser.submit(arrived.page, { code });
  return { ...arrived, page: await arrived.browser.submit(kinds, { kind: 'approval' }) };
}

/** The code of the link, as the page shows it. */
export function linkOn({ html }: Answer): string {
  return /sluis-secret">([0-9A-Z-]{19})</.exec(html)?.[1] ?? '';
}

/** The number that the page shows. */
export function numberOn({ html }: Answer): string {
  return /aria-describedby="number-what">([0-9]{2})</.exec(html)?.[1] ?? '';
}

/** Any other number. */
export function otherThan(number: string): string {
  return number === '99' ? '98' : String(Number(number) + 1);
}

export const declared = { personal: 'yes', label: 'Mijn telefoon' };

/** Somebody with a phone, set up as people do. */
export async function withPhone(bench: PortalBench, name: string, phone = newPhone(bench)) {
  const { browser, page } = await atSetUp(bench, name);
  const { code = '' } = await phone.join(linkOn(page));
  // Not to the page behind it: recovery codes take long to make.
  const done = await browser.post(page, { ...declared, code });
  if (!done.location?.startsWith('/recovery-codes/')) throw new Error(`the phone was not set up: ${done.status}`);
  return { phone, browser: browser as Browser };
}

/** What the script of the page that waits is told. */
export async function stateOf({ browser, id }: { browser: Browser; id: string }): Promise<Told> {
  return JSON.parse((await browser.send(`/challenge/${id}/approval/state`)).html) as Told;
}
