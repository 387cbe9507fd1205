import type { TrustSettings } from '../config/settings.ts';
import type { Factor, Person } from '../factor/person.ts';
import { levelOf } from '../factor/registry.ts';
import { isForbidden } from './agent.ts';
import { type Agent, longestTrust, type TrustedDevice } from './trusted-device.ts';

const day = 86_400_000;

/**
 * Kinds that give trust: those that somebody has at hand. Not a code from the desk, which is for one day, nor codes by
 * mail and SMS; and none that this list does not know (rule 2).
 */
const worthy: readonly string[] = ['totp', 'hardware-token', 'webauthn', 'approval'];

export function mayGiveTrust(factor: Factor): boolean {
  return worthy.includes(factor.kind) && levelOf(factor) >= 2;
}

/** What trust that comes from this factor stands in for (R12). */
export function trustLevel(factor: Factor, settings: TrustSettings): number {
  return Math.min(levelOf(factor), settings.level, 3);
}

/** When it ends: as was told then, or sooner where the operator allows less by now. */
export function untilNow(device: TrustedDevice, settings: TrustSettings | undefined): number {
  return Math.min(device.until, device.createdAt + Math.min((settings?.days ?? 0) * day, longestTrust));
}

/** Whether it is worth something now: not over, its time not run out, its factor still hers, trust not switched off. */
export function isLiving(
  device: TrustedDevice,
  person: Person,
  settings: TrustSettings | undefined,
  now: number,
): boolean {
  if (settings === undefined || device.ended !== undefined || now >= untilNow(device, settings)) return false;
  return person.factors.some(factor => factor.id === device.factor && mayGiveTrust(factor));
}

/** What it stands in for now: never more than its factor gives, or than the operator allows, by now. */
export function levelNow(device: TrustedDevice, person: Person, settings: TrustSettings | undefined): number {
  const factor = person.factors.find(({ id }) => id === device.factor);
  return settings === undefined || factor === undefined ? 0 : Math.min(device.level, trustLevel(factor, settings));
}

/** Another platform than it was made on is another device, or a browser that pretends: a code is asked there. */
export function isHere(device: TrustedDevice, agent: Agent, settings: TrustSettings | undefined): boolean {
  return settings !== undefined && !isForbidden(settings, agent) && device.agent.platform === agent.platform;
}
