import type { FormTokens } from './form.tsx';
import type { Page } from './layout.tsx';
import { myDevicePage, myDevicesPage } from './pages-my-devices.tsx';
import type { AppLink } from './pages-start.tsx';
import { fullPage, offerPage, type ShownDevice, sharedDevicePage } from './pages-trust.tsx';

interface Given {
  readonly hostile: string;
  readonly tokens: FormTokens;
  readonly apps: readonly AppLink[];
}

/** One example of every page about trusted and shared devices. */
export function trustSamples(page: Page, { hostile, tokens, apps }: Given): [string, string][] {
  const offer = { action: '/trust/1', tokens, shared: '/shared-device' };
  const full = { action: '/trust/1/full', tokens, timeZone: 'Europe/Amsterdam', devices: sampleDevices(hostile) };
  const own = { tokens, timeZone: full.timeZone, action: '/my-security/devices', back: '/my-security' };
  const shownDevices = full.devices.map((device, index) => ({
    ...device,
    href: '/my-security/devices/a',
    here: index === 0,
  }));
  const devices = { ...own, devices: shownDevices, shared: '/shared-device' };
  const [device] = full.devices.slice(3, 4).map(one => ({ ...own, device: one }));
  const shared = { action: '/shared-device', tokens, apps, refused: false };
  return [
    ['trust', offerPage(page, { ...offer, days: 30 })],
    ['trust-one-day', offerPage(page, { ...offer, days: 1 })],
    ['trust-full', fullPage(page, { ...full, missing: false })],
    ['trust-full-missing', fullPage(page, { ...full, missing: true })],
    ['my-devices', myDevicesPage(page, devices)],
    ['my-devices-none', myDevicesPage(page, { ...devices, devices: [] })],
    ...(device === undefined ? [] : [['my-device', myDevicePage(page, device)] as [string, string]]),
    ['shared-device', sharedDevicePage(page, { ...shared, marked: undefined })],
    ['shared-device-marked', sharedDevicePage(page, { ...shared, marked: 'person' })],
    ['shared-device-refused', sharedDevicePage(page, { ...shared, marked: 'person', refused: true })],
    ['shared-device-operator', sharedDevicePage(page, { ...shared, marked: 'operator' })],
  ];
}

function sampleDevices(hostile: string): readonly ShownDevice[] {
  const at = Date.UTC(2026, 2, 2, 9, 30);
  const times = { createdAt: at, lastUsedAt: at + 86_400_000, until: at + 30 * 86_400_000 };
  return [
    { id: 'a', label: 'Laptop van het werk', browser: 'Edge', platform: 'windows', ...times },
    { id: 'b', label: '', browser: 'Safari', platform: 'ios', ...times },
    { id: 'c', label: '', browser: undefined, platform: undefined, ...times, lastUsedAt: undefined },
    { id: 'd', label: `Telefoon ${hostile}`, browser: 'Chrome', platform: 'android', ...times },
    { id: 'e', label: 'x'.repeat(60), browser: 'Firefox', platform: 'linux', ...times },
  ];
}
