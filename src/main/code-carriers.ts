import { readFileSync } from 'node:fs';
import { smsGateway } from '../carrier/sms-gateway.ts';
import type { SmsDeps, SmsResult } from '../cli/sms.ts';
import type { Settings, SmsSettings } from '../config/settings.ts';
import { type CodeCarrier, SentCodes, type SmsWay } from '../factor/sent-code/sending.ts';
import type { AppLog } from '../gateway/log.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Mailer, MailStep } from '../notice/mailer.ts';
import type { Core } from './core.ts';

/**
 * Codes that are sent, as these settings have them. Throws 'config.unreadable' where the gateway's key is asked for and
 * not given, or the error of the file system. `release` gets what gives its connections back.
 */
export function sentCodesOf(core: Core, settings: Settings, log: AppLog, release: (() => void)[]): SentCodes {
  const { sms, email } = settings.factors;
  return new SentCodes(core, {
    sms: sms && smsWay(core, sms, log, release),
    email: email && { ...email, carrier: mailCarrier(core.mailer, log) },
  });
}

/** Somebody waits for it: what a server does not take in this time she hears of, and may ask for again. */
const mailTime = 15_000;

/** Steps at which a mail may have been taken, though the answer was lost. */
const open: readonly MailStep[] = ['message', 'time'];

/** At once, and not by way of what is kept for later: a code is of no use to anybody tomorrow. */
export function mailCarrier(mailer: Mailer, log: AppLog): CodeCarrier {
  return {
    carry: async ({ to, subject, text, language, sender }) => {
      const result = await mailer.send({ to, subject, text, language, sender }, { within: mailTime });
      if (result.outcome === 'taken') return 'taken';
      const carried = result.outcome === 'later' && open.includes(result.trouble.at) ? 'unknown' : 'refused';
      log.error(
        { ...result.trouble, sent: carried === 'refused' ? 'no' : 'unknown' },
        'the mail server did not take a mail: people cannot get their code',
      );
      return carried;
    },
  };
}

function smsWay(core: Core, settings: SmsSettings, log: AppLog, release: (() => void)[]): SmsWay {
  const gateway = smsGateway({
    settings,
    secret: secretOf(settings, core.smsSecret),
    tell: ({ carried, ...trouble }) =>
      log.error(
        { gateway: new URL(settings.url).host, sent: carried === 'refused' ? 'no' : 'unknown', ...trouble },
        'the gateway did not take a text message: people cannot get their code',
      ),
  });
  release.push(() => void gateway.close());
  return { carrier: gateway, perHour: settings.perHour, prefixes: settings.prefixes };
}

/** For the commands about text messages; undefined where there is no gateway. */
export function smsDeps(settings: SmsSettings | undefined, given: string | undefined): SmsDeps | undefined {
  if (settings === undefined) return undefined;
  const { url, prefixes } = settings;
  return {
    gateway: new URL(url).host,
    prefixes,
    checkKey: () => void secretOf(settings, given),
    send: async (to, text) => {
      let result: SmsResult = { carried: 'taken' };
      const tell = (trouble: SmsResult) => {
        result = trouble;
      };
      const gateway = smsGateway({ settings, secret: secretOf(settings, given), tell });
      await gateway.carry({ to, text, subject: '', language: 'nl', sender: '' });
      await gateway.close();
      return result;
    },
  };
}

function secretOf({ secretFile, headers, body }: SmsSettings, given: string | undefined): string {
  if (!JSON.stringify([headers, body]).includes('{secret}')) return '';
  const secret = (secretFile === undefined ? (given ?? '') : readFileSync(secretFile, 'utf8')).trim();
  // It goes into a header: a line that ends in it would begin another (CWE-113).
  if (/^[\x21-\x7e]+$/.test(secret)) return secret;
  throw new SluisError(
    'config.unreadable',
    'the key of the SMS gateway is missing, or is not one line of plain ASCII',
    {
      remedy: 'Write it into the file that factors.sms.secretFile names, or set SLUIS_SMS_SECRET.',
    },
  );
}
