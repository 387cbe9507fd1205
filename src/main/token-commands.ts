import type { TokenCommands, TokensImportOptions } from '../cli/program-tokens.ts';
import { tokensHandOut, tokensImport, tokensList, tokensTakeBack } from '../cli/tokens.ts';
import type { PskcSecret } from '../factor/hardware-token/pskc.ts';
import { readPskcKey } from '../factor/hardware-token/pskc-key.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Core } from './core.ts';
import { readText } from './read-text.ts';
import { usersDeps } from './user-commands.ts';

type Run = (config: string, work: (core: Core) => Promise<void>) => Promise<number>;

/** `sluis tokens ...` on an open store. */
export function tokenCommands(run: Run, out: (text: string) => void): TokenCommands {
  return {
    tokensImport: options =>
      run(options.config, core =>
        tokensImport(depsOf(core), { text: readText(options.file), secret: secretOf(options) }, out),
      ),
    tokensList: ({ config }) => run(config, core => tokensList(depsOf(core), out)),
    tokensHandOut: ({ config, realm: named, serial, user }) =>
      run(config, core => {
        const { deps, realm } = usersDeps(core, named);
        const { normalise } = deps;
        return tokensHandOut({ ...depsOf(core), normalise }, { realm: realm.name, serial, user }, out);
      }),
    tokensTakeBack: ({ config, serial, retire }) =>
      run(config, core =>
        tokensTakeBack(
          { ...depsOf(core), endSessionsOf: person => core.ends.ofPerson(person, 'factor-replaced') },
          { serial, retire },
          out,
        ),
      ),
  };
}

function depsOf(core: Core) {
  return { ...core, by: core.operator };
}

function secretOf({ keyFile, passwordFile }: TokensImportOptions): PskcSecret {
  if (keyFile !== undefined && passwordFile !== undefined)
    throw new SluisError('cli.usage', 'give a key or a password, not both', { remedy: 'sluis tokens import --help' });
  if (passwordFile !== undefined) return { password: readText(passwordFile).replace(/\r?\n$/, '') };
  if (keyFile === undefined) return undefined;
  const key = readPskcKey(readText(keyFile));
  if (key !== undefined) return { key };
  throw new SluisError('cli.usage', `${keyFile} holds no key`, {
    remedy: 'A key is 16, 24 or 32 bytes, in hex or base64.',
  });
}
