import { devicesList, devicesRemove, sharedLink } from '../cli/devices.ts';
import type { DeviceCommands } from '../cli/program-devices.ts';
import { operatorMark } from '../device/shared-browser.ts';
import type { Core } from './core.ts';
import { usersDeps } from './user-commands.ts';

type Run = (config: string, work: (core: Core) => Promise<void>) => Promise<number>;

/** `sluis devices ...` on an open store. */
export function deviceCommands(run: Run, out: (text: string) => void): DeviceCommands {
  const withRealm = (core: Core, named: string | undefined) => {
    const { deps, realm } = usersDeps(core, named);
    return { realm, deps: { ...core, normalise: deps.normalise, by: core.operator } };
  };
  return {
    devicesList: ({ config, realm: named, name }) =>
      run(config, core => {
        const { deps, realm } = withRealm(core, named);
        return devicesList(deps, { realm: realm.name, name }, out);
      }),
    devicesRemove: ({ config, realm: named, name, device }) =>
      run(config, core => {
        const { deps, realm } = withRealm(core, named);
        return devicesRemove(deps, { realm: realm.name, name, device }, out);
      }),
    devicesSharedLink: ({ config, realm: named }) =>
      run(config, async core => {
        const { realm } = withRealm(core, named);
        const portal = `${realm.portalOrigin}${realm.portalPath}`;
        out(`${sharedLink(portal, operatorMark(core.ring, realm.name))}\n`);
      }),
  };
}
