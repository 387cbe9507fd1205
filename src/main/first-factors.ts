import { type DirectoryTrouble, LdapDirectory } from '../carrier/ldap-directory.ts';
import { OidcProvider, type ProviderTrouble } from '../carrier/oidc-provider.ts';
import type { Finding } from '../cli/doctor.ts';
import type { FirstFactorSettings, LdapSettings, OidcSettings } from '../config/first-factor-settings.ts';
import type { FirstFactor } from '../operator/first-factor.ts';
import type { Core } from './core.ts';
import { fileText, secretIn } from './file-text.ts';

/** As the environment has them; a file that the configuration names wins. */
export interface FirstFactorSecrets {
  readonly ldap?: string | undefined;
  readonly oidc?: string | undefined;
}

/** Where first factors of operators are kept. What must be given back is put into `release`. */
export function firstFactorOf(
  { logger, clock, firstFactorSecrets }: Pick<Core, 'logger' | 'clock' | 'firstFactorSecrets'>,
  settings: FirstFactorSettings | undefined,
  release: (() => void)[],
): FirstFactor {
  if (settings === undefined) return { kind: 'local' };
  if (settings.kind === 'oidc') {
    const tellAll = ({ at, said }: ProviderTrouble) =>
      logger.error({ at, said }, 'the provider of operators did not answer as it should');
    const provider = oidcProvider(settings, firstFactorSecrets.oidc, { clock, tell: tellAll });
    release.push(() => void provider.close().catch(() => undefined));
    return { kind: 'oidc', provider, title: settings.title };
  }
  const tell = ({ at, said }: DirectoryTrouble) =>
    logger.error({ at, said }, 'the directory of operators did not answer as it should');
  return { kind: 'ldap', directory: ldapDirectory(settings, firstFactorSecrets.ldap, tell) };
}

export function oidcProvider(
  settings: OidcSettings,
  fromEnv: string | undefined,
  beside: { readonly clock: { now(): number }; tell(trouble: ProviderTrouble): void },
): OidcProvider {
  const { ca, clientSecretFile, ...rest } = settings;
  return new OidcProvider({
    ...beside,
    server: () => ({
      ...rest,
      clientSecret: (clientSecretFile === undefined ? fromEnv : secretIn(clientSecretFile)) ?? '',
      ca: ca === undefined ? undefined : fileText(ca),
    }),
  });
}

export function ldapDirectory(
  settings: LdapSettings,
  fromEnv: string | undefined,
  tell: (trouble: DirectoryTrouble) => void,
): LdapDirectory {
  const { user, passwordFile, ca, ...rest } = settings;
  return new LdapDirectory({
    tell,
    server: () => ({
      ...rest,
      bindDn: user,
      bindPassword: (passwordFile === undefined ? fromEnv : secretIn(passwordFile)) ?? '',
      ca: ca === undefined ? undefined : fileText(ca),
    }),
  });
}

/** For `sluis doctor`: whether operators would get past their first factor now. */
export async function firstFactorFindings({
  settings,
  clock,
  firstFactorSecrets,
}: Pick<Core, 'settings' | 'clock' | 'firstFactorSecrets'>): Promise<readonly Finding[]> {
  const factor = settings.console?.firstFactor;
  if (factor === undefined) return [];
  if (factor.kind === 'oidc') {
    const provider = oidcProvider(factor, firstFactorSecrets.oidc, { clock, tell: () => undefined });
    const found = await provider.probe();
    const what = `the provider of operators (${factor.issuer})`;
    if (found === undefined) return [{ weight: 'good', what: `${what} answers` }];
    const remedy = 'Check console.firstFactor.oidc: issuer (to the letter), ca, and the client secret.';
    return [{ weight: 'bad', what: `${what} fails: ${found.said}`, remedy }];
  }
  const { host, port } = factor;
  const trouble = await ldapDirectory(factor, firstFactorSecrets.ldap, () => undefined).probe();
  if (trouble === undefined)
    return [{ weight: 'good', what: `the directory of operators (${host}:${port}) answers and can be searched` }];
  const { at, said } = trouble;
  return [
    {
      weight: 'bad',
      what: `the directory of operators (${host}:${port}) fails at ${at}: ${said}`,
      remedy: remedies[at],
    },
  ];
}

const remedies = {
  connect: 'Check console.firstFactor.ldap: url, ca and serverName; and that a firewall lets Sluis there.',
  'sign-in': 'Check console.firstFactor.ldap.user and its password (passwordFile or SLUIS_LDAP_PASSWORD).',
  search: 'Check base and filter, and that this account may read there.',
  several: 'Give each person a mail address of her own.',
  password: 'Look in the log of the directory.',
} as const;
