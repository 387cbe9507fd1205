import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { SmtpServer } from '../../src/carrier/smtp-mailer.ts';
import { issue } from './certificates.ts';
import { until } from './redis.ts';

/** A mail as the server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
  readonly mail: Email;
  /** Whether its connection was encrypted, and who had signed in on it. */
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface MailServer {
  readonly port: number;
  /** The CA of its certificate, in PEM; the certificate is for `localhost`. */
  readonly ca: string;
  readonly taken: readonly TakenMail[];
  /** How many connections were made so far. */
  readonly connections: number;
  /** Resolves with the first `count` mails once they are there. */
  mails(count: number): Promise<readonly TakenMail[]>;
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** `starttls` by default. */
  readonly tls?: 'implicit' | 'starttls' | 'none';
  /** Who must sign in. */
  readonly user?: { readonly name: string; readonly password: string };
  /** A reply such as `450` or `550 no such mailbox` in place of taking the step; undefined takes it. */
  readonly refuse?: (step: 'sender' | 'recipient' | 'message', address: string) => string | undefined;
  /** Called with each mail before it is taken: where it never resolves, the server hangs. */
  readonly onMail?: (mail: TakenMail) => Promise<void>;
  readonly port?: number;
  readonly more?: SMTPServerOptions;
}

/** How a mailer reaches it: in the clear and without a sign-in, unless `more` says otherwise. */
export function smtpServerAt(port: number, more: Partial<SmtpServer> = {}): SmtpServer {
  return {
    host: '127.0.0.1',
    port,
    tls: 'none',
    serverName: undefined,
    ca: undefined,
    user: undefined,
    from: 'sluis@gemeente.nl',
    replyTo: undefined,
    ...more,
  };
}

/** A real SMTP server on loopback that keeps what it takes. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const ca = issue({ name: { CN: 'Test CA' }, ca: true });
  const own = issue({ name: { CN: 'localhost' }, issuer: ca, dns: 'localhost' });
  const taken: TakenMail[] = [];
  const { tls = 'starttls', user, onMail } = options;
  let connections = 0;
  const server = new SMTPServer({
    secure: tls === 'implicit',
    key: own.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: own.pem,
    ca: ca.pem,
    disableReverseLookup: true,
    closeTimeout: 100,
    authOptional: user === undefined,
    disabledCommands: [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(user === undefined ? ['AUTH'] : [])],
    allowInsecureAuth: tls === 'none',
    onConnect: (_, done) => {
      connections += 1;
      done();
    },
    onAuth: (auth, _, done) =>
      auth.username === user?.name && auth.password === user?.password
        ? done(null, { user: auth.username })
        : done(reply('535 5.7.8 authentication failed')),
    onMailFrom: (address, _, done) => done(reply(options.refuse?.('sender', address.address))),
    onRcptTo: (address, _, done) => done(reply(options.refuse?.('recipient', address.address))),
    onData: (stream, session, done) => {
      void (async () => {
        // A client that goes away in the middle leaves half a mail: none.
        const parts = await stream.toArray().catch(() => undefined);
        if (parts === undefined) return;
        const raw = Buffer.concat(parts);
        const { mailFrom, rcptTo } = session.envelope;
        const mail: TakenMail = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: raw.toString('utf8'),
          mail: await PostalMime.parse(raw),
          secure: session.secure,
          user: session.user,
        };
        await onMail?.(mail);
        const refused = options.refuse?.('message', mail.to[0] ?? '');
        if (refused === undefined) taken.push(mail);
        done(reply(refused));
      })();
    },
    ...options.more,
  });
  // Clients of a test go away in the middle on purpose.
  server.on('error', () => undefined);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    ca: ca.pem,
    taken,
    get connections() {
      return connections;
    },
    mails: async count => {
      await until(async () => taken.length >= count);
      return taken.slice(0, count);
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}

function reply(line: string | undefined): Error | null {
  if (line === undefined) return null;
  const [status = '', ...words] = line.split(' ');
  return Object.assign(new Error(words.join(' ') || 'no'), { responseCode: Number(status) });
}
