import type { Exchange } from './exchange.ts';
import { refuse } from './respond.ts';

/** The app gave no answer: fixed public text, whatever the cause (an address or a port of the inside must not leak). */
export function appFailed(exchange: Exchange, failure: 'timeout' | 'unreachable'): void {
  refuse(exchange, failure, { next: exchange.head.method === 'GET' ? exchange.target.raw : '/' });
}
