import type { AppSettings, RealmSettings, TrustSettings } from '../../src/config/settings.ts';
import { TrustedDevices } from '../../src/device/trusted-devices.ts';
import { SentCodes } from '../../src/factor/sent-code/sending.ts';
import type { Store } from '../../src/kernel/store.ts';
import type { PortalDeps } from '../../src/portal/deps.ts';
import { createPortal } from '../../src/portal/portal.ts';
import { demo } from '../../src/preset/demo.ts';
import { loadAssets } from '../../src/ui/assets.ts';
import { type Pending, PendingSignIns } from '../../src/visit/pending.ts';
import { type BenchClock, openBench, realm, source } from '../vectors/factor-bench.ts';

export const portalOrigin = 'https://sluis.gemeente.test';
export const appOrigin = 'https://webmail.gemeente.test';

const assets = loadAssets({ css: undefined, logo: undefined });

const realmSettings: RealmSettings = {
  name: realm,
  title: 'Gemeente Voorbeeld',
  portalOrigin,
  portalPath: '',
  singleHost: false,
  domains: [],
  firstFactor: { 2: 'activation-code', 3: 'desk', 4: 'desk' },
  activationValidity: 86_400_000,
  desk: { place: 'Stadhuis, balie 3', hours: 'ma-vr 9-17', phone: '14 012' },
  timeZone: 'Europe/Amsterdam',
  theme: { css: undefined, logo: undefined },
  names: undefined,
  groups: new Map(),
};

const app: AppSettings = {
  id: 'webmail',
  title: 'Webmail',
  realm,
  origin: appOrigin,
  upstream: {
    origin: 'http://127.0.0.1:1',
    ca: undefined,
    fingerprint: undefined,
    serverName: undefined,
    timeouts: { connect: 1, wait: 1, head: 1, body: 1 },
    waiting: 1,
    connections: 1,
  },
  preset: demo,
  nameCharacters: '[a-z0-9._-]',
  level: 2,
  routes: [],
  helpLine: true,
};

export type PortalBench = Awaited<ReturnType<typeof openPortal>>;

export interface PortalChange {
  readonly realm?: Partial<RealmSettings>;
  readonly deps?: Partial<PortalDeps>;
  readonly clock?: BenchClock;
  /** None, and nobody trusts a device. */
  readonly trust?: TrustSettings;
  /** Instead of the embedded one: of a fleet, each instance has its own on one Redis. */
  readonly store?: Store;
  /** Ways by which codes are sent. */
  readonly sending?: Partial<ConstructorParameters<typeof SentCodes>[1]>;
  /** Apps of the realm beside the webmail. */
  readonly beside?: readonly Pick<AppSettings, 'id' | 'title'>[];
}

/** Where somebody is going; the webmail, at level 2. */
export interface Bound {
  readonly app?: string;
  readonly level?: number;
}

/** A portal on the real embedded store, and what the gateway would have done before people get there. */
export async function openPortal(change: PortalChange = {}) {
  const bench = await openBench(change);
  const pendings = new PendingSignIns(bench.deps);
  const ended: string[] = [];
  const reported: unknown[] = [];
  const beside = (change.beside ?? []).map(other => ({
    ...app,
    ...other,
    origin: `https://${other.id}.gemeente.test`,
  }));
  const trusted = new TrustedDevices({ ...bench.deps, settings: () => change.trust, endSessions: async () => 0 });
  const deps: PortalDeps = {
    ...bench.deps,
    realm: { ...realmSettings, ...change.realm },
    apps: [app, ...beside],
    sentCodes: change.sending && new SentCodes(bench.deps, { sms: undefined, email: undefined, ...change.sending }),
    pendings,
    challenge: bench.challenge,
    activation: bench.activation,
    recovery: bench.recovery,
    knownBrowsers: bench.browsers,
    devices: trusted,
    freshFactor: async () => undefined,
    assets,
    endSessions: async browser => {
      ended.push(browser);
    },
    carryOver: async () => undefined,
    endSessionsOf: async () => undefined,
    report: error => {
      reported.push(error);
    },
    ...change.deps,
  };
  const portal = createPortal(deps);
  /** The password was right: a pending sign-in, and the cookie that the app's host gave. */
  const signIn = async (name: string, bound: Bound = {}): Promise<{ pending: Pending; cookie: string }> => {
    const opened = await pendings.open(
      {
        realm,
        app: bound.app ?? app.id,
        name,
        source,
        target: '/mail',
        demands: { level: bound.level ?? 2, maxAge: undefined },
        quarantine: { location: '/mail', cookies: [] },
        session: undefined,
        purpose: 'sign-in',
      },
      50,
    );
    if (opened === undefined) throw new Error('too many pending sign-ins');
    return opened;
  };
  return { ...bench, pendings, trusted, portal, ended, reported, signIn, browser: () => new Browser(portal) };
}

/** As much of a browser as the portal needs: cookies, forms, redirects on its own host. */
export class Browser {
  readonly cookies: Map<string, string>;
  readonly #portal: ReturnType<typeof createPortal>;

  constructor(portal: ReturnType<typeof createPortal>, cookies = new Map<string, string>()) {
    this.#portal = portal;
    this.cookies = cookies;
  }

  /** This very browser, sent to another instance by a balancer. */
  at(portal: ReturnType<typeof createPortal>): Browser {
    return new Browser(portal, this.cookies);
  }

  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '' && !headers.has('cookie')) headers.set('cookie', cookie);
    const response = await this.#portal.request(`${portalOrigin}${path}`, { ...init, headers }, { source });
    this.#keep(response.headers.getSetCookie());
    const location = response.headers.get('location')?.replace(portalOrigin, '');
    return { status: response.status, html: await response.text(), headers: response.headers, location, path };
  }

  /** Opens a page, through redirects on the portal's own host. */
  async open(path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await this.send(path, init);
    return answer.location?.startsWith('/') ? this.open(answer.location, { headers: init.headers ?? {} }) : answer;
  }

  /** Sends the first form of a page, with its hidden fields, and stops at the answer. */
  async post(page: Answer, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const [form, action] = /<form method="post" action="([^"]+)".*?<\/form>/s.exec(page.html) ?? [];
    if (form === undefined || action === undefined) throw new Error(`no form on ${page.path}`);
    const body = new URLSearchParams({ ...hiddenFields(form), ...fields });
    const type = 'application/x-www-form-urlencoded';
    return this.send(action, {
      method: 'POST',
      body: body.toString(),
      headers: { origin: portalOrigin, 'sec-fetch-site': 'same-origin', 'content-type': type, ...headers },
    });
  }

  /** Sends the form and goes on to the page it leads to. */
  async submit(page: Answer, fields: Record<string, string>): Promise<Answer> {
    const answer = await this.post(page, fields);
    return answer.location === undefined ? answer : this.open(answer.location);
  }

  #keep(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

export interface Answer {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** Path on the portal, or a whole address elsewhere. */
  readonly location: string | undefined;
  readonly path: string;
}

export function titleOf(answer: Answer): string {
  return /<h1[^>]*>([^<]*)<\/h1>/.exec(answer.html)?.[1] ?? '';
}

/** What its form holds unseen; and her word that what she sets up is hers alone, which every set-up asks for. */
export function hiddenFields(html: string): Record<string, string> {
  const found = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  const fields = Object.fromEntries(Array.from(found, ([, name = '', value = '']) => [name, value]));
  return html.includes('name="personal" value="yes"') ? { ...fields, personal: 'yes' } : fields;
}

/** The code that would release a pending on the app's host, where the page holds one. */
export function releaseCodeOf(answer: Answer): string | undefined {
  return /\/_sluis\/release\?code=([\w-]+)/.exec(answer.html)?.[1];
}
