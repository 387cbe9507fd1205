import type { Session } from '../../src/session/session.ts';
import type { JarCookie } from '../../src/visit/jar.ts';
import { Client } from './client.ts';
import type { TestSluis } from './sluis.ts';

export interface Inside {
  /** A browser with this session's cookie and the app's, sealed. */
  readonly client: Client;
  readonly session: Session;
}

/**
 * Somebody who is through both gates, without the way there: for tests of what a session may do against apps that
 * answer nonsense. The way itself is `signInFully`.
 */
export async function enter(
  sluis: TestSluis,
  app: string,
  name: string,
  cookies: Readonly<Record<string, string>> = {},
): Promise<Inside> {
  const { session, cookie } = await sluis.core.sessions.begin({
    realm: 'gemeente',
    app,
    person: `person-${name}`,
    name,
    level: 2,
    factor: 'totp',
    factorAt: sluis.clock.now(),
    portal: undefined,
  });
  const client = new Client(sluis.port, { host: sluis.host(app) });
  client.jar.set('__Host-sluis', cookie);
  for (const [appName, value] of Object.entries(cookies)) keep(sluis, client, session, appName, value);
  return { client, session };
}

function keep(sluis: TestSluis, client: Client, session: Session, name: string, value: string): void {
  const owner = { app: session.app, id: `session:${session.id}`, key: Buffer.from(session.sealKey, 'base64url') };
  const cookie: JarCookie = { name, value, path: '/', expires: undefined, sameSite: 'Lax' };
  for (const line of sluis.core.sealed.seal(owner, cookie, sluis.clock.now())) {
    const [, sealedName = '', sealed = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? [];
    client.jar.set(sealedName, sealed);
  }
}
