import { expect, it } from 'vitest';
import { DeviceBrowser, openTrust, personWith, second } from '../../test/support/trust-bench.ts';
import { realm } from '../../test/vectors/factor-bench.ts';
import { devicesList, devicesRemove, sharedLink } from './devices.ts';

async function bench() {
  const trust = await openTrust();
  const anna = await personWith(trust, 'anna', [2]);
  const deps = { ...trust.one, normalise: (typed: string) => typed.trim().toLowerCase(), by: 'beheerder' };
  const lines: string[] = [];
  return { trust, anna, deps, lines, out: (text: string) => void lines.push(text) };
}

it('R13: an operator sees what somebody trusts, and ends one or all, with what they began', async () => {
  const { trust, anna, deps, lines, out } = await bench();
  const asked = { realm, name: ' Anna ' };
  await devicesList(deps, asked, out);
  const browsers = [new DeviceBrowser(trust, anna), new DeviceBrowser(trust, anna), new DeviceBrowser(trust, anna)];
  for (const browser of browsers) await browser.trust(trust.one);
  trust.clock.time += 120 * second;
  const [one] = browsers;
  const session = await one?.enter(trust.one, await one.show(trust.one));
  await devicesList(deps, asked, out);
  const id = /^\S+/.exec(lines[1] ?? '')?.[0] ?? '';
  await devicesRemove(deps, { ...asked, device: 'nonsense' }, out);
  await devicesRemove(deps, { ...asked, device: id }, out);
  expect(await trust.one.sessions.read(session ?? '')).toBeUndefined();
  await devicesRemove(deps, { ...asked, device: undefined }, out);
  expect(lines).toEqual([
    'anna trusts no device.\n',
    `${id} Chrome, windows, level 2, since 2026-03-02T09:00:00Z, last used 2026-03-02T09:02:00Z, until 2026-04-01T09:00:00Z\n`,
    expect.stringMatching(/not used yet/),
    expect.stringMatching(/not used yet/),
    'anna trusts no such device.\n',
    'One device is not trusted any more; sessions that began there have ended.\n',
    '2 devices are not trusted any more; sessions that began there have ended.\n',
  ]);
  expect(lines.join('')).not.toContain(one?.cookie?.split('.').at(-1) ?? '-');
});

it('nobody of that name is told so', async () => {
  const { deps, out } = await bench();
  await expect(devicesList(deps, { realm, name: 'carla' }, out)).rejects.toMatchObject({ code: 'account.unknown' });
});

it('the link for a shared browser leads to the portal', () => {
  expect(sharedLink('https://sluis.gemeente.nl', 'k1.ab_c')).toBe('https://sluis.gemeente.nl/shared-device?by=k1.ab_c');
});
