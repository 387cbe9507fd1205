import type { Hono } from 'hono';
import { addressOf } from '../operator/operator.ts';
import { type ConsoleSignInMistake, consoleSignInPage } from '../ui/pages-console.tsx';
import { providerSignInPage } from '../ui/pages-console-first.tsx';
import { mountChallenge } from './challenge.ts';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';
import { Entrance, toOf } from './entrance.ts';
import { whoIsIn } from './gate.ts';
import { mountInvitation } from './invitation.ts';
import { mountProvider } from './outside.ts';
import type { ConsoleContext, View } from './view.ts';

/** Every page on the way in. None of them says whether there is an operator of a name. */
export function mountSignIn(app: Hono<ConsoleEnv>, { deps, view }: { deps: ConsoleDeps; view: View }): void {
  const entrance = new Entrance(deps, view);
  const { firstFactor } = deps;
  if (firstFactor.kind === 'oidc') {
    app.get('/sign-in', c => showProviders(c, entrance, firstFactor.title));
    mountProvider(app, entrance, firstFactor);
  }
  const place = firstFactor.kind === 'oidc' ? '/sign-in/password' : '/sign-in';
  app.get(place, c => show(c, entrance));
  app.post(place, c => answer(c, entrance));
  mountChallenge(app, entrance);
  mountInvitation(app, entrance);
}

async function showProviders(c: ConsoleContext, { deps, view }: Entrance, provider: string): Promise<Response> {
  if (typeof (await whoIsIn(deps, view, c)) !== 'string') return view.go(c, toOf(c));
  const href = `${view.at('/sign-in/provider')}${toQuery(c)}`;
  const props = { provider, href, invitation: view.at('/invitation'), spare: view.at('/sign-in/password') };
  return view.html(c, providerSignInPage(view.page(c), props));
}

async function show(c: ConsoleContext, entrance: Entrance, mistake?: ConsoleSignInMistake): Promise<Response> {
  const { view, deps } = entrance;
  if (mistake === undefined && typeof (await whoIsIn(deps, view, c)) !== 'string') return view.go(c, toOf(c));
  const place = view.placeOf(c);
  const action = `${view.at(place)}${toQuery(c)}`;
  const tokens = entrance.tokens(view.browser(c), place);
  const password = ({ local: undefined, ldap: 'directory', oidc: 'spare' } as const)[deps.firstFactor.kind];
  const props = {
    ...{ action, tokens, invitation: view.at('/invitation') },
    ...(password === undefined ? {} : { password }),
    ...(mistake === undefined ? {} : { mistake }),
  };
  const status = mistake === undefined ? 200 : mistake === 'unavailable' ? 503 : 422;
  return view.html(c, consoleSignInPage(view.page(c), props), status);
}

async function answer(c: ConsoleContext, entrance: Entrance): Promise<Response> {
  const { view } = entrance;
  const browser = view.knownBrowser(c);
  const form = browser === undefined ? undefined : await entrance.readForm(c, browser);
  if (form === undefined || browser === undefined) return view.refuse(c, 'form', { next: c.req.path });
  const [email, password] = [addressOf(form.field('email')), form.field('password')];
  if (email === undefined || password === '') return show(c, entrance, 'missing');
  const typed = await entrance.typed(c, email, password);
  if (typed.outcome === 'delayed') return entrance.delayed(c, typed.until);
  if (typed.outcome !== 'right') return show(c, entrance, typed.outcome);
  await entrance.signIns.begin(browser, { operator: typed.operator.id, email, purpose: 'sign-in', to: toOf(c) });
  return view.go(c, '/second-step');
}

function toQuery(c: ConsoleContext): string {
  const to = toOf(c);
  return to === '/' ? '' : `?to=${encodeURIComponent(to)}`;
}
