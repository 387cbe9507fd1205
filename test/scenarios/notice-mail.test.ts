import { randomUUID } from 'node:crypto';
import nodemailer from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noticeLimits } from '../../src/notice/limits.ts';
import { missing, passwords, roundcube } from '../support/apps.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { dovecot, mailsFrom } from '../support/mailbox.ts';
import { signInFully } from '../support/person.ts';
import { until } from '../support/redis.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

describe.skipIf(missing('roundcube'))('R37 a notice on its whole way', () => {
  const user = { name: 'sluis', password: 'geheim' };
  const from = `sluis-${randomUUID()}@gemeente.test`;
  let server: MailServer;
  let sluis: TestSluis;

  beforeAll(async () => {
    const upstream = await roundcube({ patient: true });
    const onwards = nodemailer.createTransport({ host: '127.0.0.1', port: dovecot.smtp, ignoreTLS: true });
    // Takes a mail only once the next server has it, as mail servers at the edge do.
    server = await startMailServer({
      user,
      onMail: async ({ from: sender, to, raw }) => {
        await onwards.sendMail({ envelope: { from: sender, to: [...to] }, raw });
      },
    });
    const mail = `mail: { host: localhost, port: ${server.port}, user: sluis, passwordFile: password, ca: ca.pem, from: ${from} }`;
    sluis = await startSluis(
      [{ id: 'webmail', upstream, preset: 'roundcube', extra: '    limiter: { failures: 10, window: 1m }' }],
      { extra: mail, files: { password: user.password, 'ca.pem': server.ca } },
    );
  });
  afterAll(async () => {
    await sluis?.close();
    await server?.close();
  });

  /** Those that say this, once they are in her mailbox. */
  async function inMailbox(text: string) {
    sluis.clock.advance(noticeLimits.settle);
    const said = async () => (await mailsFrom('carla', from)).find(mail => mail.text?.includes(text));
    await until(async () => (await said()) !== undefined);
    return said();
  }

  it('is read by IMAP in the real mailbox of who set a second step up, and says no code', async () => {
    const carla = await sluis.core.people.create('gemeente', 'carla');
    await sluis.core.addresses.set(carla, 'carla@gemeente.test', 'beheer');
    const first = await inMailbox('Dit mailadres hoort nu bij uw account.');
    expect(first?.subject).toBe(
      'Wijziging in uw tweede stap bij Gemeente Voorbeeld / Change to your second step at Gemeente Voorbeeld',
    );
    const { recoveryCodes } = await signInFully(sluis, 'webmail', 'roundcube', {
      name: 'carla',
      password: passwords.carla,
    });
    const mail = await inMailbox('Er is een tweede stap toegevoegd: Authenticator-app.');
    expect(mail?.from).toMatchObject({ name: 'Gemeente Voorbeeld', address: from });
    expect(mail?.to).toMatchObject([{ address: 'carla@gemeente.test' }]);
    expect(mail?.text).toContain('Balie 3, 9 - 17 uur, telefoon 14 012');
    expect(recoveryCodes).toHaveLength(10);
    for (const one of await mailsFrom('carla', from)) {
      expect(one.text).not.toMatch(/https?:|[0-9A-Z]{4}-[0-9A-Z]{4}/);
      for (const code of recoveryCodes) expect(one.text).not.toContain(code);
    }
    expect(sluis.log.join('')).not.toMatch(/carla@|geheim/);
  });
});
