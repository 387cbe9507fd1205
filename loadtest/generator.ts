import { once } from 'node:events';
import type { Child } from './child.ts';

/** One bounded load on one proxy. */
export interface Load {
  readonly port: number;
  /** The request, latin1. */
  readonly bytes: string;
  /** Bytes of the body that must come back. */
  readonly size: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** Requests after which it ends in any case. */
  readonly most: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly milliseconds: number;
  /** Latency, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** '' where every answer was whole and 200. */
  readonly failure: string;
}

export async function generate({ process }: Child, load: Load): Promise<LoadResult> {
  process.send(load);
  const [result] = (await once(process, 'message')) as [LoadResult];
  if (result.failure !== '') throw new Error(`the load on port ${load.port} failed: ${result.failure}`);
  return result;
}
