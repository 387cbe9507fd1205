import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Exchange, GatewayDeps } from '../../src/gateway/exchange.ts';
import { openJar } from '../../src/gateway/in-session.ts';
import { sessionOwner } from '../../src/gateway/visit-cookies.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { KeyRing } from '../../src/kernel/key-ring.ts';
import { randomId, systemRandom } from '../../src/kernel/random.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { onlyValue, readCookieHeader } from '../../src/visit/cookie-header.ts';
import { SealedCookies } from '../../src/visit/sealed-cookies.ts';

/**
 * What sessions that an instance knows take of its heap, and what finding one costs: the real parts of the hot path,
 * each session having served one request with the cookies of an app. `--count=n`.
 */
const count = Number(process.argv.find(argument => argument.startsWith('--count='))?.slice('--count='.length));
const hour = 3_600_000;
const settings = { idle: hour, absolute: hour, grace: 0 };
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export interface KnownSessions {
  readonly count: number;
  /** Heap a session, in bytes. */
  readonly bytes: number;
  /** CPU time of finding one that is known, in nanoseconds. */
  readonly lookup: number;
}

// Told first, gone then.
process.send?.(await measure(), () => process.disconnect?.());

async function measure(): Promise<KnownSessions> {
  const store = await SqliteStore.open({ path: ':memory:', clock: systemClock });
  const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
  const sealed = new SealedCookies(systemRandom);
  const instance = () =>
    new Sessions({
      store,
      ring,
      clock: systemClock,
      random: systemRandom,
      settings,
    });
  const headers = await signIn(instance(), sealed);
  const known = instance();
  const deps = { sessions: known, sealed, clock: systemClock } as unknown as GatewayDeps;
  // One before, so that what every instance has anyway is not counted.
  await serve(deps, textOf(headers, 0));
  const before = heap();
  for (let i = 0; i < count; i += 1) await serve(deps, textOf(headers, i));
  const bytes = (heap() - before) / count;
  return { count, bytes, lookup: await lookupCost(known, headers) };
}

/** Sessions as signing in begins them; what a browser sends in each, as bytes outside the heap. */
async function signIn(sessions: Sessions, sealed: SealedCookies): Promise<Buffer[]> {
  const headers: Buffer[] = [];
  for (let i = 0; i < count; i += 1) {
    const person = {
      realm: 'bench',
      person: randomId(systemRandom),
      name: `person-${i}`,
      portal: randomId(systemRandom, 32),
    };
    const proved = { app: 'app', level: 2, factor: randomId(systemRandom), factorAt: Date.now() };
    const { session, cookie } = await sessions.begin({ ...person, ...proved });
    const jar = {
      name: 'GPAUTH',
      value: randomId(systemRandom),
      path: '/',
      expires: undefined,
      sameSite: 'Lax',
    } as const;
    const [line = ''] = sealed.seal(sessionOwner(session), jar, Date.now());
    headers.push(Buffer.from(`__Host-sluis=${cookie}; ${line.slice(0, line.indexOf(';'))}`, 'latin1'));
  }
  return headers;
}

function textOf(headers: readonly Buffer[], i: number): string {
  return headers[i]?.toString('latin1') ?? '';
}

async function serve(deps: GatewayDeps, header: string): Promise<void> {
  const cookies = readCookieHeader(header);
  const open = await deps.sessions.find(onlyValue(cookies, '__Host-sluis') ?? '', 'app');
  if (open === undefined) throw new Error('a session was not found');
  const app = { settings: { preset: { readable: [] } } };
  const exchange = { app, head: { cookie: header }, cookies, cookie: () => undefined } as unknown as Exchange;
  if (openJar(deps, exchange, open.session).plain === undefined) throw new Error('its cookies did not open');
  deps.sessions.touch(open.session);
}

async function lookupCost(sessions: Sessions, headers: readonly Buffer[]): Promise<number> {
  const cookies = headers
    .slice(-1_000)
    .map((_, i, last) => onlyValue(readCookieHeader(textOf(last, i)), '__Host-sluis') ?? '');
  await sessions.confirm();
  const rounds = 200;
  let found = 0;
  const began = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    for (const cookie of cookies) if (sessions.known(cookie, 'app') !== undefined) found += 1;
    await sessions.confirm();
  }
  const { user, system } = process.cpuUsage(began);
  if (found !== rounds * cookies.length) throw new Error('a known session was not known');
  return ((user + system) * 1_000) / found;
}

function heap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
