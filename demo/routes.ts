import { readFileSync } from 'node:fs';
import { type Accounts, users } from './accounts.ts';
import type { Attachment, Mailbox } from './mailbox.ts';
import { adminPage, composePage, fetchPage, folderPage, mailPage, passwordPage, textPage, whoPage } from './pages.ts';
import { json, page, type Reply, redirect } from './reply.ts';
import { type DemoRequest, field, readForm } from './request.ts';
import type { Session } from './sessions.ts';

/** A request of somebody who is signed in. */
export interface Visit {
  readonly request: DemoRequest;
  readonly session: Session;
  readonly user: string;
  readonly accounts: Accounts;
  readonly mailbox: Mailbox;
  /** What the path's pattern caught. */
  readonly parts: readonly string[];
}

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly handle: (visit: Visit) => Reply | Promise<Reply>;
}

const megabyte = 1024 * 1024;

const routes: readonly Route[] = [
  { method: 'GET', path: /^\/$/, handle: () => redirect('/postvak') },
  { method: 'GET', path: /^\/postvak$/, handle: showFolder },
  { method: 'GET', path: /^\/bericht\/(\d{1,9})$/, handle: showMail },
  { method: 'GET', path: /^\/bericht\/(\d{1,9})\/bijlage\/(\d{1,3})$/, handle: sendAttachment },
  { method: 'GET', path: /^\/opstellen$/, handle: showCompose },
  { method: 'POST', path: /^\/opstellen$/, handle: sendMail },
  { method: 'GET', path: /^\/ophalen$/, handle: ({ user, session }) => page(fetchPage(user, session.formToken)) },
  { method: 'POST', path: /^\/ophalen$/, handle: fetchMail },
  { method: 'GET', path: /^\/wachtwoord$/, handle: showPassword },
  { method: 'POST', path: /^\/wachtwoord$/, handle: changePassword },
  { method: 'GET', path: /^\/wie$/, handle: ({ user }) => page(whoPage(user)) },
  { method: 'GET', path: /^\/beheer$/, handle: ({ user }) => page(adminPage(user, users)) },
  { method: 'GET', path: /^\/instelling$/, handle: setLetters },
  { method: 'GET', path: /^\/download$/, handle: download },
  { method: 'GET', path: /^\/api\/nieuw$/, handle: ({ user, mailbox }) => json({ nieuw: mailbox.unread(user) }) },
  { method: 'GET', path: /^\/api\/mail\.json$/, handle: listMail },
  {
    method: 'GET',
    path: /^\/fout$/,
    handle: () => {
      throw new Error('the page that fails');
    },
  },
];

/** Undefined where there is no such page. */
export function route(visit: Omit<Visit, 'parts'>): Reply | Promise<Reply> | undefined {
  const method = visit.request.method === 'HEAD' ? 'GET' : visit.request.method;
  for (const { method: wanted, path, handle } of routes) {
    const match = wanted === method ? path.exec(visit.request.url.pathname) : null;
    if (match !== null) return handle({ ...visit, parts: match.slice(1) });
  }
  return undefined;
}

const types = new Map([
  ['gemeentepost.css', 'text/css; charset=utf-8'],
  ['gemeentepost.svg', 'image/svg+xml'],
  ['gemeentepost.js', 'text/javascript; charset=utf-8'],
]);

/** A file of the look, for everybody; undefined where there is none. */
export function asset(path: string): Reply | undefined {
  const name = /^\/opmaak\/([a-z.]+)$/.exec(path)?.[1];
  const type = name === undefined ? undefined : types.get(name);
  if (name === undefined || type === undefined) return undefined;
  const body = readFileSync(new URL(`opmaak/${name}`, import.meta.url));
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' }, body };
}

export function missing(user?: string): Reply {
  return page(textPage('Niet gevonden', 'Deze pagina bestaat niet.', user), 404);
}

/** All that was received, for tests of what a gateway sends on. */
export function echo(request: DemoRequest): Reply {
  const { method, target, rawHeaders, body } = request;
  return json({ method, target, rawHeaders, body: body.toString('base64') });
}

function showFolder({ request, user, mailbox }: Visit): Reply {
  const folder = request.url.searchParams.get('map') === 'uit' ? 'uit' : 'in';
  return page(folderPage(user, folder, mailbox.list(user, folder), mailbox.unread(user)));
}

function showMail({ user, mailbox, parts }: Visit): Reply {
  const mail = mailbox.find(user, Number(parts[0]));
  if (mail === undefined) return missing(user);
  mail.read = true;
  return page(mailPage(user, mail));
}

function sendAttachment({ user, mailbox, parts }: Visit): Reply {
  const found = mailbox.find(user, Number(parts[0]))?.attachments[Number(parts[1])];
  if (found === undefined) return missing(user);
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(found.name)}`;
  const headers = { 'content-type': 'application/octet-stream', 'content-disposition': disposition };
  return { status: 200, headers, body: found.bytes };
}

function showCompose({ request, user, session }: Visit): Reply {
  return page(composePage(user, { formToken: session.formToken, to: request.url.searchParams.get('aan') ?? '' }));
}

async function sendMail({ request, user, session, mailbox }: Visit): Promise<Reply> {
  const form = await readForm(request);
  if (field(form, 'formtoken') !== session.formToken) return expired(user);
  const files = form.getAll('bijlage').filter(value => typeof value !== 'string');
  const attachments = await Promise.all(files.filter(file => file.size > 0).map(attachment));
  mailbox.send(user, {
    to: field(form, 'aan'),
    subject: field(form, 'onderwerp'),
    text: field(form, 'tekst'),
    attachments,
  });
  return redirect('/postvak?map=uit');
}

async function attachment(file: File): Promise<Attachment> {
  return { name: file.name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) };
}

async function fetchMail({ request, user, session }: Visit): Promise<Reply> {
  const form = await readForm(request);
  if (field(form, 'formtoken') !== session.formToken) return expired(user);
  return page(fetchPage(user, session.formToken, `Er is geen nieuwe post voor ${field(form, 'gebruiker')}.`));
}

function showPassword({ request, user, session }: Visit): Reply {
  const message = request.url.searchParams.has('gewijzigd') ? 'Uw wachtwoord is gewijzigd.' : undefined;
  return page(passwordPage(user, session.formToken, message));
}

async function changePassword({ request, user, session, accounts }: Visit): Promise<Reply> {
  const form = await readForm(request);
  const isOwn = field(form, 'formtoken') === session.formToken;
  if (isOwn && accounts.change(user, field(form, 'oud'), field(form, 'nieuw')))
    return redirect('/wachtwoord?gewijzigd');
  return page(passwordPage(user, session.formToken, 'Het oude wachtwoord klopt niet, of het nieuwe is te kort.'), 422);
}

function expired(user: string): Reply {
  return page(textPage('Formulier verlopen', 'Ga terug en probeer het opnieuw.', user), 400);
}

function setLetters({ request }: Visit): Reply {
  const size = request.url.searchParams.get('tekst') === 'groot' ? 'groot' : 'gewoon';
  return { ...redirect('/wie'), cookies: [`GPTEKST=${size}; Path=/; Max-Age=31536000`] };
}

function listMail({ user, mailbox }: Visit): Reply {
  const mails = mailbox.list(user, 'in').map(({ id, from, subject, read }) => ({ id, from, subject, read }));
  return json({ gebruiker: user, berichten: mails });
}

/** `?mb=`: 1 to 512 megabytes that no proxy can guess at or compress. */
function download({ request }: Visit): Reply {
  const count = Math.min(Math.max(Number(request.url.searchParams.get('mb')) || 8, 1), 512);
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(count * megabyte) };
  return { status: 200, headers, body: repeat(Buffer.alloc(megabyte, 'Gemeentepost '), count) };
}

function* repeat(chunk: Uint8Array, count: number): Iterable<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield chunk;
}
