import { afterEach, describe, expect, it } from 'vitest';
import { startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { bestOf, second, timed } from '../support/best-of.ts';
import type { ClientAnswer } from '../support/client.ts';
import { enter } from '../support/inside.ts';
import { appClient, openLogin, postPassword } from '../support/person.ts';
import { type RedisServer, startCluster, until } from '../support/redis.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { anna, bram, carla, isTryAgain } from './cells.ts';
import { type Fault, faults } from './faults.ts';

let opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.toReversed()) await one.close().catch(() => undefined);
  opened = [];
});

function open<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}

interface Asked extends Fault {
  /** So many pages of people of elsewhere are asked for; none where they are answered as ever. */
  readonly pages: number;
}

const of = (name: string, pages: number) => async (): Promise<Asked> => {
  const start = faults[name];
  if (start === undefined) throw new Error(`no fault "${name}"`);
  return { ...(await start()), pages };
};

type Way = (node: RedisServer) => void | Promise<void>;

/** What stands at the other two goes on meanwhile, as far as it needs nothing of this one. */
async function atOneNode(begin: Way, end: Way): Promise<Asked> {
  const { masters, close } = await startCluster();
  const [node] = masters as [RedisServer];
  const redis = `{ url: redis://127.0.0.1:${node.port}, cluster: true }`;
  // A third of what is asked stands there.
  return { redis, lost: false, begin: async () => begin(node), end: async () => end(node), close, pages: 16 };
}

const all: Readonly<Record<string, () => Promise<Asked>>> = {
  'of one Redis hangs': of('hangs', 2),
  'of one Redis refuses connections': of('refuses connections', 2),
  'of one Redis is read only': of('is read only', 0),
  'of a cluster hangs at one of its nodes': () =>
    atOneNode(
      node => node.pause(),
      node => node.resume(),
    ),
  'of a cluster has lost one of its nodes': () =>
    atOneNode(
      node => node.kill(),
      node => node.start(),
    ),
};

type Ready = () => Promise<ClientAnswer>;

/** Requests that need the store, of people whom this instance has not seen: all are ready to be sent. */
async function readyAt(sluis: TestSluis, other: TestSluis, pages: number) {
  const signIns = [anna, bram, carla].map(async (who): Promise<Ready> => {
    const client = appClient(sluis, 'demo');
    const form = await openLogin(client, 'demo');
    return () => postPassword(client, 'demo', form, who);
  });
  const sessions = Array.from({ length: pages }, async (_none, at): Promise<Ready> => {
    const client = (await enter(other, 'demo', `persoon-${at}`)).client.at(sluis.port);
    return () => client.get('/postvak');
  });
  return [await Promise.all(signIns), await Promise.all(sessions)] as const;
}

/** All at once; of those that are refused, what the quickest takes. Undefined where none is: in a cluster all may stand elsewhere. */
async function quickestRefusal(ready: readonly Ready[]): Promise<number | undefined> {
  const took: number[] = [];
  const asked = ready.map(async ask => {
    let refused = false;
    const time = await timed(async () => {
      refused = isTryAgain(await ask());
    });
    if (refused) took.push(time);
  });
  await Promise.all(asked);
  return took.length === 0 ? undefined : Math.min(...took);
}

/** By itself, at every node. */
async function isWell({ core }: TestSluis): Promise<boolean> {
  const keys = Array.from({ length: 24 }, (_none, at) => `well-${at}:${performance.now()}`);
  const written = await Promise.all(keys.map(key => core.store.consume(key, 1_000)));
  return written.every(Boolean) && core.sessions.storeStanding === 'confirmed';
}

describe.skipIf(missing('redis'))(
  'R24: who is refused at first, before anybody knows, is so within a second, where the store',
  () => {
    it.each(Object.entries(all))('%s', async (_what, start) => {
      const fault = open(await start());
      const demo = open(await startDemoApp());
      const apps = [{ id: 'demo', upstream: demo.url, preset: 'demo' }];
      const options = { extra: `store: { redis: ${fault.redis} }` };
      const sluis = open(await startSluis(apps, options));
      const other = open(await startSluis(apps, { ...options, beside: sluis }));
      const best = { signIn: Number.POSITIVE_INFINITY, page: Number.POSITIVE_INFINITY };
      await bestOf(async () => {
        const [signIns, pages] = await readyAt(sluis, other, fault.pages);
        await fault.begin();
        const [signIn, page] = await Promise.all([quickestRefusal(signIns), quickestRefusal(pages)]);
        await fault.end();
        await until(() => isWell(sluis));
        await until(() => isWell(other));
        best.signIn = Math.min(best.signIn, signIn ?? best.signIn);
        best.page = Math.min(best.page, page ?? best.page);
        return fault.pages > 0 ? Math.max(best.signIn, best.page) : best.signIn;
      });
      expect(best.signIn).toBeLessThan(second);
      if (fault.pages > 0) expect(best.page).toBeLessThan(second);
    });
  },
);
