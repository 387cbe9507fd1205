import type { Terminal } from '../cli/program.ts';
import type { Settings } from '../config/settings.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import { type Core, openCore } from './core.ts';
import type { FirstFactorSecrets } from './first-factors.ts';
import type { Logger } from './logger.ts';
import type { Surroundings } from './surroundings.ts';

/** What the program is given by the machine it runs on. */
export interface Machine {
  readonly terminal: Terminal;
  /** SLUIS_KEYS. */
  readonly keys: string | undefined;
  /** SLUIS_REDIS_PASSWORD. */
  readonly redisPassword?: string | undefined;
  /** SLUIS_MAIL_PASSWORD. */
  readonly mailPassword?: string | undefined;
  /** SLUIS_SMS_SECRET. */
  readonly smsSecret?: string | undefined;
  /** SLUIS_LDAP_PASSWORD and SLUIS_OIDC_SECRET. */
  readonly firstFactorSecrets?: FirstFactorSecrets | undefined;
  /** Who runs the command, for the audit: the person behind sudo, where there is one. */
  readonly operator: string;
  /** Whether it may start more processes of this program. */
  readonly forks?: boolean;
  /** Resolves when the process is asked to stop. */
  stopped(): Promise<void>;
  /** After that: resolves when it is asked once more, and should end at once. */
  hurried(): Promise<void>;
  /** Calls back whenever the process is asked to read its configuration again, until the function that it returns is called. */
  onReload(listener: () => void): () => void;
}

/** The domain with the clock and randomness of this machine. Rejects like `openCore`. */
export function openOn(
  machine: Machine,
  settings: Settings,
  logger: Logger,
  more: Pick<Surroundings, 'told'> = {},
): Promise<Core> {
  const { keys, redisPassword, mailPassword, smsSecret, firstFactorSecrets, operator } = machine;
  const secrets = { keys, redisPassword, mailPassword, smsSecret, firstFactorSecrets };
  return openCore(settings, { clock: systemClock, random: systemRandom, logger, ...secrets, operator, ...more });
}
