import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type MailServer,
  type MailServerOptions,
  smtpServerAt,
  startMailServer,
} from '../../test/support/mail-server.ts';
import { type SmtpServer, smtpMailer } from '../carrier/smtp-mailer.ts';
import { doctor } from './doctor.ts';
import { type MailDeps, mailFindings, mailTest } from './mail.ts';

let server: MailServer | undefined;
let printed: string;
beforeEach(() => {
  printed = '';
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const out = (text: string) => {
  printed += `${text}\n`;
};

async function depsOn(options: MailServerOptions, more: Partial<SmtpServer> = {}, waiting = 0): Promise<MailDeps> {
  const started = await startMailServer(options);
  server = started;
  const { port, ca } = started;
  const mailer = smtpMailer(() => smtpServerAt(port, { host: 'localhost', tls: 'starttls', ca, ...more }));
  return { mailer, outbox: { waiting: async () => waiting }, server: 'localhost:587' };
}

const user = { name: 'sluis', password: 'geheim-1' };

describe('doctor looks at the mail server', () => {
  test('all is well', async () => {
    expect(doctor(await mailFindings(await depsOn({ user }, { user })), out)).toBe(0);
    expect(printed).toContain('ok    the mail server localhost:587 answers, with TLS and sign-in as configured.');
  });

  test.each<[string, MailServerOptions, Partial<SmtpServer>, RegExp]>([
    ['no TLS', { tls: 'none' }, {}, /BAD .*cannot be encrypted.*\n.*mail\.tls/],
    [
      'a wrong password',
      { user },
      { user: { ...user, password: 'geheim-2' } },
      /BAD .*sign in \(5\.7\.8\).*\n.*mail\.user/,
    ],
    ['TLS by the wrong way', { tls: 'implicit' }, {}, /BAD .*answer in time.*\n.*mail\.tls/],
    ['a foreign CA', {}, { ca: undefined }, /BAD .*\n.*mail\.ca/],
  ])('%s', async (_, options, more, expected) => {
    const deps = await depsOn(options, more);
    expect(doctor(await mailFindings(deps, { within: 1_000 }), out)).toBe(1);
    expect(printed).toMatch(expected);
    expect(printed).not.toContain('geheim');
  });

  test('none is configured: to know, not to mend', async () => {
    const none = { mailer: smtpMailer(() => undefined), outbox: { waiting: async () => 0 }, server: undefined };
    expect(doctor(await mailFindings(none), out)).toBe(0);
    expect(printed).toContain('note  no mail server is configured');
  });

  test('what waits is said', async () => {
    expect(doctor(await mailFindings(await depsOn({}, {}, 3)), out)).toBe(0);
    expect(printed).toContain('note  3 mails wait to be sent.');
  });
});

describe('sluis mail test', () => {
  test('sends one mail, in both languages', async () => {
    expect(await mailTest(await depsOn({}), { address: 'beheer@gemeente.nl' }, out)).toBe(0);
    expect(printed).toContain('took a mail to beheer@gemeente.nl');
    expect(server?.taken).toMatchObject([
      { to: ['beheer@gemeente.nl'], mail: { subject: 'Proefbericht van Sluis / Test message from Sluis' } },
    ]);
  });

  test('says what the server said, and ends with 69', async () => {
    const refuse = (step: string) => (step === 'recipient' ? '550 5.7.1 relaying denied' : undefined);
    expect(await mailTest(await depsOn({ refuse }), { address: 'eve@example.org' }, out)).toBe(69);
    expect(printed).toContain('did not take it: it refuses this recipient (550 5.7.1 relaying denied).');
  });

  test('refuses what is no address, and a configuration without a server', async () => {
    const deps = await depsOn({});
    await expect(mailTest(deps, { address: 'x\r\nRCPT TO:<y@z.nl>' }, out)).rejects.toMatchObject({
      code: 'cli.usage',
    });
    const none = { ...deps, mailer: smtpMailer(() => undefined) };
    await expect(mailTest(none, { address: 'a@b.nl' }, out)).rejects.toMatchObject({ code: 'cli.usage' });
    expect(server?.connections).toBe(0);
  });
});
