import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import { AuditThrottle } from './audit-throttle.ts';
import { ClockWatch } from './clock-watch.ts';
import type { AppLog } from './log.ts';
import { WebSockets } from './web-sockets.ts';

/** What goes on over a change of the configuration: a Gateway is of one configuration, these are of the process. */
export interface Ongoing {
  /** Connections on which a head was refused: node has parsed what was pipelined behind it before the answer is out. */
  readonly refused: WeakSet<Socket>;
  readonly throttle: AuditThrottle;
  readonly clockWatch: ClockWatch;
  readonly webSockets: WebSockets;
  /** Aborted when the process begins to stop: what has no end of its own, such as an upgraded connection, ends then. */
  readonly stopping: AbortSignal;
}

/** `processes`: how many serve beside each other. */
export function beginOngoing(clock: Clock, log: AppLog, stopping: AbortSignal, processes: number): Ongoing {
  // One for each such connection.
  setMaxListeners(0, stopping);
  return {
    refused: new WeakSet(),
    throttle: new AuditThrottle(
      clock,
      (source, count) => log.warn({ source, count }, 'refusals of one source that the audit leaves out'),
      processes,
    ),
    clockWatch: new ClockWatch(clock, log),
    webSockets: new WebSockets(clock, log, stopping),
    stopping,
  };
}
