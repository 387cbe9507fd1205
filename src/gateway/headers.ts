import type { Head } from './head.ts';

/**
 * Request headers that never reach an app in any state: framing and hop-by-hop (RFC 9110 7.6.1), credentials, what a
 * proxy is believed to have said, identity, and overrides of method or address (rule 4). Names are compared after `_`
 * became `-`, for `X_Forwarded_User` survives where only `X-Forwarded-User` is stripped (CVE-2025-64484).
 */
const neverExact = new Set(
  `host cookie cookie2 connection proxy-connection keep-alive te trailer transfer-encoding upgrade expect http2-settings
   authorization proxy-authorization proxy-authenticate authentication-info proxy api-key apikey
   forwarded via client-ip true-client-ip remote-user remote-addr remote-host auth-user auth-type
   x-method-override x-host x-real-ip x-script-name x-rewrite-url x-proxy-user x-user x-username x-email x-mail x-groups x-group x-roles x-role
   x-remote x-request-uri x-api-key x-access-token x-id-token x-jwt-assertion x-accel-internal fastly-client-ip service-worker
   from x-cluster-client-ip x-arr-ssl x-scheme x-https front-end-https x-url-scheme x-account x-login x-uid x-userid x-user-id`.split(
    /\s+/,
  ),
);
const neverPrefix =
  /^(?:x-forward|forwarded|x-original|x-rewrite|x-http-|x-remote-|x-auth|x-authenticated|x-webauth|x-webobjects|x-ssl|x-client|x-sluis|x-ms-client-principal|x-amzn-|x-goog-|x-iap-|x-authentik|x-pomerium|x-token-|x-envoy|x-oidc|x-saml|x-shib|x-sso|x-user-|x-vouch|x-teleport|cf-|ssl-|oidc-|remote-|mellon-|shib|sm-|sm_|http-|auth-|teleport-|user-name|x-middleware|x-waf|x-azure|x-appgw|x-traefik|x-nginx|x-trusted|x-accel-|x-originating|x-custom-ip|x-proxy|x-consumer|x-credential|x-impersonate|impersonate-|x-principal|x-identity|x-ldap|x-kerberos|x-nt-user|x-sendfile|x-override|x-method|x-backend|x-server-name|gap-|tailscale-|request-uri|base-url|x-base-url|x-redirect-url|x-referrer-url)/;

const mostNames = 2_000;
const passes = new Map<string, boolean>();

function mayPass(name: string): boolean {
  let verdict = passes.get(name);
  if (verdict === undefined) {
    const plain = name.replaceAll('_', '-');
    // An underscore makes two names of one in CGI variables: none of them is needed by a browser.
    verdict = !name.includes('_') && !neverExact.has(plain) && !neverPrefix.test(plain) && !credentialWords.test(plain);
    // Anybody can make names up: they may cost time, not memory.
    if (passes.size >= mostNames) passes.clear();
    passes.set(name, verdict);
  }
  return verdict;
}

/** Keys and tokens for programs, wherever the words stand in a name. Tokens against forgery (CSRF) are none. */
const credentialWords =
  /(?:^|-)(?:api-?(?:key|token)|access-?(?:key|token)|(?:private|job|deploy|vault|bearer|session|refresh)-token)(?:-|$)/;

export interface Forwarded {
  readonly host: string;
  readonly source: string;
  readonly proto: 'http' | 'https';
  readonly cookie: string | undefined;
}

/** Of a head's lines those that may go on to an app; `connection` as the client said it. */
export function passing(raw: readonly string[], connection: string | undefined): readonly string[] {
  const out: string[] = [];
  const named = connection === undefined ? undefined : connectionNames(connection);
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (mayPass(name) && (named === undefined || !named.has(name))) out.push(name, raw[i + 1] as string);
  }
  return out;
}

/** Headers for the app: those of the client that may pass, then ours. Flat pairs, as undici takes them. */
export function requestHeaders({ lines }: Pick<Head, 'lines'>, forwarded: Forwarded): string[] {
  return withOurs(lines.passing, forwarded);
}

function withOurs(lines: readonly string[], { host, source, proto, cookie }: Forwarded): string[] {
  const ours = ['x-forwarded-for', source, 'x-forwarded-proto', proto, 'x-forwarded-host', host];
  if (cookie !== undefined) ours.push('cookie', cookie);
  return ['host', host].concat(lines, ours);
}

/** Headers that Connection names are this hop's own, but it cannot name away what the app relies on. */
function connectionNames(connection: string): ReadonlySet<string> | undefined {
  if (connection === 'keep-alive' || connection === 'close') return undefined;
  const names = connection
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(
      name =>
        name !== 'keep-alive' &&
        name !== 'close' &&
        name !== '' &&
        name !== 'content-length' &&
        name !== 'content-type',
    );
  return names.length === 0 ? undefined : new Set(names);
}

/** The person's own browser, as far as requests of ours to the app carry it: DokuWiki binds its session to these. */
const ownNames = new Set(['user-agent', 'accept', 'accept-language', 'accept-encoding', 'accept-charset', 'dnt']);

export function ownRequestHeaders(head: Head, forwarded: Forwarded, extra: readonly string[] = []): string[] {
  const own = head.lines.filter(name => ownNames.has(name));
  return withOurs(own.raw, forwarded).concat(extra);
}

/** Answer headers that stop here. Clear-Site-Data and Service-Worker-Allowed would let an app reach over our cookies and paths. */
const neverBack = new Set(
  `connection proxy-connection keep-alive te trailer transfer-encoding upgrade set-cookie set-cookie2 clear-site-data
   service-worker-allowed alt-svc www-authenticate proxy-authenticate authentication-info proxy-authentication-info
   nel report-to reporting-endpoints accept-ch critical-ch x-accel-redirect x-sendfile public-key-pins`.split(/\s+/),
);

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The headers of an app's answer that may go on: the one filter (rule 11). Cookies are not among them: they are sealed elsewhere. */
export function responseHeaders(headers: AnswerHeaders, rewrite: (location: string) => string): string[] {
  const out: string[] = [];
  const named = headers['connection'] === undefined ? undefined : connectionNames(String(headers['connection']));
  for (const name in headers) {
    if (neverBack.has(name) || named?.has(name) === true) continue;
    const value = headers[name];
    if (value === undefined) continue;
    // Of two addresses a browser takes the first: one of them is enough.
    if (name === 'location' || name === 'content-location') out.push(name, rewrite(oneHeader(headers, name) ?? ''));
    else if (name === 'refresh') out.push(name, rewriteRefresh(oneHeader(headers, name) ?? '', rewrite));
    else if (typeof value === 'string') out.push(name, value);
    else for (const one of value) out.push(name, one);
  }
  return out;
}

export function oneHeader(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

export function manyHeaders(headers: AnswerHeaders, name: string): readonly string[] {
  const value = headers[name];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** `5; url=…`, also quoted, without `url=`, or with a comma, as browsers read it (HTML, shared declarative refresh steps). */
function rewriteRefresh(value: string, rewrite: (location: string) => string): string {
  const [, time = '', quote = '', address = ''] = /^([^;,]*[;,]\s*(?:url\s*=\s*)?)(["']?)(.*)$/i.exec(value) ?? [];
  if (address === '') return value;
  const end = quote === '' ? -1 : address.indexOf(quote);
  const plain = end < 0 ? address : address.slice(0, end);
  return `${time}${quote}${rewrite(plain)}${end < 0 ? '' : address.slice(end)}`;
}

/** A Location at the backend's own origin becomes one at the app's public origin; all else stays as it is. */
export function locationRewriter(upstream: string, publicOrigin: string): (location: string) => string {
  const internal = new URL(upstream);
  return location => {
    if (!/^(?:[a-z]+:)?\/\//i.test(location)) return location;
    try {
      const url = new URL(location, internal);
      return url.host === internal.host ? `${publicOrigin}${url.pathname}${url.search}${url.hash}` : location;
    } catch {
      return location;
    }
  };
}
