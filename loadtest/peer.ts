import type { Child } from './child.ts';

/** A proxy that is measured. */
export interface Peer {
  readonly name: string;
  readonly child: Child;
  /** What else was started for it: its store. Not on the path of a request. */
  readonly others: readonly Child[];
  /** The processes that do its work, those of now. */
  pids(): readonly number[];
  /** Host and Cookie as a browser would send them to it. */
  readonly host: string;
  readonly cookie: string;
}

/** Why one cannot be measured here, in words for the report. */
export interface NotRun {
  readonly reason: string;
}

export interface PeerOptions {
  /** A folder that is thrown away. */
  readonly folder: string;
  readonly backend: Child;
  /** Node's flags for proxies that run on Node: for profiles. */
  readonly flags: readonly string[];
}
