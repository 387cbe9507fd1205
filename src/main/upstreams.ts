import { readFileSync } from 'node:fs';
import type { Pool } from 'undici';
import type { AppSettings } from '../config/settings.ts';
import { Bulkhead, type Way } from '../gateway/bulkhead.ts';
import { openUpstream, publicConnections } from '../gateway/upstream.ts';
import { sha256 } from '../kernel/hash.ts';

/** The connections to one app, in the parts that people share: of each, so many, and a bound on who waits for one. */
export interface AppPools {
  readonly pool: Way;
  readonly publicPool: Way;
  readonly assetPool: Way;
}

interface Shared {
  readonly app: string;
  readonly open: readonly Pool[];
  readonly gates: readonly Bulkhead[];
  readonly pools: AppPools;
  users: number;
}

function openPools({ id, upstream }: AppSettings, refused: () => void): Shared {
  const few = publicConnections(upstream);
  const { waiting, timeouts } = upstream;
  const parts = [upstream.connections, few, few].map(connections => {
    const pool = openUpstream(upstream, connections);
    return { pool, gate: new Bulkhead(pool, { connections, waiting, longest: timeouts.wait, refused }) };
  });
  const open = parts.map(({ pool }) => pool);
  const gates = parts.map(({ gate }) => gate);
  const [pool, publicPool, assetPool] = gates as [Bulkhead, Bulkhead, Bulkhead];
  return { app: id, open, gates, pools: { pool, publicPool, assetPool }, users: 0 };
}

/** Connections to the apps, which outlive a change of the configuration that leaves an app's upstream as it was. */
export class Upstreams {
  readonly #open = new Map<string, Shared>();
  /** Used by nobody any more, with the last of what was sent still under way. */
  readonly #closing = new Set<Pool>();
  readonly #refused = new Map<string, number>();

  /** For one user more; the last `release` closes what nobody uses. Throws 'config.unreadable'. */
  take(app: AppSettings): { readonly pools: AppPools; release(): void } {
    const key = keyOf(app);
    const shared = this.#open.get(key) ?? openPools(app, () => this.#refuse(app.id));
    if (!this.#refused.has(app.id)) this.#refused.set(app.id, 0);
    shared.users += 1;
    this.#open.set(key, shared);
    return { pools: shared.pools, release: () => this.#release(key, shared) };
  }

  /** How many requests wait for a free connection now, by app. */
  waiting(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { app, gates } of this.#open.values())
      for (const gate of gates) counts.set(app, (counts.get(app) ?? 0) + gate.waiting);
    return counts;
  }

  /** How many were refused because none came free in time, by app, since the process began. */
  refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** Cuts what is under way. */
  async destroy(): Promise<void> {
    const pools = [...this.#closing, ...[...this.#open.values()].flatMap(({ open }) => open)];
    this.#open.clear();
    await Promise.all(pools.map(pool => pool.destroy()));
  }

  #release(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    if (this.#open.get(key) === shared) this.#open.delete(key);
    for (const [index, pool] of shared.open.entries()) void this.#close(pool, shared.gates[index]);
  }

  #refuse(app: string): void {
    this.#refused.set(app, (this.#refused.get(app) ?? 0) + 1);
  }

  /** What was sent already, or waits to be, comes to its end; then the connections are closed. Never rejects. */
  async #close(pool: Pool, gate: Bulkhead | undefined): Promise<void> {
    this.#closing.add(pool);
    await gate?.drained();
    await pool.close().catch(() => undefined);
    this.#closing.delete(pool);
  }
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
