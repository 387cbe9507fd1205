import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { smtpMailer } from '../../src/carrier/smtp-mailer.ts';
import { mailCarrier } from '../../src/main/code-carriers.ts';
import { missing, roundcube } from '../support/apps.ts';
import { smtpServerAt } from '../support/mail-server.ts';
import { dovecot, mailsFrom } from '../support/mailbox.ts';
import { openPortal } from '../support/portal-bench.ts';
import { until } from '../support/redis.ts';
import { arrive, beginSetUp } from '../support/sent-codes.ts';
import { codeIn } from '../support/sms-gateway.ts';

describe.skipIf(missing('roundcube'))('R20 a code by mail on its whole way', () => {
  it('is read by IMAP in the real mailbox, and what is read there is what the page takes', async () => {
    await roundcube({ patient: true });
    const from = `sluis-${randomUUID()}@gemeente.test`;
    const mail = smtpMailer(() => smtpServerAt(dovecot.smtp, { from }));
    const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined };
    const bench = await openPortal({
      sending: {
        email: {
          carrier: mailCarrier(mail, quiet),
          perHour: 500,
          functional: [],
          mailboxes: new Map([['webmail', { word: 'demands-mfa', own: [] }]]),
        },
      },
    });
    const read = async (count: number): Promise<string> => {
      await until(async () => (await mailsFrom('carla', from)).length >= count);
      return codeIn((await mailsFrom('carla', from)).at(-1)?.text ?? '');
    };
    const { browser, page } = await beginSetUp(bench, 'carla', 'email');
    const asked = await browser.submit(page, { address: 'carla@gemeente.test', personal: 'yes' });
    expect((await browser.post(asked, { code: await read(1) })).location).toMatch(/^\/recovery-codes\//);
    bench.clock.time += 61 * 60_000;
    const challenge = await arrive(bench, 'carla');
    const done = await challenge.browser.submit(challenge.page, { code: await read(2) });
    expect(done.path).toBe(`/go/${challenge.id}`);
  });
});
