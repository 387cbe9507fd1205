import type { Client, ClientAnswer } from '../support/client.ts';
import {
  appClient,
  browserOf,
  freshCode,
  handoffOf,
  openLogin,
  openPortal,
  passFirstGate,
  portalClient,
  postPassword,
  releaseOn,
  signInFully,
  submit,
} from '../support/person.ts';
import { header } from '../support/raw-http.ts';
import type { TestSluis } from '../support/sluis.ts';
import { declineTrust, forgetSessions, type Hosts, trustHere } from '../support/trusting.ts';

/** Somebody who has come so far that the next request needs, or does not need, the store. */
export interface Cell {
  /** That request. */
  ask(): Promise<ClientAnswer>;
  /** Whether it was answered as ever. */
  isAsEver(answer: ClientAnswer): boolean;
  /** After the fault: the same, from where she stands then. */
  again(): Promise<ClientAnswer>;
}

export const anna = { name: 'anna', password: 'Anna-Test-2026' };
export const bram = { name: 'bram', password: 'Bram-Test-2026' };
export const carla = { name: 'carla', password: 'Carla-Test-2026' };

/** Two pages of the app that demand more. */
export const routes = `    routes:
      - { path: /wie, level: 3 }
      - { path: /beheer, level: 2, maxAge: 10m }`;

/** By the columns of the operator's guide. `other` is an instance beside it. */
export async function cellsOf(sluis: TestSluis, other: TestSluis): Promise<Readonly<Record<string, Cell>>> {
  const { known, secret } = await knownSession(sluis);
  const trusted = await trustedBrowser(sluis, secret);
  const cells = {
    'a session known here': pageOf(known, '/postvak', 'anna'),
    'the same, level 3': pageOf(known, '/wie', 'anna'),
    'the same, fresh factor': pageOf(known, '/beheer', 'anna'),
    'a session of elsewhere': await sessionOfElsewhere(sluis, other),
    'a sign-in': await signIn(sluis, anna),
    'a challenge': await challenge(sluis),
    ...(await countersOf(sluis)),
  };
  // Last: a step to the portal is good for half a minute.
  return { ...cells, 'arrival in a trusted browser': await arrivalIn(trusted) };
}

function pageOf(client: Client, path: string, name: string): Cell {
  const ask = () => client.get(path);
  return { ask, again: ask, isAsEver: answer => answer.status === 200 && answer.text.includes(name) };
}

/** At level 3, so that the level of the route decides. */
async function knownSession(sluis: TestSluis): Promise<{ known: Client; secret: string }> {
  const { app, secret } = await signInFully(sluis, 'demo', 'demo', anna);
  const person = await sluis.core.people.byName('gemeente', 'anna');
  const [session] = await sluis.core.sessions.ofPerson(person?.id ?? '');
  if (session === undefined) throw new Error('no session');
  const { factor, factorAt, portal } = session;
  const renewed = await sluis.core.sessions.renew(session, { level: 3, factor, factorAt, portal });
  app.jar.set('__Host-sluis', renewed?.cookie ?? '');
  // What the log says of this change is heard first: else the record would have to be read again once the store is lost.
  await sluis.core.sessions.confirm();
  await app.get('/postvak');
  return { known: app, secret };
}

async function sessionOfElsewhere(sluis: TestSluis, other: TestSluis): Promise<Cell> {
  const { app, secret } = await signInFully(other, 'demo', 'demo', bram);
  secretOfBram.set(sluis, secret);
  return pageOf(app.copy().at(sluis.port), '/postvak', 'bram');
}

const secretOfBram = new WeakMap<TestSluis, string>();

/** The right password, in a browser that is not known. */
async function signIn(sluis: TestSluis, who: typeof anna): Promise<Cell> {
  const client = appClient(sluis, 'demo');
  const form = await openLogin(client, 'demo');
  return {
    ask: () => postPassword(client, 'demo', form, who),
    again: () => passFirstGate(appClient(sluis, 'demo'), 'demo', who),
    isAsEver: answer => answer.location === '/_sluis/next',
  };
}

/** The right code, on a page that was open before. */
async function challenge(sluis: TestSluis): Promise<Cell> {
  const [app, portal] = [appClient(sluis, 'demo'), portalClient(sluis)];
  declineTrust({ portal });
  const secret = secretOfBram.get(sluis) ?? '';
  // A step later than that of her set-up, which was at the other instance.
  sluis.clock.advance(30_000);
  await passFirstGate(app, 'demo', bram);
  const page = await openPortal(app, portal);
  const code = freshCode(sluis, secret);
  return {
    ask: () => submit(portal, page, { code }),
    again: async () => {
      const now = await openPortal(app, portal);
      return releaseOn(now) === undefined ? submit(portal, now, { code: freshCode(sluis, secret) }) : now;
    },
    isAsEver: answer => releaseOn(answer) !== undefined,
  };
}

/** Trusted for so long that it gets a new value at its next use. */
async function trustedBrowser(sluis: TestSluis, secret: string): Promise<Hosts> {
  const browser = browserOf(sluis, 'demo');
  await trustHere(browser, anna, freshCode(sluis, secret));
  sluis.clock.advance(120_000);
  await sluis.core.sessions.confirm();
  forgetSessions(browser);
  return browser;
}

/** The password is proved: the trust of the browser speaks for the rest. */
async function arrivalIn({ app, portal }: Hosts): Promise<Cell> {
  await passFirstGate(app, 'demo', anna);
  const arrival = await handoffOf(app);
  const again = () => openPortal(app, portal);
  return {
    ask: async () => {
      const answer = await portal.get(arrival);
      // Asked too late, on a machine that had no turn for us.
      return answer.status === 410 ? again() : answer;
    },
    again,
    isAsEver: answer => /\/go\//.test(answer.location ?? '') || releaseOn(answer) !== undefined,
  };
}

/** Strangers have used up what unknown browsers may try of carla's sign-ins; her own browser has its own. */
async function countersOf(sluis: TestSluis): Promise<Readonly<Record<string, Cell>>> {
  const { app } = await signInFully(sluis, 'demo', 'demo', carla);
  const stranger = appClient(sluis, 'demo');
  for (let turn = 0; turn < 8; turn += 1) {
    await postPassword(stranger, 'demo', await openLogin(stranger, 'demo'), { ...carla, password: 'fout' });
  }
  return { 'an attempt limit': await limited(sluis), 'a known browser': await knownBrowser(sluis, app) };
}

async function limited(sluis: TestSluis): Promise<Cell> {
  const ask = async (client: Client) => postPassword(client, 'demo', await openLogin(client, 'demo'), carla);
  const ready = appClient(sluis, 'demo');
  const form = await openLogin(ready, 'demo');
  return {
    ask: () => postPassword(ready, 'demo', form, carla),
    again: () => ask(appClient(sluis, 'demo')),
    // Led to a fresh form, with a note that says to wait.
    isAsEver: answer => answer.status === 303 && answer.location === '/login',
  };
}

async function knownBrowser(sluis: TestSluis, before: Client): Promise<Cell> {
  const known = () => {
    const client = appClient(sluis, 'demo');
    client.jar.set('__Host-sluis-known', before.jar.get('__Host-sluis-known') ?? '');
    return client;
  };
  const client = known();
  const form = await openLogin(client, 'demo');
  return {
    ask: () => postPassword(client, 'demo', form, carla),
    again: () => passFirstGate(known(), 'demo', carla),
    isAsEver: answer => answer.location === '/_sluis/next',
  };
}

/** 503, when to come again, nothing of the app, and every cookie left where it is. */
export function isTryAgain(answer: ClientAnswer): boolean {
  return (
    answer.status === 503 &&
    /^[1-9]\d*$/.test(header(answer, 'retry-after') ?? '') &&
    /Er is niets verloren gegaan/.test(answer.text) &&
    !/id="wie"|gebruiker|wachtwoord|SluisError|redis|127\.0\.0\.1/i.test(answer.text) &&
    answer.setCookies.length === 0
  );
}
