import type { Client, ClientAnswer } from '../support/client.ts';
import { enter } from '../support/inside.ts';
import {
  appClient,
  browserOf,
  freshCode,
  kinds,
  openLogin,
  openPortal,
  passFirstGate,
  postPassword,
  release,
  releaseOn,
  secretOf,
  signOut,
  submit,
} from '../support/person.ts';
import type { TestSluis } from '../support/sluis.ts';
import { declineTrust } from '../support/trusting.ts';
import { anna } from './cells.ts';

/** What somebody asks who must not come in, and how it is refused where the store is there. */
export interface Intruder {
  ask(): Promise<ClientAnswer>;
  readonly refused: { readonly status: number; readonly text: RegExp };
}

/** Rule 2: no fault may make one of these right. After the cells, in which anna was set up. */
export async function intrudersOf(sluis: TestSluis, other: TestSluis): Promise<Readonly<Record<string, Intruder>>> {
  const { app, code } = await patiently(() => signInByHand(sluis));
  const intruders = {
    'a used code': await patiently(() => usedCode(sluis, code)),
    'the cookie of an ended session': ofNobody(app.copy()),
    'a forged cookie': ofNobody(await patiently(() => forged(sluis))),
    'a wrong password': await patiently(() => wrongPassword(sluis)),
  };
  // At another instance, so that this one knows it from the log alone.
  await patiently(async () => void (await signOut(app.at(other.port))));
  await sluis.core.sessions.confirm();
  return intruders;
}

/** On a machine that is busy a step may be refused also where nothing is broken yet: then from the beginning. */
async function patiently<T>(make: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < 4; turn += 1) {
    try {
      return await make();
    } catch {
      // Once more.
    }
  }
  return make();
}

/** As signInFully does, so that the code is known that is used up by it. */
async function signInByHand(sluis: TestSluis): Promise<{ app: Client; code: string }> {
  const { app, portal } = browserOf(sluis, 'demo');
  declineTrust({ portal });
  await passFirstGate(app, 'demo', anna);
  const page = await openPortal(app, portal);
  const code = freshCode(sluis, secretOf(sluis, anna.name));
  await release(app, await submit(portal, page, { code }));
  if (!app.jar.has('__Host-sluis')) throw new Error('no session');
  return { app, code };
}

/** The cookie of a session that lives, one letter changed. */
async function forged(sluis: TestSluis): Promise<Client> {
  const { client } = await enter(sluis, 'demo', anna.name);
  const cookie = client.jar.get('__Host-sluis') ?? '';
  client.jar.set('__Host-sluis', `${cookie.slice(0, 9)}${cookie[9] === 'A' ? 'B' : 'A'}${cookie.slice(10)}`);
  return client;
}

async function usedCode(sluis: TestSluis, code: string): Promise<Intruder> {
  const { app, portal } = browserOf(sluis, 'demo');
  declineTrust({ portal });
  await passFirstGate(app, 'demo', anna);
  const page = await openPortal(app, portal);
  return { ask: () => submit(portal, page, { code }), refused: { status: 422, text: /al gebruikt/ } };
}

/** Led to the login page, as whoever has no session. */
function ofNobody(client: Client): Intruder {
  return { ask: () => client.get('/postvak'), refused: { status: 303, text: /^$/ } };
}

async function wrongPassword(sluis: TestSluis): Promise<Intruder> {
  const client = appClient(sluis, 'demo');
  const form = await openLogin(client, 'demo');
  const ask = () => postPassword(client, 'demo', form, { ...anna, password: 'fout' });
  return { ask, refused: { status: 401, text: /id="fout"|klopt niet|onjuist/i } };
}

/** A step further than whoever asked may go: a page of the app, the way to the code, a release, a session. */
export function letsIn(answer: ClientAnswer): boolean {
  return (
    kinds.demo.signedIn.test(answer.text) ||
    releaseOn(answer) !== undefined ||
    answer.location?.startsWith('/_sluis/') === true ||
    answer.setCookies.some(line => /^__Host-sluis(?:-pending|-realm)?=[^;]/.test(line))
  );
}
