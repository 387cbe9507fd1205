import type { Carried } from '../factor/sent-code/sending.ts';
import { type NumberRules, readNumber } from '../factor/sms/number.ts';
import { SluisError } from '../kernel/errors.ts';
import { translateTo } from '../ui/messages.ts';
import type { Finding } from './doctor.ts';

/** What the gateway said of one message; `status` and `said` of its answer, `errorCode` where none came. */
export interface SmsResult {
  readonly carried: Carried;
  readonly status?: number | undefined;
  readonly errorCode?: string | undefined;
  readonly said?: string | undefined;
}

export interface SmsDeps extends NumberRules {
  /** Its host. */
  readonly gateway: string;
  /** Throws 'config.unreadable' where its key is not there. */
  send(to: string, text: string): Promise<SmsResult>;
  /** Throws the same. */
  checkKey(): void;
}

/** Nothing is sent: a gateway has no other question to be asked. */
export function smsFindings(deps: SmsDeps | undefined): readonly Finding[] {
  if (deps === undefined) return [];
  const remedy = 'See that it takes one: sluis sms test <number>.';
  try {
    deps.checkKey();
    return [{ weight: 'note', what: `codes by SMS go out by ${deps.gateway}, which was not asked`, remedy }];
  } catch (error) {
    const what = error instanceof Error ? error.message : 'the key of the SMS gateway cannot be read';
    const mend = error instanceof SluisError ? error.remedy : undefined;
    return [{ weight: 'bad', what, remedy: mend ?? 'Give the user that runs Sluis the right to read it.' }];
  }
}

/** Sends one message, now. Exit code 0, or 69 where the gateway did not take it. Throws 'cli.usage'. */
export async function smsTest(
  deps: SmsDeps | undefined,
  request: { readonly number: string },
  out: (text: string) => void,
): Promise<number> {
  if (deps === undefined)
    throw new SluisError('cli.usage', 'no SMS gateway is configured', { remedy: 'Give one in factors.sms.' });
  const read = readNumber(request.number, deps);
  if ('mistake' in read)
    throw new SluisError('cli.usage', `${JSON.stringify(request.number.slice(0, 40))} is no number that gets codes`, {
      remedy: `Dutch numbers must be mobile ones; others must begin as factors.sms.prefixes says: ${deps.prefixes.join(', ')}`,
    });
  const text = (['nl', 'en'] as const).map(language => translateTo(language)('sms.test-text')).join(' ');
  const { carried, status, errorCode, said } = await deps.send(read.number, text);
  if (carried === 'taken') {
    out(`The gateway ${deps.gateway} took a message to ${read.number}. Whether it arrives, the phone shows.\n`);
    return 0;
  }
  const answer = [status ?? errorCode, said].filter(part => part !== undefined && part !== '').join(' ');
  const whether = carried === 'unknown' ? 'It may come all the same.' : 'It went nowhere.';
  out(`The gateway ${deps.gateway} did not take it: ${answer}. ${whether}\n  what to do: ${remedyFor(status)}\n`);
  return 69;
}

function remedyFor(status: number | undefined): string {
  if (status === undefined) return 'Check factors.sms.url, the firewall, and factors.sms.timeout.';
  if (status === 401 || status === 403)
    return 'Check the key (factors.sms.secretFile or SLUIS_SMS_SECRET) and headers.';
  if (status >= 300 && status < 400)
    return 'Give the address that it leads to in factors.sms.url: redirects are not followed.';
  if (status >= 500) return 'Ask the provider.';
  return 'Hold factors.sms.json (or form) and accepted against the documentation of the provider.';
}
