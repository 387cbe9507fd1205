import { connect, isIP } from 'node:net';
import nodemailer, { type SMTPTransportOptions } from 'nodemailer';
import { mailDomain, parseMailAddress } from '../kernel/mail-address.ts';
import type { Mail, Mailer, MailResult, TryOptions } from '../notice/mailer.ts';
import { troubleOf } from './smtp-trouble.ts';

/** The one server that all mail is given to. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `implicit`: from the first byte; `starttls`: before anything is said, or nothing is; `none`: readable by the network. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** The name in its certificate, where it is not `host`. */
  readonly serverName: string | undefined;
  /** PEM; undefined: the CAs of the system. */
  readonly ca: string | undefined;
  /** Undefined: without a sign-in. */
  readonly user: { readonly name: string; readonly password: string } | undefined;
  readonly from: string;
  readonly replyTo: string | undefined;
}

const defaultLimit = 30_000;
/** What a server may leave us waiting for one answer, in milliseconds. */
const silence = 20_000;

/** Mail by SMTP. `server` says where to, at each mail anew; it may throw, which is a trouble of sending. */
export function smtpMailer(server: () => SmtpServer | undefined): Mailer {
  return {
    get configured() {
      return isConfigured(server);
    },
    send: (mail, options) => attempt(server, options, (to, signal) => give(to, mail, signal)),
    probe: options => attempt(server, options, knock),
  };
}

type Try = (server: SmtpServer, signal: AbortSignal) => Promise<void>;

async function attempt(
  server: () => SmtpServer | undefined,
  { within = defaultLimit, cut }: TryOptions = {},
  work: Try,
): Promise<MailResult> {
  const late = AbortSignal.timeout(Math.max(1, within));
  const signal = cut === undefined ? late : AbortSignal.any([late, cut]);
  try {
    const to = server();
    if (to === undefined) return { outcome: 'later', trouble: { at: 'unset' } };
    await work(to, signal);
    return { outcome: 'taken' };
  } catch (error) {
    return troubleOf(error, signal.aborted);
  }
}

function isConfigured(server: () => SmtpServer | undefined): boolean {
  try {
    return server() !== undefined;
  } catch {
    // It is, though its password or CA cannot be read just now: a trouble, not an absence.
    return true;
  }
}

async function give(server: SmtpServer, mail: Mail, signal: AbortSignal): Promise<void> {
  const to = parseMailAddress(mail.to);
  if (to === undefined) throw new BadRecipient();
  const transport = nodemailer.createTransport(optionsOf(server, signal));
  await transport.sendMail({
    // Objects, not text: no name that somebody chose is read for addresses (GHSA-mm7p-fcc7-pg87).
    from: { name: oneLine(mail.sender ?? ''), address: server.from },
    to: { name: '', address: to },
    envelope: { from: server.from, to: [to] },
    ...(server.replyTo === undefined ? {} : { replyTo: { name: '', address: server.replyTo } }),
    subject: oneLine(mail.subject),
    text: plain(mail.text),
    ...(mail.id === undefined ? {} : { messageId: `<${mail.id.replace(/[^\w-]/g, '')}@${mailDomain(server.from)}>` }),
    // RFC 3834: nobody's holiday notice answers it.
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.language },
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
    signal,
  });
}

async function knock(server: SmtpServer, signal: AbortSignal): Promise<void> {
  const transport = nodemailer.createTransport(optionsOf(server, signal));
  const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await Promise.race([transport.verify(), late]);
}

function optionsOf(server: SmtpServer, signal: AbortSignal): SMTPTransportOptions {
  const { host, port, tls, user, ca } = server;
  const serverName = server.serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    host,
    port,
    getSocket: (_, found) => reach(server, signal, found),
    secure: tls === 'implicit',
    // Without these, whoever takes STARTTLS out of the answer gets everything in plain text (CVE-2011-0411 and its like).
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(ca === undefined ? {} : { ca }),
    },
    ...(user === undefined ? {} : { auth: { user: user.name, pass: user.password }, forceAuth: true }),
    connectionTimeout: silence,
    greetingTimeout: silence,
    socketTimeout: silence,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  };
}

type Found = Parameters<NonNullable<SMTPTransportOptions['getSocket']>>[1];

/**
 * The connection, made by Node: the library would ask DNS before the hosts file, and keep for the whole process what it
 * heard. All addresses of a name are tried.
 */
function reach({ host, port }: SmtpServer, signal: AbortSignal, found: Found): void {
  const socket = connect({ host, port, signal });
  socket.once('error', found);
  socket.once('connect', () => {
    socket.off('error', found);
    // Until the library listens for errors itself.
    socket.on('error', () => undefined);
    found(null, { connection: socket });
  });
}

/** Refused before anybody is asked: it is not what `parseMailAddress` gives. */
class BadRecipient extends Error {
  readonly code = 'EENVELOPE';
  readonly command = 'RCPT TO';
  readonly responseCode = 553;
}

// Controls, line separators, and signs that hide or turn text.
const breaking = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const breakingInside = /(?:(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu;

/** A head is one line (CWE-93). */
function oneLine(text: string): string {
  return text.replace(breaking, ' ').trim().slice(0, 200);
}

/** Lines stay; other controls, and what turns the direction of text, do not. */
function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(breakingInside, ' ');
}
