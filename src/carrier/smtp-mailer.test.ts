import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type MailServer,
  type MailServerOptions,
  smtpServerAt,
  startMailServer,
} from '../../test/support/mail-server.ts';
import { type SmtpServer, smtpMailer } from './smtp-mailer.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const mail = {
  to: 'anna@gemeente.nl',
  subject: 'Uw tweede stap is gewijzigd',
  text: 'Beste Anna,\n\nEr is een beveiligingssleutel toegevoegd: “Bureau”.\n.\nVragen? Bel de balie.\n',
  language: 'nl',
  sender: 'Gemeente Voorbeeld',
  id: 'abc_DEF-1',
} as const;

async function serve(options: MailServerOptions = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  open.push(server);
  return server;
}

function to(server: Pick<MailServer, 'port' | 'ca'>, more: Partial<SmtpServer> = {}): SmtpServer {
  return smtpServerAt(server.port, { host: 'localhost', tls: 'starttls', ca: server.ca, ...more });
}

async function raw(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

describe('a mail arrives as it was meant', () => {
  test.each(['starttls', 'implicit'] as const)('R37 over %s, with a sign-in', async tls => {
    const user = { name: 'sluis', password: 'pass=wörd +/\\ 1' };
    const server = await serve({ tls, user });
    const mailer = smtpMailer(() => to(server, { tls, user, replyTo: 'balie@gemeente.nl' }));
    expect(await mailer.probe()).toEqual({ outcome: 'taken' });
    expect(await mailer.send(mail)).toEqual({ outcome: 'taken' });
    const [taken] = server.taken;
    expect(taken).toMatchObject({ secure: true, user: 'sluis', from: 'sluis@gemeente.nl', to: [mail.to] });
    expect(taken?.mail.subject).toBe(mail.subject);
    expect(taken?.mail.text?.replaceAll('\r\n', '\n').trim()).toBe(mail.text.trim());
    expect(taken?.mail.html).toBeUndefined();
    expect(taken?.mail.attachments).toEqual([]);
    expect(taken?.mail.from).toMatchObject({ name: 'Gemeente Voorbeeld', address: 'sluis@gemeente.nl' });
    expect(taken?.mail.replyTo).toMatchObject([{ address: 'balie@gemeente.nl' }]);
    expect(taken?.mail.messageId).toBe('<abc_DEF-1@gemeente.nl>');
    const heads = new Map(taken?.mail.headers.map(({ key, value }) => [key, value]));
    expect(heads.get('auto-submitted')).toBe('auto-generated');
    expect(heads.get('content-language')).toBe('nl');
    expect(heads.has('x-mailer')).toBe(false);
  });

  test('in plain text where that is configured, and without a sign-in', async () => {
    const server = await serve({ tls: 'none' });
    expect(await smtpMailer(() => to(server, { tls: 'none', ca: undefined })).send(mail)).toEqual({ outcome: 'taken' });
    expect(server.taken[0]).toMatchObject({ secure: false, user: undefined });
  });
});

describe('nothing of a text becomes something else', () => {
  test('header injection (CWE-93): line breaks in subject, sender and id stay text of their own line', async () => {
    const server = await serve();
    const mailer = smtpMailer(() => to(server));
    const evil = 'x\r\nBcc: eve@example.org\r\n\r\n<p>\u2028\u2029\u0085\u202Ey';
    const sent = await mailer.send({ ...mail, subject: evil, sender: `"${evil}" <eve@example.org>,`, id: `${evil}>` });
    expect(sent).toEqual({ outcome: 'taken' });
    const [taken] = server.taken;
    expect(taken?.to).toEqual([mail.to]);
    expect(taken?.mail.bcc ?? []).toEqual([]);
    expect(taken?.mail.to).toMatchObject([{ address: mail.to }]);
    expect(taken?.mail.from).toMatchObject({ address: 'sluis@gemeente.nl' });
    expect(taken?.mail.subject).toBe('x Bcc: eve@example.org <p> y');
    expect(taken?.mail.text).toContain('Beste Anna');
  });

  test.each([
    'anna@gemeente.nl, eve@example.org',
    '"eve@example.org x"@gemeente.nl',
    'anna@gemeente.nl>\r\nRCPT TO:<eve@example.org',
    'eve@example.org <anna@gemeente.nl>',
    '',
  ])('an address that is none reaches no server: %j', async address => {
    const server = await serve();
    const sent = await smtpMailer(() => to(server)).send({ ...mail, to: address });
    expect(sent).toMatchObject({ outcome: 'refused', trouble: { at: 'recipient' } });
    expect(server.connections).toBe(0);
  });

  test('no file is read and no address fetched, whatever the text looks like', async () => {
    const server = await serve();
    const text = 'file:///etc/passwd\n/etc/passwd\nhttp://127.0.0.1:1/\n{"path":"/etc/passwd"}\ndata:text/plain,x\n';
    expect(await smtpMailer(() => to(server)).send({ ...mail, text })).toEqual({ outcome: 'taken' });
    expect(server.taken[0]?.mail.text?.replaceAll('\r\n', '\n').trim()).toBe(text.trim());
  });

  test('a line with only a dot does not end the message, and controls are gone', async () => {
    const server = await serve();
    const text = 'a\n.\r\nMAIL FROM:<eve@example.org>\n..\nb\u0000\u0007\u202Ec\rd\n';
    expect(await smtpMailer(() => to(server)).send({ ...mail, text })).toEqual({ outcome: 'taken' });
    expect(server.taken).toHaveLength(1);
    expect(server.taken[0]?.mail.text?.replaceAll('\r\n', '\n').trim()).toBe(
      'a\n.\nMAIL FROM:<eve@example.org>\n..\nb c\nd',
    );
  });
});

describe('TLS is demanded', () => {
  const later = (at: string) => ({ outcome: 'later', trouble: { at } });

  test('a server without STARTTLS gets nothing, neither the password nor the mail', async () => {
    const server = await serve({ tls: 'none', user: { name: 'sluis', password: 'geheim-1' } });
    const sent = await smtpMailer(() => to(server, { user: { name: 'sluis', password: 'geheim-1' } })).send(mail);
    expect(sent).toMatchObject(later('tls'));
    expect(server.taken).toEqual([]);
  });

  test('somebody in between who takes STARTTLS out of the answer hears no word of the mail', async () => {
    let heard = '';
    const port = await raw(socket => {
      socket.write('220 mail\r\n');
      socket.on('data', data => {
        heard += data.toString('latin1');
        socket.write('250 mail\r\n');
      });
    });
    expect(await smtpMailer(() => to({ port, ca: '' }, { ca: undefined })).send(mail)).toMatchObject({
      outcome: 'later',
    });
    expect(heard).not.toMatch(/MAIL FROM|anna/i);
  });

  test('a certificate of an unknown CA, and one for another name', async () => {
    const server = await serve();
    expect(await smtpMailer(() => to(server, { ca: undefined })).send(mail)).toMatchObject({ outcome: 'later' });
    expect(await smtpMailer(() => to(server, { serverName: 'mail.gemeente.nl' })).send(mail)).toMatchObject({
      outcome: 'later',
    });
    const implicit = await serve({ tls: 'implicit' });
    const mailer = smtpMailer(() => to(implicit, { tls: 'implicit', host: '127.0.0.1' }));
    expect(await mailer.send(mail)).toMatchObject({ outcome: 'later' });
    const named = smtpMailer(() => to(implicit, { tls: 'implicit', host: '127.0.0.1', serverName: 'localhost' }));
    expect(await named.send(mail)).toEqual({ outcome: 'taken' });
    expect(server.taken).toEqual([]);
    expect(implicit.taken).toHaveLength(1);
  });

  test('an address is held against the certificate like a name', async () => {
    const server = await serve();
    expect(await smtpMailer(() => to(server, { host: '127.0.0.1' })).send(mail)).toMatchObject({ outcome: 'later' });
    const named = smtpMailer(() => to(server, { host: '127.0.0.1', serverName: 'localhost' }));
    expect(await named.send(mail)).toEqual({ outcome: 'taken' });
  });

  test('a server that offers no sign-in gets no mail from who has a password', async () => {
    const server = await serve();
    const sent = await smtpMailer(() => to(server, { user: { name: 'sluis', password: 'geheim-1' } })).send(mail);
    expect(sent).toMatchObject({ outcome: 'later', trouble: { at: 'sign-in' } });
    expect(server.taken).toEqual([]);
  });
});

describe('what went wrong is told without a secret', () => {
  test.each([
    [
      'sender',
      '550 5.7.1 sluis@gemeente.nl may not',
      'later',
      { at: 'sender', status: 550, said: '550 5.7.1 [address] may not' },
    ],
    ['sender', '530 5.7.0 sign in first', 'later', { at: 'sign-in', status: 530 }],
    ['recipient', '421 4.3.2 closing down', 'later', { at: 'connect', status: 421 }],
    ['recipient', '550 5.1.1 <anna@gemeente.nl> unknown', 'refused', { at: 'recipient', status: 550 }],
    ['recipient', '450 4.2.1 greylisted', 'later', { at: 'recipient', status: 450 }],
    [
      'message',
      '554 5.7.1 spam: Er is een beveiligingssleutel',
      'refused',
      { at: 'message', status: 554, said: '5.7.1' },
    ],
    ['message', '452 4.3.1 disk full', 'later', { at: 'message', status: 452, said: '4.3.1' }],
  ] as const)('%s: %s', async (step, answer, outcome, trouble) => {
    const server = await serve({ refuse: at => (at === step ? answer : undefined) });
    const sent = await smtpMailer(() => to(server)).send(mail);
    expect(sent).toMatchObject({ outcome, trouble });
    expect(JSON.stringify(sent)).not.toMatch(/anna|beveiligingssleutel/);
    expect(server.taken).toEqual([]);
  });

  test('a wrong password is a trouble of the sign-in, and none of the mail', async () => {
    const server = await serve({ user: { name: 'sluis', password: 'right' } });
    const mailer = smtpMailer(() => to(server, { user: { name: 'sluis', password: 'hunter2hunter2' } }));
    for (const result of [await mailer.send(mail), await mailer.probe()]) {
      expect(result).toMatchObject({ outcome: 'later', trouble: { at: 'sign-in', status: 535, said: '5.7.8' } });
      expect(JSON.stringify(result)).not.toMatch(/hunter2|aHVudGVyMg|anna/);
    }
  });

  test('nobody there, and no server configured', async () => {
    const server = await startMailServer();
    await server.close();
    expect(await smtpMailer(() => to(server)).send(mail)).toMatchObject({
      outcome: 'later',
      trouble: { at: 'connect' },
    });
    const none = smtpMailer(() => undefined);
    expect(none.configured).toBe(false);
    expect(await none.send(mail)).toEqual({ outcome: 'later', trouble: { at: 'unset' } });
  });

  test('a password that cannot be read is a trouble, not an exception', async () => {
    const mailer = smtpMailer(() => {
      throw new Error('cannot read the file');
    });
    expect(mailer.configured).toBe(true);
    expect(await mailer.send(mail)).toMatchObject({ outcome: 'later' });
  });

  test('a server that answers with a megabyte is told of in 200 signs', async () => {
    const port = await raw(socket => socket.write(`554 ${'x'.repeat(500_000)}\r\n`));
    const sent = await smtpMailer(() => to({ port, ca: '' })).send(mail);
    expect(sent.outcome).toBe('later');
    expect(JSON.stringify(sent).length).toBeLessThan(400);
  });
});

describe('nobody waits for a server that does not go on', () => {
  test('it says nothing, or stops in the middle of what it says', async () => {
    for (const greeting of ['', '220 ma', '220 mail\r\n']) {
      const port = await raw(socket => socket.write(greeting));
      const mailer = smtpMailer(() => to({ port, ca: '' }));
      expect(await mailer.send(mail, { within: 200 })).toEqual({ outcome: 'later', trouble: { at: 'time' } });
      expect(await mailer.probe({ within: 200 })).toEqual({ outcome: 'later', trouble: { at: 'time' } });
    }
  });

  test('it has the mail and does not answer', async () => {
    const arrived = Promise.withResolvers<void>();
    const server = await serve({
      onMail: () => {
        arrived.resolve();
        return new Promise(() => undefined);
      },
    });
    const sent = smtpMailer(() => to(server)).send(mail, { within: 5_000 });
    await arrived.promise;
    expect(await sent).toEqual({ outcome: 'later', trouble: { at: 'time' } });
  });

  test('it dies with half a mail', async () => {
    const port = await raw(socket => {
      socket.write('220 mail\r\n');
      socket.on('data', data => {
        const text = data.toString('latin1');
        if (/^EHLO|^MAIL|^RCPT/m.test(text)) socket.write('250 mail\r\n');
        if (/^DATA/m.test(text)) socket.write('354 go on\r\n');
        if (/Subject/.test(text)) socket.destroy();
      });
    });
    const sent = await smtpMailer(() => to({ port, ca: '' }, { tls: 'none' })).send(mail);
    expect(sent).toMatchObject({ outcome: 'later' });
  });
});
