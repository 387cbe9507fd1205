import { readFileSync } from 'node:fs';
import type { Pool } from 'undici';
import type { AppSettings } from '../config/settings.ts';
import { openUpstream, publicConnections } from '../gateway/upstream.ts';
import { sha256 } from '../kernel/hash.ts';

/** The connections to one app, in the parts that people share. */
export interface AppPools {
  readonly pool: Pool;
  readonly publicPool: Pool;
  readonly assetPool: Pool;
}

function openPools({ upstream }: AppSettings): AppPools {
  return {
    pool: openUpstream(upstream),
    publicPool: openUpstream(upstream, publicConnections(upstream)),
    assetPool: openUpstream(upstream, publicConnections(upstream)),
  };
}

interface Shared {
  readonly pools: AppPools;
  users: number;
}

/** Connections to the apps, which outlive a change of the configuration that leaves an app's upstream as it was. */
export class Upstreams {
  readonly #open = new Map<string, Shared>();
  /** Used by nobody any more, with the last of what was sent still under way. */
  readonly #closing = new Set<Pool>();

  /** For one user more; the last `release` closes what nobody uses. Throws 'config.unreadable'. */
  take(app: AppSettings): { readonly pools: AppPools; release(): void } {
    const key = keyOf(app);
    const shared = this.#open.get(key) ?? { pools: openPools(app), users: 0 };
    shared.users += 1;
    this.#open.set(key, shared);
    return { pools: shared.pools, release: () => this.#release(key, shared) };
  }

  /** Cuts what is under way. */
  async destroy(): Promise<void> {
    const pools = [...this.#closing, ...[...this.#open.values()].flatMap(shared => poolsOf(shared.pools))];
    this.#open.clear();
    await Promise.all(pools.map(pool => pool.destroy()));
  }

  #release(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    if (this.#open.get(key) === shared) this.#open.delete(key);
    for (const pool of poolsOf(shared.pools)) this.#close(pool);
  }

  /** What was sent already comes to its end; then the connections are closed. */
  #close(pool: Pool): void {
    this.#closing.add(pool);
    pool
      .close()
      .catch(() => undefined)
      .finally(() => this.#closing.delete(pool));
  }
}

function poolsOf(pools: AppPools): readonly Pool[] {
  return Object.values(pools) as readonly Pool[];
}

/** With what stands in the CA file: another CA under the same name is another upstream. */
function keyOf({ id, upstream }: AppSettings): string {
  const ca = upstream.ca === undefined ? '' : sha256(readIfThere(upstream.ca));
  return JSON.stringify([id, upstream, ca]);
}

/** `openUpstream` says what is wrong with a file that cannot be read. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
