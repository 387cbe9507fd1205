import { readdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Tally } from '../audit/tally.ts';
import { signalKinds } from '../signal/rules.ts';

/** What can be counted of a process that serves, looked at when somebody asks. */
export interface Counted {
  readonly tally: Tally;
  /** By number; 0 is the supervisor. */
  readonly worker: number;
  readonly version: string;
}

/** What only a process that listens has. */
export interface Listening {
  connections(): number;
  webSockets(): number;
  sessions(): number;
  /** By app: requests that wait for a connection to it now, and those that waited in vain. */
  waiting(): ReadonlyMap<string, number>;
  refused(): ReadonlyMap<string, number>;
  storeAnswers(): boolean;
  isDraining(): boolean;
}

const mailFailures = ['refused', 'given-up', 'full', 'unreadable'] as const;

/**
 * The figures of one process, in a registry of its own. Nothing is done for them while nobody asks: no timer, no
 * observer of the garbage collection, which prom-client's own set would start and could not stop.
 */
export class Figures {
  readonly #registry = new Registry();
  #asked: Promise<string> | undefined;

  constructor({ tally, worker, version }: Counted) {
    this.#registry.setDefaultLabels({ worker: worker === 0 ? 'supervisor' : String(worker) });
    this.#build(version);
    this.#recorded(tally);
    this.#process();
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    // Of many who ask at once one looks.
    this.#asked ??= this.#registry.metrics().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  listening(of: Listening): void {
    this.gauge('sluis_connections', 'Open connections of browsers, WebSockets among them.', of.connections);
    this.gauge('sluis_web_sockets', 'Open WebSockets.', of.webSockets);
    this.gauge(
      'sluis_known_sessions',
      'Sessions that this process has in memory; not all that there are.',
      of.sessions,
    );
    new Gauge({
      ...{ name: 'sluis_app_waiting', help: 'Requests that wait for a free connection to their app.' },
      ...{ registers: [this.#registry], labelNames: ['app'] },
      collect() {
        this.reset();
        for (const [app, count] of of.waiting()) this.set({ app }, count);
      },
    });
    this.#counter('sluis_app_busy_total', 'Requests refused because no connection came free.', 'app', () =>
      of.refused(),
    );
    this.gauge('sluis_store_up', 'Whether the store answered within the last second or so.', () => +of.storeAnswers());
    this.gauge('sluis_draining', 'Whether this process is stopping.', () => +of.isDraining());
  }

  gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      ...{ name, help, registers: [this.#registry] },
      collect() {
        this.set(value());
      },
    });
  }

  #build(version: string): void {
    new Gauge({
      ...{ name: 'sluis_build_info', help: 'Always 1; which version this is.', registers: [this.#registry] },
      labelNames: ['version', 'node'],
    }).set({ version, node: process.version }, 1);
  }

  /** What an alert looks at stands at 0 from the start: the first one is an increase too. */
  #recorded(tally: Tally): void {
    const { events } = tally;
    this.#counter(
      'sluis_audit_events_total',
      'Entries of the audit trail that this process wrote.',
      'type',
      () => events,
    );
    this.#counter('sluis_signals_total', 'Signals raised: what a human must act on.', 'signal', () =>
      withZeros(signalKinds, tally.signals),
    );
    this.#counter('sluis_mails_failed_total', 'Mails given up, by reason.', 'why', () =>
      withZeros(mailFailures, tally.mailFailures),
    );
    this.#count(
      'sluis_mails_sent_total',
      'Mails that the server has answered for.',
      () => events.get('mail.sent') ?? 0,
    );
  }

  /** By the names that ready-made dashboards know. */
  #process(): void {
    const started = performance.timeOrigin / 1000;
    this.gauge('process_start_time_seconds', 'When this process began, since 1970.', () => started);
    this.gauge('process_resident_memory_bytes', 'Memory that this process holds.', () => process.memoryUsage.rss());
    this.gauge('nodejs_heap_size_used_bytes', 'Of that, used by objects.', () => process.memoryUsage().heapUsed);
    this.#count('process_cpu_seconds_total', 'Time that this process has computed.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
    this.#count('nodejs_eventloop_busy_seconds_total', 'Time in which this process could take nothing new.', () => {
      return performance.eventLoopUtilization().active / 1000;
    });
    new Gauge({
      ...{ name: 'process_open_fds', help: 'Open files and connections.', registers: [this.#registry] },
      async collect() {
        this.set(
          await readdir('/proc/self/fd').then(
            open => open.length,
            () => Number.NaN,
          ),
        );
      },
    });
  }

  #count(name: string, help: string, value: () => number): void {
    new Counter({
      ...{ name, help, registers: [this.#registry] },
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  #counter(name: string, help: string, label: string, values: () => ReadonlyMap<string, number>): void {
    new Counter({
      ...{ name, help, labelNames: [label], registers: [this.#registry] },
      collect() {
        this.reset();
        for (const [key, value] of values()) this.inc({ [label]: key }, value);
      },
    });
  }
}

function withZeros(keys: readonly string[], counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...keys.map(key => [key, 0] as const), ...counts]);
}

/** What is of the store and not of a process, so told once however many serve. Left out where the store does not say. */
export async function storeFigures(of: {
  readonly waiting: () => Promise<number>;
  readonly newestEntry: () => Promise<number>;
}): Promise<string> {
  const registry = new Registry();
  const gauge = async (name: string, help: string, value: () => Promise<number>) => {
    const found = await value().catch(() => undefined);
    if (found !== undefined) new Gauge({ name, help, registers: [registry] }).set(found);
  };
  await gauge('sluis_mails_waiting', 'Mails that wait to be sent, of all instances.', of.waiting);
  await gauge(
    'sluis_audit_number',
    'The number of the newest entry of the audit trail: it never falls.',
    of.newestEntry,
  );
  return registry.metrics();
}

/** One text of those of several processes: the lines of one name must stand together. */
export function joined(texts: readonly string[]): string {
  const families = new Map<string, { readonly head: string[]; readonly lines: string[] }>();
  for (const block of texts.flatMap(text => text.trim().split('\n\n'))) {
    const [help, type, ...lines] = block.split('\n');
    if (help === undefined || type === undefined) continue;
    const family = families.get(type) ?? { head: [help, type], lines: [] };
    family.lines.push(...lines);
    families.set(type, family);
  }
  return [...families.values()].map(({ head, lines }) => `${[...head, ...lines].join('\n')}\n`).join('\n');
}
