import type { Exchange } from './exchange.ts';
import { refuse } from './respond.ts';
import type { UpstreamFailure } from './upstream.ts';

/** The app gave no answer: fixed public text, whatever the cause (an address or a port of the inside must not leak). */
export function appFailed(exchange: Exchange, failure: Exclude<UpstreamFailure, 'client-gone'>): void {
  // What would have been set belongs to an answer that does not go out.
  exchange.setCookies.length = 0;
  if (failure === 'store') exchange.res.setHeader('retry-after', '5');
  refuse(exchange, failure, { next: exchange.head.method === 'GET' ? exchange.target.raw : '/' });
}
