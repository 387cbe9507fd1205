import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { FirstFactorSecrets } from './first-factors.ts';
import type { Logger } from './logger.ts';

/** What is read from outside and handed in: the clock, randomness, the log, and the operator's keys from the environment. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly keys: string | undefined;
  /** SLUIS_REDIS_PASSWORD. */
  readonly redisPassword?: string | undefined;
  /** SLUIS_MAIL_PASSWORD. */
  readonly mailPassword?: string | undefined;
  /** SLUIS_SMS_SECRET. */
  readonly smsSecret?: string | undefined;
  /** SLUIS_LDAP_PASSWORD and SLUIS_OIDC_SECRET: of the first factor of operators. */
  readonly firstFactorSecrets?: FirstFactorSecrets | undefined;
  /** Who runs this, for the audit. */
  readonly operator?: string;
  /** Somebody else has opened this store just now and said what is wrong with it: the supervisor, for all its workers. */
  readonly told?: boolean;
}
