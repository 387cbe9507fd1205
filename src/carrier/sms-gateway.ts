import { Agent, request } from 'undici';
import type { SmsSettings } from '../config/settings.ts';
import type { Carried, CodeCarrier } from '../factor/sent-code/sending.ts';

/** What the operator reads of a message that did not go out; never a number, a code or the key. */
export interface SmsTrouble {
  readonly carried: Carried;
  /** Of the answer; undefined: none came. */
  readonly status?: number | undefined;
  /** ECONNREFUSED, UND_ERR_HEADERS_TIMEOUT and their like. */
  readonly errorCode?: string | undefined;
  /** The beginning of the answer, with all that could be a number or a secret left out. */
  readonly said?: string | undefined;
}

export interface SmsGatewayOptions {
  readonly settings: SmsSettings;
  /** '' where the settings ask for none. */
  readonly secret: string;
  tell(trouble: SmsTrouble): void;
}

/** Larger answers are of no gateway. */
const longestAnswer = 64 * 1024;

/** The gateway that the configuration describes. It is asked once for each message, and a redirect is an answer like any other. */
export function smsGateway({ settings, secret, tell }: SmsGatewayOptions): CodeCarrier & { close(): Promise<void> } {
  const { timeout } = settings;
  const dispatcher = new Agent({
    connect: { timeout },
    maxResponseSize: longestAnswer,
    connections: 8,
    allowH2: false,
  });
  const send = async (to: string, text: string): Promise<Answer> => {
    const fill = filler({ to, text, sender: settings.sender ?? '', secret });
    const { type, body } = bodyOf(settings, fill);
    const headers = Object.entries(settings.headers).map(([name, value]) => [name, fill(value)] as const);
    const answer = await request(settings.url, {
      method: settings.method,
      headers: { ...Object.fromEntries(headers), 'content-type': type, accept: 'application/json, */*;q=0.1' },
      body,
      dispatcher,
      signal: AbortSignal.timeout(timeout),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  return {
    carry: async ({ to, text }) => {
      const trouble = await send(to, text).then(
        answer => judge(settings, answer, secret),
        (error: unknown) => troubleOf(error),
      );
      if (trouble.carried !== 'taken') tell(trouble);
      return trouble.carried;
    },
    close: () => dispatcher.close(),
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Fill = (template: string) => string;

/** All places in one pass: what is filled in is never read as a template again. */
function filler({ to, text, sender, secret }: Record<'to' | 'text' | 'sender' | 'secret', string>): Fill {
  const digits = to.slice(1);
  const values: Readonly<Record<string, string>> = { to, digits, zeros: `00${digits}`, text, sender, secret };
  return template =>
    template.replace(/\{([a-z]+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? '') : whole,
    );
}

/** Filled in as values, and only then written as JSON or as a form: no text breaks out of its place. */
function bodyOf({ body }: SmsSettings, fill: Fill): { type: string; body: string } {
  if (body.kind === 'json') return { type: 'application/json', body: JSON.stringify(filled(body.template, fill)) };
  const fields = Object.entries(body.template).map(([name, value]): [string, string] => [name, fill(value)]);
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

function filled(template: unknown, fill: Fill): unknown {
  if (typeof template === 'string') return fill(template);
  if (Array.isArray(template)) return template.map(part => filled(part, fill));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, part]) => [name, filled(part, fill)]));
}

/** 5xx, and a success that nobody described: something may be on its way. */
function judge({ accepted }: SmsSettings, { status, text }: Answer, secret: string): SmsTrouble {
  const said = harmless(text, secret);
  if (accepted.status.includes(status))
    return Object.keys(accepted.json).length === 0 || says(text, accepted.json)
      ? { carried: 'taken' }
      : { carried: 'refused', status, said };
  const open = status >= 500 || (status >= 200 && status < 300);
  return { carried: open ? 'unknown' : 'refused', status, said };
}

function says(text: string, wanted: SmsSettings['accepted']['json']): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return Object.entries(wanted).every(([path, value]) => at(answer, path) === value);
  } catch {
    return false;
  }
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, step) => {
    const own = typeof part === 'object' && part !== null && Object.hasOwn(part, step);
    return own ? (part as Readonly<Record<string, unknown>>)[step] : undefined;
  }, value);
}

// Nothing was sent yet when these happen.
const before = [
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

function troubleOf(error: unknown): SmsTrouble {
  const named = error instanceof Error ? error : new Error('unknown');
  const errorCode = 'code' in named && typeof named.code === 'string' ? named.code : named.name;
  return { carried: before.includes(errorCode) ? 'refused' : 'unknown', errorCode };
}

/** Gateways repeat the number, the text or the key in what they say of a mistake. */
function harmless(text: string, secret: string): string {
  const without = secret === '' ? text : text.replaceAll(secret, '…');
  return without
    .slice(0, 2_000)
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/\+?\d(?:[\s().-]*\d){4,}/g, '…')
    .slice(0, 200);
}
