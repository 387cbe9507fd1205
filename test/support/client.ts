import { header, headers, type RawAnswer, sendRaw } from './raw-http.ts';

export interface ClientOptions {
  /** Host header: the app's or the portal's name. */
  readonly host: string;
  /** Sent as Origin with every POST; default `http://` and the host. */
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ClientAnswer extends RawAnswer {
  readonly text: string;
  readonly location: string | undefined;
  readonly setCookies: readonly string[];
}

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * A browser's memory and manners on raw sockets, for attacks: it holds cookies of one host, follows nothing by itself,
 * and sends any target as it is written. A header that is given wins; `undefined` leaves it out.
 */
export class Client {
  /** Cookies by name. Paths and ends are not kept: Sluis's own all have Path=/, and an attacker keeps what he likes. */
  readonly jar: Map<string, string>;
  readonly port: number;
  readonly #options: ClientOptions;

  constructor(port: number, options: ClientOptions, jar = new Map<string, string>()) {
    this.port = port;
    this.#options = options;
    this.jar = jar;
  }

  /** A top-level navigation. */
  get(target: string, extra: Headers = {}): Promise<ClientAnswer> {
    return this.request('GET', target, undefined, { ...navigation, ...extra });
  }

  /** A form as a browser posts it; text goes as it is, with the media type in `extra` or urlencoded. */
  post(
    target: string,
    body: Readonly<Record<string, string>> | string | Buffer,
    extra: Headers = {},
  ): Promise<ClientAnswer> {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : new URLSearchParams(body).toString();
    const origin = this.#options.origin ?? `http://${this.#options.host}`;
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: origin };
    return this.request('POST', target, text, { ...navigation, ...form, ...extra });
  }

  async request(method: string, target: string, body?: string | Buffer, extra: Headers = {}): Promise<ClientAnswer> {
    const bytes = this.bytes(method, target, body, extra);
    const [answer] = await sendRaw(this.port, bytes, 1, { methods: [method] });
    if (answer === undefined) throw new Error('no answer');
    return this.#keep(answer);
  }

  /** What `request` would send: for tests that cut it off, or send it on another connection. */
  bytes(method: string, target: string, body?: string | Buffer, extra: Headers = {}): Buffer {
    const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    const cookie = this.jar.size === 0 ? undefined : this.cookie();
    const length = content === undefined ? undefined : String(content.length);
    const all: Headers = {
      Host: this.#options.host,
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
      'Accept-Language': 'nl-NL,nl;q=0.9',
      ...this.#options.headers,
      Cookie: cookie,
      'Content-Length': length,
      Connection: 'close',
      ...extra,
    };
    const lines = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}\r\n`],
    );
    const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
    return Buffer.concat([head, content ?? Buffer.alloc(0)]);
  }

  /** The Cookie header as it stands now. */
  cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Another browser with a copy of these cookies: the thief's. */
  copy(): Client {
    const other = new Client(this.port, this.#options);
    for (const [name, value] of this.jar) other.jar.set(name, value);
    return other;
  }

  /** This very browser, sent to another instance by a balancer: one memory of cookies. */
  at(port: number): Client {
    return new Client(port, this.#options, this.jar);
  }

  #keep(answer: RawAnswer): ClientAnswer {
    const setCookies = headers(answer, 'set-cookie');
    for (const line of setCookies) {
      const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(line) ?? [];
      if (/;\s*max-age=(?:0|-\d+)\b/i.test(line) || /;\s*expires=[^;]*\b1970\b/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return { ...answer, text: answer.body.toString('utf8'), location: header(answer, 'location'), setCookies };
  }
}

const navigation = {
  Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-User': '?1',
} as const;
