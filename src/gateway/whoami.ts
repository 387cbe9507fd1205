import { readTarget } from '../policy/target.ts';
import type { JarCookie } from '../visit/jar.ts';
import { cookieHeader } from '../visit/set-cookie.ts';
import { unpack } from './append.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { ownRequestHeaders } from './headers.ts';
import { requestWhole } from './upstream.ts';

const longestAnswer = 256 * 1024;

/** What the app itself says of whose account it is; undefined where it does not say, or not clearly. */
export async function whoamiOf(
  deps: GatewayDeps,
  exchange: Exchange,
  answer: { proof: JarCookie | undefined; location: string | undefined; jar: readonly JarCookie[] },
): Promise<string | undefined> {
  const { whoami } = exchange.app.settings.preset;
  switch (whoami.from) {
    case 'cookie':
      return decode(whoami.value.exec(answer.proof?.value ?? '')?.[1], whoami.decode);
    case 'location':
      return whoami.value.exec(answer.location ?? '')?.[1];
    case 'request':
      return ask(deps, exchange, whoami, answer.jar);
    case 'nothing':
      return undefined;
  }
}

/** The name in a proof's value; for the check on a new proof inside a session. */
export function nameInProof(exchange: Pick<Exchange, 'app'>, proof: JarCookie): string | undefined {
  const { whoami } = exchange.app.settings.preset;
  return whoami.from === 'cookie' ? decode(whoami.value.exec(proof.value)?.[1], whoami.decode) : undefined;
}

function decode(text: string | undefined, how: 'text' | 'base64'): string | undefined {
  if (text === undefined || how === 'text') return text;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 0 ? undefined : bytes.toString('utf8');
}

async function ask(
  deps: GatewayDeps,
  exchange: Exchange,
  whoami: { path: string; body: RegExp },
  jar: readonly JarCookie[],
): Promise<string | undefined> {
  const { app, head, source } = exchange;
  const cookie = cookieHeader(jar, readTarget(whoami.path).path, deps.clock.now());
  try {
    const answer = await requestWhole(
      app.pool,
      {
        method: 'GET',
        path: whoami.path,
        headers: ownRequestHeaders(head, { host: app.host, source, proto: app.proto, cookie }),
      },
      longestAnswer,
    );
    const body = answer.status === 200 ? unpack(answer) : undefined;
    return body === undefined ? undefined : whoami.body.exec(body.toString('utf8'))?.[1];
  } catch {
    return undefined;
  }
}
