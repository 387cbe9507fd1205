import { randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { Asides, Count, LogEntry, MembersOptions, Store, StoredRecord } from '../../kernel/store.ts';
import { Channels } from '../sqlite/channels.ts';
import { type Client, listenerFor, type RedisAccess } from './connect.ts';
import { Link } from './link.ts';
import { answerOf, asidesOf, endsOf, Names, type Sort } from './names.ts';
import { News } from './news.ts';
import { replicated } from './replicated.ts';
import type { ScriptName } from './scripts.ts';
import { unavailable } from './trouble.ts';

export interface RedisStoreOptions extends RedisAccess {
  /** What all keys and the channel begin with: several installations on one Redis differ in it. No braces. */
  readonly prefix: string;
  /** A write counts once so many replicas have it; 0 by default: the master's word is enough. */
  readonly replicas?: number;
  /** For tests: expiry by this clock. Without it, as it must be where several machines share a Redis, by Redis's own. */
  readonly clock?: Clock;
  /** Told false when messages of other instances are not heard any more, and true when they are again. */
  readonly onHearing?: (hearing: boolean) => void;
}

/**
 * The store on Redis or Valkey: one server, one that Sentinel watches, or a cluster. Every step is one script.
 * A step that is refused within a second ('store.unavailable') may have happened all the same, even afterwards: a
 * server that hung works off what it had received.
 */
export class RedisStore implements Store {
  readonly #link: Link;
  /** Waiting for replicas holds up whatever follows on a connection, so reads have another. */
  readonly #writer: Link;
  readonly #replicas: number;
  readonly #news: News;
  readonly #names: Names;
  readonly #clock: Clock | undefined;
  readonly #channels: Channels;

  private constructor([link, writer]: Links, news: News, channels: Channels, options: RedisStoreOptions) {
    this.#link = link;
    this.#writer = writer;
    this.#replicas = options.replicas ?? 0;
    this.#news = news;
    this.#channels = channels;
    this.#names = new Names(options.prefix);
    this.#clock = options.clock;
  }

  /** Connects to ask and to listen. Rejects with 'store.unavailable'; nothing stays open then. */
  static async open(options: RedisStoreOptions): Promise<RedisStore> {
    const channels = new Channels();
    const links = await openLinks(options);
    try {
      const news = await News.open({
        connect: () => listenerFor(options, links[0].client),
        channel: new Names(options.prefix).news,
        tell: text => publishText(channels, text),
        onHearing: options.onHearing,
      });
      return new RedisStore(links, news, channels, options);
    } catch (error) {
      for (const link of links) link.close();
      throw unavailable(error);
    }
  }

  /** The connection itself, for what looks at Redis rather than at the store in it. */
  get client(): Client {
    return this.#link.client;
  }

  /** Whether messages of other instances are heard, as far as was found out half a second ago. */
  get hearing(): boolean {
    return this.#news.hearing;
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const text = await this.#read('sluisGet', 'record', key);
    if (text === null) return undefined;
    const [version, value] = parted(text);
    return { value, version: Number(version) };
  }

  create(key: string, value: string, ttl?: number): Promise<boolean> {
    return this.#change('sluisCreate', 'record', key, value, duration(ttl));
  }

  replace(key: string, version: number, value: string, ttl?: number): Promise<boolean> {
    return this.#change('sluisReplace', 'record', key, String(version), value, duration(ttl));
  }

  remove(key: string): Promise<boolean> {
    return this.#change('sluisRemove', 'record', key);
  }

  async consume(key: string, ttl: number): Promise<boolean> {
    const name = this.#names.of('once', key);
    return (await this.#lasting('sluisConsume', [name], [requestId(), duration(ttl)])) === '1';
  }

  async consumed(key: string): Promise<boolean> {
    return (await this.#read('sluisGet', 'once', key)) !== null;
  }

  advance(key: string, value: number, ttl?: number): Promise<boolean> {
    return this.#change('sluisAdvance', 'mark', key, String(value), duration(ttl));
  }

  async reached(key: string): Promise<number | undefined> {
    const text = await this.#read('sluisGet', 'mark', key);
    return text === null ? undefined : Number(text);
  }

  async count(key: string, window: number, by = 1): Promise<Count> {
    return countOf(String(await this.#write('sluisCount', 'counter', key, duration(window), String(by))));
  }

  async peek(key: string): Promise<Count | undefined> {
    const text = await this.#read('sluisPeek', 'counter', key);
    return text === null ? undefined : countOf(text);
  }

  async resetCount(key: string): Promise<void> {
    await this.#write('sluisResetCount', 'counter', key);
  }

  async add(
    key: string,
    member: string,
    { cap, ttl }: { cap?: number; ttl?: number } = {},
  ): Promise<'added' | 'present' | 'full'> {
    const answer = await this.#write(
      'sluisAdd',
      'set',
      key,
      member,
      cap === undefined ? '' : String(cap),
      duration(ttl),
    );
    if (answer === 'added' || answer === 'present' || answer === 'full') return answer;
    throw unavailable(`an answer that makes no sense (${String(answer)})`);
  }

  drop(key: string, member: string): Promise<boolean> {
    return this.#change('sluisDrop', 'set', key, member);
  }

  async members(key: string, { after, before, descending, limit = 1000 }: MembersOptions = {}): Promise<string[]> {
    const [low, high] = [after === undefined ? '-' : `(${after}`, before === undefined ? '+' : `(${before}`];
    const values = descending === true ? ['down', high, low] : ['up', low, high];
    return (await this.#run('sluisMembers', this.#setNames(key), [...values, String(limit)])) as string[];
  }

  async size(key: string): Promise<number> {
    return Number(await this.#run('sluisSize', this.#setNames(key), []));
  }

  append(log: string, expectedHead: number | LogEntry, entry: string, asides: Asides = {}): Promise<boolean> {
    const head = typeof expectedHead === 'number' ? expectedHead : `${expectedHead.number}:${expectedHead.entry}`;
    return this.#change('sluisAppend', 'log', log, String(head), entry, ...Object.entries(asides).flat());
  }

  async head(log: string): Promise<LogEntry | undefined> {
    const name = this.#names.of('log', log);
    const entries = await this.#link.run(name, client => client.xrevrange(name, '+', '-', 'COUNT', 1));
    return entries.map(entryOf)[0];
  }

  async read(log: string, after: number, limit: number): Promise<LogEntry[]> {
    if (limit < 1) return [];
    const rows = await this.#run('sluisRead', this.#logNames(log), [`${after + 1}-0`, String(limit)]);
    return (rows as string[][]).map(withAsides);
  }

  async replaceAsides(log: string, name: string, numbers: readonly number[], text: string): Promise<void> {
    await this.#lasting('sluisReplaceAsides', this.#logNames(log), [name, text, ...numbers.map(String)]);
  }

  async trim(log: string, before: number): Promise<void> {
    await this.#lasting('sluisTrim', this.#logNames(log), [String(before)]);
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#link.run(this.#names.news, client => client.publish(this.#names.news, `${channel}\n${message}`));
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    return this.#channels.subscribe(channel, listener);
  }

  async close(): Promise<void> {
    this.#channels.clear();
    this.#news.close();
    this.#link.close();
    this.#writer.close();
  }

  /** A step that leaves nothing to remember. */
  async #read(script: ScriptName, sort: Sort, key: string, ...values: string[]): Promise<string | null> {
    const answer = await this.#run(script, [this.#names.of(sort, key)], values);
    return answer === null ? null : String(answer);
  }

  async #change(script: ScriptName, sort: Sort, key: string, ...values: string[]): Promise<boolean> {
    return (await this.#write(script, sort, key, ...values)) === '1';
  }

  /** A step with an id of its own: sent again, it changes nothing and says the same. */
  #write(script: ScriptName, sort: Sort, key: string, ...values: string[]): Promise<unknown> {
    const names = this.#namesOf(sort, key);
    return this.#lasting(script, [...names, answerOf(this.#names.of(sort, key), requestId())], values);
  }

  #lasting(script: ScriptName, names: readonly [string, ...string[]], values: readonly string[]): Promise<unknown> {
    return this.#writer.run(names[0], async client => {
      const answer = await client[script](...names, this.#now(), ...values);
      // Nothing may come between: the replicas are asked about what was written on this very connection.
      if (this.#replicas > 0) await replicated(client, names[0], this.#replicas);
      return answer;
    });
  }

  #run(script: ScriptName, names: readonly [string, ...string[]], values: readonly string[]): Promise<unknown> {
    return this.#link.run(names[0], client => client[script](...names, this.#now(), ...values));
  }

  #now(): string {
    return this.#clock === undefined ? '' : String(this.#clock.now());
  }

  #namesOf(sort: Sort, key: string): [string, ...string[]] {
    if (sort === 'set') return this.#setNames(key);
    return sort === 'log' ? this.#logNames(key) : [this.#names.of(sort, key)];
  }

  #logNames(log: string): [string, string] {
    const name = this.#names.of('log', log);
    return [name, asidesOf(name)];
  }

  #setNames(key: string): [string, string] {
    const name = this.#names.of('set', key);
    return [name, endsOf(name)];
  }
}

/** For reads and for writes; one and the same unless writes wait. */
type Links = readonly [link: Link, writer: Link];

async function openLinks(options: RedisStoreOptions): Promise<Links> {
  const link = await Link.open(options);
  if ((options.replicas ?? 0) === 0) return [link, link];
  try {
    return [link, await Link.open(options)];
  } catch (error) {
    link.close();
    throw error;
  }
}

/** Random, because it is told apart from those of every other instance. */
function requestId(): string {
  return randomBytes(12).toString('base64url');
}

function duration(ttl: number | undefined): string {
  return ttl === undefined ? '' : String(Math.ceil(ttl));
}

function parted(text: string): [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function countOf(text: string): Count {
  const [count, resetsAt] = parted(text);
  return { count: Number(count), resetsAt: Number(resetsAt) };
}

function entryOf([id, fields]: [string, string[]]): LogEntry {
  return { number: Number.parseInt(id, 10), entry: fields[1] ?? '' };
}

/** Id, text, and the asides: name, text, name, text. */
function withAsides([id = '', entry = '', ...asides]: readonly string[]): LogEntry {
  const number = Number.parseInt(id, 10);
  if (asides.length === 0) return { number, entry };
  const named = asides.flatMap((name, at) => (at % 2 === 0 ? [[name, asides[at + 1] ?? '']] : []));
  return { number, entry, asides: Object.fromEntries(named) as Asides };
}

function publishText(channels: Channels, text: string): void {
  const line = text.indexOf('\n');
  channels.publish(text.slice(0, line), text.slice(line + 1));
}
