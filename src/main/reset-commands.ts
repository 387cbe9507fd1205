import { type AccountsDeps, usersClose, usersLiftReport, usersOpen, usersRename } from '../cli/accounts.ts';
import type { AccountCommands } from '../cli/program-accounts.ts';
import type { ResetCommands } from '../cli/program-reset.ts';
import { resetList, resetShow, resetToken } from '../cli/reset.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Core } from './core.ts';
import { usersDeps } from './user-commands.ts';

type Run = (config: string, work: (core: Core) => Promise<void>) => Promise<number>;

/** `sluis reset ...`, and the commands about people who come, go and change their names, on an open store. */
export function resetCommands(run: Run, out: (text: string) => void): ResetCommands & AccountCommands {
  const about = (core: Core, named: string | undefined) => {
    const { deps, realm } = usersDeps(core, named);
    const accounts: AccountsDeps = { ...core, ...deps };
    return { accounts, realm: realm.name };
  };
  return {
    resetList: ({ config, realm: named, all }) =>
      run(config, core => {
        const { records } = core.resetDesk;
        const target = core.settings.reset?.target ?? 2;
        return resetList({ records, clock: core.clock, target }, { realm: about(core, named).realm, all }, out);
      }),
    resetShow: ({ config, realm: named, number }) =>
      run(config, core => resetShow(core.resetDesk, { realm: about(core, named).realm, number }, out)),
    resetToken: async () => {
      resetToken(systemRandom, out);
      return 0;
    },
    usersRename: ({ config, realm: named, name, to, reason }) =>
      run(config, core => {
        const { accounts, realm } = about(core, named);
        return usersRename(accounts, { realm, name, to, reason }, out);
      }),
    usersClose: ({ config, realm: named, name, freeName, reason }) =>
      run(config, core => {
        const { accounts, realm } = about(core, named);
        return usersClose(accounts, { realm, name, freeName, reason }, out);
      }),
    usersOpen: ({ config, realm: named, name, reason }) =>
      run(config, core => {
        const { accounts, realm } = about(core, named);
        return usersOpen(accounts, { realm, name, reason }, out);
      }),
    usersLiftReport: ({ config, realm: named, name, reason }) =>
      run(config, core => {
        const { accounts, realm } = about(core, named);
        return usersLiftReport(accounts, { realm, name, reason }, out);
      }),
  };
}
