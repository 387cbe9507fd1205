import type { Accounts } from './accounts.ts';
import type { DemoControl } from './control.ts';
import { loginPage } from './pages.ts';
import { json, page, type Reply, redirect } from './reply.ts';
import { type DemoRequest, field, readForm } from './request.ts';
import { type Session, token } from './sessions.ts';

export interface SignInDeps {
  readonly accounts: Accounts;
  readonly control: DemoControl;
  /** `silent`: the session id is promoted and no Set-Cookie says so. */
  readonly promote: 'cookie' | 'silent';
}

/** Thrown by a sign-in whose connection is to break; the server does it. */
export class BrokenAnswer extends Error {
  readonly how: 'cut' | 'partial' | 'nonsense';

  constructor(how: BrokenAnswer['how']) {
    super(how);
    this.how = how;
  }
}

const removed = 'GPAUTH=weg; Path=/; Max-Age=0; HttpOnly';

export function showLogin(session: Session, back: string): Reply {
  return page(loginPage({ formToken: session.formToken, back }));
}

/** The form; like many apps of its age it takes the fields from anywhere and asks for the token in a POST only. */
export async function signInByForm(request: DemoRequest, session: Session, deps: SignInDeps): Promise<Reply> {
  const form = request.method === 'POST' ? await readForm(request) : request.url.searchParams;
  const back = field(form, 'terug');
  if (request.method === 'POST' && field(form, 'formtoken') !== session.formToken) {
    return failed(session, back, field(form, 'gebruiker'), 'Dit formulier is verlopen. Probeer het opnieuw.');
  }
  const user = deps.accounts.check(field(form, 'gebruiker'), field(form, 'wachtwoord'));
  if (user === undefined) {
    return failed(session, back, field(form, 'gebruiker'), 'Gebruikersnaam of wachtwoord is onjuist.');
  }
  const cookies = promote(session, user, deps.promote);
  await answerable(deps.control);
  return { ...redirect(/^\/(?![/\\])/.test(back) ? back : '/postvak'), cookies };
}

/** The same for scripts: `{"gebruiker":…,"wachtwoord":…}`. */
export async function signInByJson(request: DemoRequest, session: Session, deps: SignInDeps): Promise<Reply> {
  const fields = parse(request.body.toString('utf8'));
  const user = deps.accounts.check(String(fields['gebruiker'] ?? ''), String(fields['wachtwoord'] ?? ''));
  if (user === undefined) return { ...json({ fout: 'onjuist' }, 401), cookies: [removed] };
  const cookies = promote(session, user, deps.promote);
  await answerable(deps.control);
  return { ...json({ welkom: user }), cookies };
}

/** The account of HTTP Basic, which the app's script interface takes. */
export function basicUser(header: string | undefined, accounts: Accounts): string | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
  return accounts.check(user, password);
}

/** Signed in by its cookies: the session's, and GPAUTH where the session was promoted with one. */
export function signedIn(session: Session, cookies: ReadonlyMap<string, string>): string | undefined {
  return session.proof === undefined || cookies.get('GPAUTH') === session.proof ? session.user : undefined;
}

export function signOut(): Reply {
  return { ...redirect('/login'), cookies: [removed, 'GPSESSIE=weg; Path=/; Max-Age=0; HttpOnly'] };
}

function promote(session: Session, user: string, how: SignInDeps['promote']): string[] {
  session.user = user;
  session.formToken = token();
  session.proof = how === 'silent' ? undefined : token();
  return session.proof === undefined ? [] : [`GPAUTH=${session.proof}; Path=/; HttpOnly`];
}

async function answerable(control: DemoControl): Promise<void> {
  const mode = control.signIn;
  await control.judged();
  if (mode === 'error') throw new Error('sign-in');
  if (mode === 'cut' || mode === 'partial' || mode === 'nonsense') throw new BrokenAnswer(mode);
}

function failed(session: Session, back: string, user: string, message: string): Reply {
  session.formToken = token();
  return { ...page(loginPage({ formToken: session.formToken, back, user, message }), 401), cookies: [removed] };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
