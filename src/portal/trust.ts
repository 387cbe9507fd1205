import { agentOf, isForbidden } from '../device/agent.ts';
import { deviceCookieName } from '../device/device-cookie.ts';
import { mayGiveTrust } from '../device/living.ts';
import { sharedCookieName } from '../device/shared-browser.ts';
import type { Agent } from '../device/trusted-device.ts';
import type { OwnPart } from '../ui/pages-my-security.tsx';
import type { PortalDeps } from './deps.ts';
import type { SignIn } from './sign-in.ts';
import type { Steps } from './steps.ts';
import type { PortalContext, View } from './view.ts';

export interface TrustParts {
  readonly deps: PortalDeps;
  readonly view: View;
  readonly steps: Steps;
}

/** She said no: not asked again in this browser for a while. Says nothing else. */
export const declinedCookieName = '__Host-sluis-no-trust';

/** Who passed longer ago does not trust a device by it. */
const freshPass = 15 * 60_000;

export function agentIn(c: PortalContext): Agent {
  return agentOf(c.req.header('user-agent'));
}

/**
 * Lets a sign-in pass in a browser that this very person trusts: the password was proved, and no factor is asked. True
 * where it passed.
 *
 * Who has only the password has not this cookie. Who sends her his own handoff lets it pass in her browser, where the
 * code appears that opens it, and starts it anew by taking it back.
 */
export async function passByTrust(
  c: PortalContext,
  { deps, view, steps }: TrustParts,
  signIn: SignIn,
): Promise<boolean> {
  const { pending, person, portalCookie, browser } = signIn;
  if (person === undefined || pending.passed !== undefined || pending.purpose !== 'sign-in') return false;
  const name = deviceCookieName(person.id);
  const cookie = view.cookie(c, name);
  if (cookie === undefined) return false;
  const { source } = c.env;
  if (isShared(c, view)) {
    await deps.devices.endIn([cookie], source);
    view.dropCookie(c, name);
    return false;
  }
  const { app, demands } = pending;
  const [outcome] = await Promise.all([
    deps.devices.show({ person, cookie, agent: agentIn(c), demands, app, source }),
    deps.pendings.announce(pending, browser),
  ]);
  if (outcome.outcome === 'asked') {
    if (outcome.drop) view.dropCookie(c, name);
    return false;
  }
  const { device, level } = outcome;
  const { factor, factorAt: at, id: trust } = device;
  const passed = await deps.pendings.pass(pending, portalCookie, {
    ...{ level, factor, at, browser, trust },
    announced: true,
  });
  view.setCookie(c, name, outcome.cookie.value, outcome.cookie.maxAge);
  if (passed === undefined) return false;
  await steps.know(c, signIn);
  return true;
}

/** The cookie of a device that was just made, used or confirmed: also where the answer that brought it was lost. */
export async function renewDeviceCookie(
  c: PortalContext,
  { deps, view }: TrustParts,
  { pending, person }: SignIn,
): Promise<void> {
  const { passed } = pending;
  if (person === undefined || passed === undefined || deps.devices.settings === undefined || isShared(c, view)) return;
  const name = deviceCookieName(person.id);
  const cookie = view.cookie(c, name);
  // Of hers, not the desk's code for a day: that speaks for no device.
  const isHers = person.factors.some(({ id }) => id === passed.factor);
  const byFactor = passed.by === undefined && passed.trust === undefined && isHers;
  const confirmed =
    byFactor && cookie !== undefined ? await deps.devices.confirm(person, cookie, passed.at) : undefined;
  const issued = confirmed ?? (await deps.devices.again(person, pending.id, cookie));
  if (issued !== undefined) view.setCookie(c, name, issued.value, issued.maxAge);
}

/** Several people use this browser, as somebody said in it. */
export function isShared(c: PortalContext, view: View): boolean {
  return view.cookiesLike(c, sharedCookieName).length > 0;
}

/**
 * Whether to ask if this device is hers alone (R10, R11): after a real factor, passed just now and for this very
 * sign-in. Not after a set-up or a recovery code, nor where another session or a trusted device spoke for her: trust
 * gives no trust.
 */
export async function isTrustOffered(c: PortalContext, { deps, view }: TrustParts, signIn: SignIn): Promise<boolean> {
  if (!mayTrustHere(c, deps, signIn) || signIn.pending.trustAnswered === true) return false;
  if (isShared(c, view) || view.cookie(c, declinedCookieName) !== undefined) return false;
  const { person } = signIn;
  if (person === undefined) return false;
  const cookie = view.cookie(c, deviceCookieName(person.id));
  return cookie === undefined || (await deps.devices.holder(person, cookie)) === undefined;
}

/** What of it is no courtesy: asked again when she answers, and by the devices themselves. */
export function mayTrustHere(c: PortalContext, deps: PortalDeps, { pending, person }: SignIn): boolean {
  const { settings } = deps.devices;
  const { passed, purpose, setUp } = pending;
  if (settings === undefined || passed === undefined || purpose !== 'sign-in' || setUp !== undefined) return false;
  if (passed.by !== undefined || passed.trust !== undefined) return false;
  if (settings.platformAuthenticator && passed.onDevice !== true) return false;
  const age = deps.clock.now() - passed.at;
  if (age < 0 || age > freshPass || isForbidden(settings, agentIn(c))) return false;
  return person?.factors.some(factor => factor.id === passed.factor && mayGiveTrust(factor)) === true;
}

/** Where "My security" has her devices. */
export const devicesPlace = '/my-security/devices';

/** The line of that in the overview; none where nobody can trust a device. */
export function devicesPart(c: PortalContext, { deps, view }: Omit<TrustParts, 'steps'>): readonly OwnPart[] {
  if (deps.devices.settings === undefined) return [];
  const { t } = view.page(c);
  return [{ title: t('devices.title'), about: t('devices.lead'), href: view.at(devicesPlace) }];
}
