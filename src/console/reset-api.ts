import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { takeCounted } from '../factor/bucket.ts';
import { plainCodec } from '../kernel/codec.ts';
import { sha256 } from '../kernel/hash.ts';
import { sameText } from '../kernel/key-ring.ts';
import type { Outcome, Refusal } from '../reset/case.ts';
import { isRefusal, readFiling } from '../reset/filing.ts';
import type { Source } from '../reset/intake.ts';
import { largestMail, readMail } from '../reset/mail-intake.ts';
import type { ConsoleDeps, ConsoleEnv } from './deps.ts';
import { apiFields, type FiledJson, readFiledJson } from './reset-json.ts';
import type { ConsoleContext } from './view.ts';

const minute = 60_000;
/** More than any ticket system needs, and few enough to be read by people. */
const casesPerHour = { count: 60, window: 60 * minute };
const askedPerDay = { count: 10, window: 24 * 60 * minute };
const guesses = { count: 20, window: 10 * minute };
/** How long a repeat of a request gets the answer that the first one got. */
const repeatTime = 7 * 24 * 60 * minute;
/** A mail stays signed for ever: who has a copy may send it on long after it was answered. As long as its case is kept. */
const mailTime = 2 * 365 * 24 * 60 * minute;

interface Filed {
  /** SHA-256 of the body: another one under the same key is a mistake. */
  readonly body: string;
  readonly case: string;
}

const filedCodec = plainCodec<Filed>();

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>>; readonly wait?: number };

/**
 * Where a ticket system or a mail server files reset cases: `POST /api/reset-cases`, with the bearer token of a client of
 * the configuration. JSON, or one mail as it came (message/rfc822). No cookie counts here and no browser is answered:
 * neither is a page of another site.
 */
export function mountResetApi(app: Hono<ConsoleEnv>, deps: ConsoleDeps): void {
  app.use('/api/*', async (c, next) => {
    // Nothing of it is kept, and nothing of it is a page.
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    await next();
  });
  app.use('/api/*', bodyLimit({ maxSize: largestMail, onError: c => send(c as ConsoleContext, tooLarge) }));
  app.post('/api/reset-cases', async c => send(c, await answer(c, deps)));
  app.all('/api/*', c => send(c, { status: 404, body: { error: 'not-found' } }));
}

const tooLarge: Answer = { status: 413, body: { error: 'too-large', limit: largestMail } };
const notHere: Answer = { status: 404, body: { error: 'not-found' } };

function send(c: ConsoleContext, { status, body, wait }: Answer): Response {
  if (status === 401) c.header('www-authenticate', 'Bearer');
  if (wait !== undefined) c.header('retry-after', String(Math.max(1, Math.ceil(wait / 1000))));
  return c.json(body, status as 200);
}

async function answer(c: ConsoleContext, deps: ConsoleDeps): Promise<Answer> {
  const { clock, store } = deps;
  if (deps.settings.reset === undefined) return notHere;
  const client = await clientOf(c, deps);
  if (typeof client !== 'string') return client;
  const isMail = mediaType(c) === 'message/rfc822';
  if (!isMail && mediaType(c) !== 'application/json')
    return { status: 415, body: { error: 'media-type', expected: ['application/json', 'message/rfc822'] } };
  const body = Buffer.from(await c.req.raw.arrayBuffer());
  // A mail says itself which one it is.
  const key = isMail ? sha256(body.toString('latin1')) : (c.req.header('idempotency-key') ?? '');
  if (!/^[\x21-\x7e]{8,200}$/.test(key)) return { status: 400, body: { error: 'idempotency-key' } };
  const taken = await takeCounted(store, `reset-api:{${sha256(client)}}`, casesPerHour, () => clock.now());
  if (!taken.taken) return tooMany(taken.until, clock.now());
  return isMail ? fileMail(deps, { client, key }, body) : fileJson(deps, { client, key }, body);
}

/** The name of the client, by its token, compared without telling by time; guesses are counted by where they come from. */
async function clientOf(c: ConsoleContext, { settings, store, clock, audit }: ConsoleDeps): Promise<string | Answer> {
  const given = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
  const hash = Buffer.from(sha256(given), 'base64url').toString('hex');
  let found: string | undefined;
  for (const [name, kept] of settings.reset?.clients ?? []) if (sameText(kept, hash)) found = name;
  if (found !== undefined && given !== '') return found;
  const { source } = c.env;
  const bucket = await takeCounted(store, `reset-api-guess:{${sha256(source)}}`, guesses, () => clock.now());
  if (!bucket.taken) return tooMany(bucket.until, clock.now());
  await audit.record({ type: 'reset.api-refused', realm: '', source });
  return { status: 401, body: { error: 'token' } };
}

interface Asked {
  readonly client: string;
  readonly key: string;
}

async function fileJson(deps: ConsoleDeps, asked: Asked, body: Buffer): Promise<Answer> {
  const read = readFiledJson(body);
  if ('error' in read) return { status: read.error === 'json' ? 400 : 422, body: read };
  const realm = realmOf(deps, read);
  if (realm === undefined) return refusedBy({ reason: 'invalid', field: 'realm' });
  const filed = readFiling(read.filing, { ...noRules, ...deps.settings.reset });
  if (isRefusal(filed)) return refusedBy(filed);
  const bucket = `reset-asked:{${sha256(filed.requester.address)}}`;
  return once(deps, asked, body, async id => {
    const { store, clock } = deps;
    const mails = await takeCounted(store, bucket, askedPerDay, () => clock.now());
    if (!mails.taken) return tooMany(mails.until, clock.now());
    return deps.resetDesk.intake.fileFor(realm, read.filing, { via: 'api', client: asked.client, id });
  });
}

async function fileMail(deps: ConsoleDeps, asked: Asked, body: Buffer): Promise<Answer> {
  const { reset, realms } = deps.settings;
  const [realm, another] = [...realms.keys()];
  if (reset?.authservId === undefined || realm === undefined || another !== undefined) return notHere;
  const rules = { ...reset, authservId: reset.authservId };
  const read = await readMail(body, rules);
  if ('reason' in read) return refusedBy(read);
  const filed = readFiling(read.filing, rules);
  if (isRefusal(filed)) return refusedBy(filed);
  const source = { via: 'mail', client: asked.client, evidence: read.evidence } as const satisfies Source;
  // The same mail by another way is the same request, whatever servers wrote at its top on that way.
  const { from, messageId } = read.evidence;
  const key = messageId === '' ? asked.key : JSON.stringify([from, messageId]);
  const said = Buffer.from(JSON.stringify(read.filing));
  return once(deps, { client: 'mail', key, life: mailTime }, said, id =>
    deps.resetDesk.intake.fileFor(realm, read.filing, { ...source, id }),
  );
}

/**
 * A request under one key makes one case, also where the answer was lost and the request is repeated, and also where this
 * machine stopped between the two writes: the number of the case stands before the case does.
 */
async function once(
  deps: ConsoleDeps,
  { client, key, life = repeatTime }: Asked & { readonly life?: number },
  body: Buffer,
  file: (id: string) => Promise<Outcome | Answer>,
): Promise<Answer> {
  const { store, resetDesk } = deps;
  const place = `reset-filed:{${sha256(JSON.stringify([client, key]))}}`;
  const fresh: Filed = { body: sha256(body.toString('latin1')), case: resetDesk.records.newId() };
  const first = await store.create(place, filedCodec.encode(place, fresh), life);
  const kept = first ? fresh : filedCodec.decode(place, (await store.get(place))?.value ?? '');
  if (kept === undefined || kept.body !== fresh.body) return { status: 409, body: { error: 'idempotency-key-used' } };
  const filed: Answer = { status: 201, body: { case: kept.case, state: 'requested' } };
  if (!first && (await resetDesk.records.exists(kept.case))) return filed;
  const outcome = await file(kept.case);
  if ('status' in outcome) {
    await store.remove(place);
    return outcome;
  }
  if (outcome.outcome === 'done') return filed;
  // Of two repeats at once the other one made it.
  return outcome.refusal.reason === 'state' ? filed : refusedBy(outcome.refusal);
}

function realmOf({ settings: { realms } }: ConsoleDeps, { realm }: FiledJson): string | undefined {
  const names = [...realms.keys()];
  if (realm === '') return names.length === 1 ? names[0] : undefined;
  return names.find(name => name === realm);
}

const noRules = { domains: [], groupMailboxes: [], methods: [] };

function refusedBy(refusal: Refusal): Answer {
  const field = 'field' in refusal ? { field: apiFields[refusal.field] } : {};
  return { status: 422, body: { error: refusal.reason, ...field } };
}

function tooMany(until: number, now: number): Answer {
  return { status: 429, body: { error: 'too-many' }, wait: until - now };
}

function mediaType(c: ConsoleContext): string {
  return (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
