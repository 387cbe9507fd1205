import type { Hono } from 'hono';
import { deviceCookieName } from '../device/device-cookie.ts';
import type { TrustedDevice } from '../device/trusted-device.ts';
import { myDevicePage, myDevicesPage } from '../ui/pages-my-devices.tsx';
import type { PortalDeps, PortalEnv } from './deps.ts';
import type { PostedForm } from './form-guard.ts';
import { type Here, home, type OwnParts, posted, shown, tokensOf } from './my-security.ts';
import { devicesPlace as place } from './trust.ts';
import { shownDevice } from './trust-offer.ts';
import type { PortalContext, View } from './view.ts';

/**
 * Her trusted devices (R13): a part of "My security", for who has a living session in this browser. Removing one closes
 * a door, and a name opens none, so neither asks for a factor; an id of somebody else's is as one that nobody has.
 */
export function mountMyDevices(app: Hono<PortalEnv>, deps: PortalDeps, view: View): void {
  const { own } = deps;
  if (own === undefined) return;
  const parts = { deps, view, own };
  app.get(place, c => shown(c, parts, here => list(c, parts, here)));
  app.post(place, c => posted(c, parts, here => removeAll(c, parts, here)));
  app.get(`${place}/:device`, c => shown(c, parts, here => one(c, parts, here)));
  app.post(`${place}/:device`, c => posted(c, parts, (here, form) => change(c, parts, here, form)));
}

async function list(c: PortalContext, parts: OwnParts, here: Here): Promise<Response> {
  const { deps, view } = parts;
  const { person } = here.owner;
  const [devices, held] = await Promise.all([
    deps.devices.list(person),
    deps.devices.holder(person, view.cookie(c, deviceCookieName(person.id))),
  ]);
  const html = myDevicesPage(view.page(c), {
    devices: devices.map(device => ({
      ...shownDevice(device, deps.devices.until(device)),
      href: view.at(`${place}/${device.id}`),
      here: device.id === held?.id,
    })),
    timeZone: deps.realm.timeZone,
    action: view.at(place),
    tokens: tokensOf(parts, here),
    shared: view.at('/shared-device'),
    back: view.at(home),
  });
  return view.html(c, html);
}

async function one(c: PortalContext, parts: OwnParts, here: Here): Promise<Response> {
  const { deps, view } = parts;
  const device = await deviceOf(c, parts, here);
  if (device === undefined) return view.go(c, place);
  const html = myDevicePage(view.page(c), {
    device: shownDevice(device, deps.devices.until(device)),
    timeZone: deps.realm.timeZone,
    action: view.at(`${place}/${device.id}`),
    tokens: tokensOf(parts, here),
    back: view.at(place),
  });
  return view.html(c, html);
}

async function change(
  c: PortalContext,
  { deps, view }: OwnParts,
  { owner }: Here,
  form: PostedForm,
): Promise<Response> {
  const id = c.req.param('device') ?? '';
  const act = form.field('act');
  if (act === 'remove') await deps.devices.remove(owner.person, id, 'by-owner', c.env.source);
  else if (act === 'rename') await deps.devices.rename(owner.person, id, form.field('label'));
  return view.go(c, place);
}

async function removeAll(c: PortalContext, { deps, view }: OwnParts, { owner }: Here): Promise<Response> {
  await deps.devices.removeAll(owner.person, 'by-owner', c.env.source);
  return view.go(c, place);
}

async function deviceOf(c: PortalContext, { deps }: OwnParts, { owner }: Here): Promise<TrustedDevice | undefined> {
  return (await deps.devices.list(owner.person)).find(({ id }) => id === c.req.param('device'));
}
