import type { AuditEvent } from '../../src/audit/event.ts';
import { deviceCookiePrefix } from '../../src/device/device-cookie.ts';
import type { Core } from '../../src/main/core.ts';
import { declinedCookieName } from '../../src/portal/trust.ts';
import type { Client, ClientAnswer } from './client.ts';
import { openPortal, passFirstGate, release, releaseOn, submit, titleOf } from './person.ts';
import { until } from './redis.ts';

/** Both hosts of one browser, at whichever instance. */
export interface Hosts {
  readonly app: Client;
  readonly portal: Client;
}

interface Who {
  readonly name: string;
  readonly password: string;
}

/** Both gates with this code in the demo app, and her word that the device is hers alone: gives the cookie it holds then. */
export async function trustHere(browser: Hosts, who: Who, code: string): Promise<string> {
  const offer = await submit(browser.portal, await comeBack(browser, who), { code });
  await enterOn(browser, await submit(browser.portal, offer, { act: 'trust' }));
  return deviceCookieOf(browser);
}

/** Another day, without a session: the password, and the page of the portal that it leads to. */
export async function comeBack(browser: Hosts, who: Who): Promise<ClientAnswer> {
  forgetSessions(browser);
  await passFirstGate(browser.app, 'demo', who);
  return openPortal(browser.app, browser.portal);
}

/**
 * The same, and in by the password alone: gives the cookie that the device holds then. Throws where more is asked. Where
 * a machine that is busy with everything else says 503, she tries again, as it says.
 */
export async function enterByTrust(browser: Hosts, who: Who): Promise<string> {
  let refused: unknown;
  await until(async () => {
    refused = await comeBack(browser, who)
      .then(page => enterOn(browser, page))
      .catch((error: unknown) => error);
    return !/\b503\b/.test(String(refused));
  });
  if (refused !== undefined) throw refused;
  return deviceCookieOf(browser);
}

export function forgetSessions({ app, portal }: Hosts): void {
  app.jar.clear();
  portal.jar.delete('__Host-sluis-realm');
}

/** She is not asked whether this device is hers. */
export function declineTrust({ portal }: Pick<Hosts, 'portal'>): void {
  portal.jar.set(declinedCookieName, '1');
}

/** Opens the second gate with what the portal's last page says. Throws where that asks for more. */
export async function enterOn({ app }: Pick<Hosts, 'app'>, page: ClientAnswer): Promise<void> {
  if (releaseOn(page) === undefined) throw new Error(`more was asked: ${page.status} ${titleOf(page)}`);
  const answer = await release(app, page);
  if (answer.status !== 303 || !app.jar.has('__Host-sluis')) throw new Error(`no session: ${answer.status}`);
}

export function deviceCookieOf({ portal }: Pick<Hosts, 'portal'>): string {
  const [, value] = [...portal.jar].find(([name]) => name.startsWith(deviceCookiePrefix)) ?? [];
  if (value === undefined) throw new Error('no device is trusted here');
  return value;
}

/** What this fleet told of copies, found or only feared. The mails of it come from these events, and from nothing else. */
export async function alarmsIn({ audit }: Core): Promise<readonly AuditEvent[]> {
  const events = (await audit.tail(10_000)).map(({ event }) => event);
  return events.filter(({ type }) => type === 'device.copied' || type === 'device.doubted');
}
