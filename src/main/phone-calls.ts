import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import webPush from 'web-push';
import type { ApprovalSettings } from '../config/settings.ts';
import { isPushEndpoint, type PhoneCalls, type SendPush, type VapidKeys, wakePhones } from '../factor/approval/push.ts';
import type { Subscription } from '../factor/approval/subscription.ts';
import type { Person } from '../factor/person.ts';
import type { AppLog } from '../gateway/log.ts';
import { translateTo } from '../ui/messages.ts';
import type { Core } from './core.ts';

/** A push service that takes longer does not matter any more. */
const timeout = 10_000;
/** Seconds that a service keeps a message for a phone that is out of reach: as long as it can be answered. */
const timeToLive = 180;

/** How phones are woken; undefined where the operator offers no approval. */
export function phoneCalls(
  core: Pick<Core, 'store' | 'ring' | 'random' | 'logger'>,
  settings: ApprovalSettings | undefined,
): PhoneCalls | undefined {
  if (settings === undefined) return undefined;
  const wake = async (person: Pick<Person, 'realm' | 'factors'>) => {
    try {
      await wakePhones(core, person, pushSender(settings, core.logger));
    } catch (error) {
      core.logger.warn({ err: error }, 'a phone could not be woken');
    }
  };
  return { hosts: settings.pushHosts, wake: person => void wake(person) };
}

/**
 * Sends one message (RFC 8030), encrypted for the phone (RFC 8291) and signed for its service (RFC 8292). The library makes it;
 * it is sent from here, because it must go to an allowed host, follow no redirect, end in time and read no endless answer.
 */
export function pushSender({ contact, pushHosts }: ApprovalSettings, log: Pick<AppLog, 'warn'>): SendPush {
  return async (keys, to) => {
    // The configuration may have changed since the phone said where it is.
    if (!isPushEndpoint(to.endpoint, pushHosts)) return 'failed';
    const { host } = new URL(to.endpoint);
    try {
      const { method, headers, body } = made(keys, to, contact);
      const answer = await request(to.endpoint, {
        method,
        headers,
        body,
        headersTimeout: timeout,
        bodyTimeout: timeout,
        signal: AbortSignal.timeout(timeout),
      });
      await Promise.race([answer.body.dump({ limit: 4096 }), pause(timeout, undefined, { ref: false })]);
      if (answer.statusCode === 404 || answer.statusCode === 410) return 'gone';
      if (answer.statusCode >= 200 && answer.statusCode < 300) return 'sent';
      log.warn({ host, status: answer.statusCode }, 'a push service took no message');
      return 'failed';
    } catch (error) {
      // Keys that are none, a service that is not there: the page of the phone shows what waits all the same.
      log.warn({ host, why: error instanceof Error ? error.message : String(error) }, 'a push service was not reached');
      return 'failed';
    }
  };
}

/** That somebody waits, and no word of who, where or what. */
function made(keys: VapidKeys, { endpoint, p256dh, auth, language }: Subscription, contact: string) {
  const t = translateTo(language);
  const text = JSON.stringify({ title: t('phone.push-title'), body: t('phone.push-body') });
  const { method, headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, text, {
    vapidDetails: { subject: contact, ...keys },
    TTL: timeToLive,
    urgency: 'high',
    topic: 'sluis',
    contentEncoding: 'aes128gcm',
  });
  const all = Object.entries(headers as Record<string, string | number>).map(([name, value]) => [name, String(value)]);
  return { method, headers: Object.fromEntries(all) as Record<string, string>, body };
}
