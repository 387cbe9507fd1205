import type { TrustedDevice } from '../device/trusted-device.ts';
import type { TrustedDevices } from '../device/trusted-devices.ts';
import type { Normalise } from '../enrolment/invitation-list.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Out } from './users.ts';

export interface DevicesDeps {
  readonly people: People;
  readonly devices: TrustedDevices;
  readonly normalise: Normalise;
  /** Who runs the command, for the audit. */
  readonly by: string;
}

interface Asked {
  readonly realm: string;
  readonly name: string;
}

/** One line a device that somebody trusts: its id, what it is, since and until when. Throws 'account.unknown'. */
export async function devicesList(deps: DevicesDeps, asked: Asked, out: Out): Promise<void> {
  const person = await known(deps, asked);
  const devices = await deps.devices.list(person);
  for (const device of devices) out(`${device.id} ${summary(device, deps.devices.until(device))}\n`);
  if (devices.length === 0) out(`${person.name} trusts no device.\n`);
}

/** Ends the trust of one device, or of all, with the sessions that it began. Throws 'account.unknown'. */
export async function devicesRemove(
  deps: DevicesDeps,
  asked: Asked & { readonly device: string | undefined },
  out: Out,
): Promise<void> {
  const person = await known(deps, asked);
  const { devices, by } = deps;
  const count =
    asked.device === undefined
      ? await devices.removeAll(person, 'by-operator', by)
      : Number(await devices.remove(person, asked.device, 'by-operator', by));
  if (count === 0) out(`${person.name} trusts no such device.\n`);
  else
    out(
      `${count === 1 ? 'One device is' : `${count} devices are`} not trusted any more; sessions that began there have ended.\n`,
    );
}

/** The address that marks the browser in which it is opened as shared. */
export function sharedLink(portal: string, mark: string): string {
  return `${portal}/shared-device?by=${encodeURIComponent(mark)}`;
}

async function known({ people, normalise }: DevicesDeps, { realm, name }: Asked): Promise<Person> {
  const normal = normalise(name);
  const person = normal === undefined ? undefined : await people.byName(realm, normal);
  if (person !== undefined) return person;
  throw new SluisError('account.unknown', `${JSON.stringify(name.slice(0, 80))} is not known in realm ${realm}`, {
    remedy: 'See who is: sluis users list',
  });
}

function summary({ label, agent, createdAt, lastUsedAt, level }: TrustedDevice, until: number): string {
  const name = label === '' ? [] : [`"${label}"`];
  const words = [agent.browser ?? 'unknown browser', agent.platform ?? 'unknown platform'];
  const used = lastUsedAt === undefined ? 'not used yet' : `last used ${iso(lastUsedAt)}`;
  return [...name, ...words, `level ${level}`, `since ${iso(createdAt)}`, used, `until ${iso(until)}`].join(', ');
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
