import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Audit } from '../audit/event.ts';
import type { AppSettings, LimitSettings, RealmSettings } from '../config/settings.ts';
import type { TrustedDevices } from '../device/trusted-devices.ts';
import type { Attempts } from '../factor/attempts.ts';
import type { KnownBrowsers } from '../factor/known-browser.ts';
import type { People } from '../factor/people.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import type { AppRules } from '../policy/admit.ts';
import type { RouteTable } from '../policy/route.ts';
import type { Target } from '../policy/target.ts';
import type { SessionEnds } from '../session/session-ends.ts';
import type { Sessions } from '../session/sessions.ts';
import type { CredentialNames } from '../signin/scanner.ts';
import type { Site } from '../ui/layout.tsx';
import { onlyValue, readCookieHeader } from '../visit/cookie-header.ts';
import type { ParkedSubmissions } from '../visit/parked.ts';
import type { PendingSignIns } from '../visit/pending.ts';
import type { SealedCookies } from '../visit/sealed-cookies.ts';
import type { Visits } from '../visit/visits.ts';
import type { Way } from './bulkhead.ts';
import type { Head } from './head.ts';
import type { AppLog } from './log.ts';
import type { Ongoing } from './ongoing.ts';
import type { Receiving } from './receiving.ts';

/** One protected app, with what requests to it need at hand. */
export interface AppRuntime {
  readonly settings: AppSettings;
  readonly realm: RealmSettings;
  /** For people with a session, and for sign-ins. */
  readonly pool: Way;
  /** For everybody else: strangers must not keep those who are signed in from their app. */
  readonly publicPool: Way;
  /** For files that everybody may have. */
  readonly assetPool: Way;
  /** For WebSockets: each has a connection of its own. */
  readonly agent: Agent;
  readonly table: RouteTable;
  readonly stillTaken: AppRules['stillTaken'];
  readonly credentials: CredentialNames;
  /** Host as the app sees it. */
  readonly host: string;
  readonly proto: 'http' | 'https';
  readonly site: Site;
  readonly findAsset: (name: string) => { readonly type: string; readonly body: Buffer } | undefined;
  readonly rewriteLocation: (location: string) => string;
}

/** What the gateway is given by the composition root. */
export interface GatewayDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly ends: SessionEnds;
  readonly visits: Visits;
  readonly pendings: PendingSignIns;
  readonly parked: ParkedSubmissions;
  readonly sealed: SealedCookies;
  readonly attempts: Attempts;
  readonly known: KnownBrowsers;
  readonly people: People;
  readonly devices: TrustedDevices;
  readonly audit: Audit;
  readonly limits: LimitSettings;
  readonly log: AppLog;
  readonly receiving: Receiving;
  readonly ongoing: Ongoing;
}

/** One request to one app and the answer to it. */
export class Exchange {
  readonly app: AppRuntime;
  readonly head: Head;
  readonly target: Target;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly source: string;
  /** Set-Cookie lines of ours that go with whatever is answered. */
  readonly setCookies: string[] = [];
  /** This very request ends the session it came with: its own answer is not cut off for that. */
  endsSession = false;
  #cookies: ReadonlyMap<string, readonly string[]> | undefined;
  #accepted = false;

  constructor(app: AppRuntime, head: Head, target: Target, req: IncomingMessage, res: ServerResponse, source: string) {
    this.app = app;
    this.head = head;
    this.target = target;
    this.req = req;
    this.res = res;
    this.source = source;
  }

  get cookies(): ReadonlyMap<string, readonly string[]> {
    this.#cookies ??= parsedCookies(this.head.cookie);
    return this.#cookies;
  }

  cookie(name: string): string | undefined {
    return onlyValue(this.cookies, name);
  }

  get hasBody(): boolean {
    return this.head.chunked || (this.head.contentLength ?? 0) > 0;
  }

  /** Bytes of the body are still to come, or must be expected to. */
  get bodyComes(): boolean {
    return this.hasBody && !this.req.complete && (!this.head.expects || this.#accepted);
  }

  /** Lets a client that asked first send its body. */
  acceptBody(): void {
    if (!this.head.expects || this.#accepted) return;
    this.#accepted = true;
    this.res.writeContinue();
  }
}

/** Browsers send the same Cookie header again and again: read once. Bounded in characters too. */
const parsed = new LRUCache<string, ReadonlyMap<string, readonly string[]>>({
  max: 5_000,
  maxSize: 8_000_000,
  sizeCalculation: (_cookies, header) => header.length + 1,
});

function parsedCookies(header: string | undefined): ReadonlyMap<string, readonly string[]> {
  if (header === undefined) return new Map();
  let cookies = parsed.get(header);
  if (cookies === undefined) {
    cookies = readCookieHeader(header);
    parsed.set(header, cookies);
  }
  return cookies;
}
