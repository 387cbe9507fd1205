import type { Client } from './client.ts';
import { freshPrefix, until } from './redis.ts';
import { startSluis, type TestApp, type TestOptions, type TestSluis } from './sluis.ts';

export interface Fleet {
  readonly one: TestSluis;
  readonly two: TestSluis;
  close(): Promise<void>;
}

/** Where each instance finds the Redis that both share: YAML of `store.redis`, for example `url: "redis://…"`. */
export interface Ways {
  readonly one: string;
  readonly two: string;
}

export function urlOf(port: number): string {
  return `url: "redis://127.0.0.1:${port}"`;
}

/** Two instances on one Redis, each with its own memory, as two machines have them. */
export async function startFleet(apps: readonly TestApp[], ways: Ways, options: TestOptions = {}): Promise<Fleet> {
  const prefix = freshPrefix();
  const at = (redis: string) => ({
    ...options,
    extra: `${options.extra ?? ''}\nstore: { redis: { ${redis}, prefix: "${prefix}" } }`,
  });
  const one = await startSluis(apps, at(ways.one));
  try {
    const two = await startSluis(apps, { ...at(ways.two), beside: one });
    return {
      one,
      two,
      close: async () => {
        await two.close();
        await one.close();
      },
    };
  } catch (error) {
    await one.close();
    throw error;
  }
}

/** Asks until this page of the app is refused; gives how long that took, in milliseconds. */
export async function refusalOf(client: Client, page: string): Promise<number> {
  const begin = performance.now();
  await until(async () => (await client.get(page)).status === 303);
  return Math.round(performance.now() - begin);
}
