import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLogger } from '../src/audit/pino-sink.ts';
import { loadSettings } from '../src/config/load.ts';
import { formatProblems } from '../src/config/problem.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { systemRandom } from '../src/kernel/random.ts';
import { type Core, openCore } from '../src/main/core.ts';
import { startServer } from '../src/main/server.ts';
import { consoleApp, consoleRealm } from '../src/operator/operator.ts';
import { genericPreset } from '../src/preset/generic.ts';
import { presets } from '../src/preset/registry.ts';
import { freePort } from '../test/support/free-port.ts';
import { factor, fill, fillOperators, nameOf, realm, type Sizes, serialOf } from './people-fill.ts';
import { describeMachine } from './report.ts';

const full: Sizes = { people: 50_000, tokens: 50_000, cases: 5_000, operators: 200, audit: 500_000 };
const few: Sizes = { people: 300, tokens: 300, cases: 100, operators: 5, audit: 2_000 };

/**
 * `npm run bench:people`: how long the console's lists of 50,000 people take on the embedded store, asked for over HTTP
 * one after the other. `--quick` is a smoke run; `--out folder` says where the result goes; `--only word` measures the
 * lists that have it in their name; `--folder path` keeps the data there, and takes what an earlier run left.
 */
async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string', default: '' },
      folder: { type: 'string' },
    },
  });
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'sluis-people-'));
  const sizes = values.quick ? few : full;
  try {
    const text = await measured(folder, sizes, { times: values.quick ? 3 : 100, only: values.only });
    console.log(text);
    const results =
      values.out ?? (values.quick ? undefined : fileURLToPath(new URL('../../loadtest/results', import.meta.url)));
    if (results === undefined) return;
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, `${new Date().toISOString().slice(0, 10)}-people.md`), text);
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(folder: string, sizes: Sizes, how: { times: number; only: string }): Promise<string> {
  const port = await freePort();
  const loaded = loadSettings(configuration(port), {
    ...{ folder, presets: { named: presets, generic: genericPreset } },
    // Hardware tokens.
    highestLevel: 3,
  });
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'configuration of the bench'));
  const logger = createLogger({ level: 'silent' });
  const surroundings = { clock: systemClock, random: systemRandom, logger, keys: undefined };
  const core = await openCore(loaded.settings, surroundings);
  try {
    if ((await core.people.countOf(realm, 'name:all')) === 0) {
      await fill(core, join(folder, 'data', 'sluis.db'), sizes);
      await fillOperators(core, sizes.operators);
    }
    const server = await startServer(core);
    try {
      const ask = await asOperator(core, port);
      const lists = listsOf(sizes).filter(([what]) => what.includes(how.only));
      const lines: string[] = [];
      for (const [what, places] of lists) lines.push(line(what, await timed(ask, places, how.times)));
      const { cores, processor, memory, node } = describeMachine();
      const number = (count: number) => count.toLocaleString('en');
      const of = Object.entries(sizes).map(
        ([name, size]) => `${number(size)} ${name === 'audit' ? 'audit entries' : name}`,
      );
      return `# Lists of ${number(sizes.people)} people in the console\n\n${cores} cores (${processor}), ${memory}, Node ${node}; embedded store with ${of.join(', ')}; ${how.times} requests each, one after the other, in ms.\n\n| list | median | 95th percentile | most |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
    } finally {
      await server.close();
    }
  } finally {
    await core.store.close();
  }
}

/** What operators ask for; `%` is another number each time. */
function listsOf({ people, tokens, audit }: Sizes): readonly (readonly [string, (n: number) => string])[] {
  const name = (n: number) => nameOf((n * 7919) % people);
  const serial = (n: number) => serialOf((n * 7919) % tokens);
  return [
    ['by name, the first page', () => '/people'],
    ['by name, any page', n => `/people?from=${name(n)}`],
    ['by name, from the end', () => '/people?order=down'],
    ['by first day, newest first', () => '/people?sort=since&order=down'],
    ['one state', n => `/people?state=invited&from=${name(n)}`],
    ['searched by a rare word', n => `/people?search=${name(n).split('.')[1]}`],
    ['searched by one letter', () => '/people?search=p'],
    ['searched by one letter, in a state that nobody has', () => '/people?search=p&state=closed'],
    ['searched by what nobody has', () => '/people?search=qqq'],
    ['one person', n => `/people/${realm}/${name(n)}`],
    ['today', () => '/'],
    ['who reaches what', () => '/access'],
    // By kept lists: the third is of those who have level 2, the fifth of those who have codes that are sent at most.
    ['who reaches a route, any page', n => `/access/demo/other?from=2+${name(n)}`],
    ['who reaches a route of level 1, any page', n => `/access/demo/0?from=4+${name(n)}`],
    ['who does not reach a route', () => '/access/demo/other?view=short'],
    ['who is of a group of a thousand and does not reach its route', () => '/access/demo/2?view=short'],
    ['operators', () => '/operators'],
    ['tokens, the first page', () => '/tokens'],
    ['tokens, any page', n => `/tokens?from=${serial(n)}`],
    ['tokens, searched', n => `/tokens?search=${serial(n).slice(0, 8)}`],
    ['one token and its register', n => `/tokens/${serial(n)}`],
    ['reset cases', () => '/cases'],
    ['reset cases, the closed ones too', () => '/cases?all=1'],
    ['audit, the newest', () => '/audit'],
    ['audit, one kind', () => '/audit?type=token.'],
    ['audit, any page', n => `/audit?before=${((n * 7919) % audit) + 1}`],
    ['audit, a name', n => `/audit?text=${name(n)}`],
    ['audit, what is nowhere', () => '/audit?text=nergens-te-vinden'],
    ['signals', () => '/signals'],
  ];
}

type Ask = (place: string) => Promise<number>;

/** An operator who is in, and what one of her pages costs her. */
async function asOperator(core: Core, port: number): Promise<Ask> {
  const until = Date.now() + 30 * 24 * 3_600_000;
  const asked = {
    email: 'bench@gemeente.test',
    name: 'Bench',
    role: 'admin',
    until,
    reason: 'bench',
    source: 'bench',
  } as const;
  const { operator } = await core.operators.invite(asked, { command: 'bench' });
  await core.operators.settle(operator.id, { password: 'no password opens it' });
  await core.people.update(operator.id, person => ({ ...person, factors: [factor] }));
  const proved = { level: 2, factor: factor.id, factorAt: Date.now(), portal: undefined };
  const fresh = { realm: consoleRealm, app: consoleApp, person: operator.id, name: operator.email, ...proved };
  const { cookie } = await core.sessions.begin(fresh);
  const headers = { host: `beheer.localhost:${port}`, cookie: `__Host-sluis-console=${cookie}` };
  return place =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const sent = request({ host: '127.0.0.1', port, path: place, headers }, answer => {
        answer
          .on('data', () => undefined)
          .on('end', () => {
            if (answer.statusCode === 200) resolve(performance.now() - began);
            else reject(new Error(`${place}: ${answer.statusCode}`));
          });
      });
      sent.on('error', reject).end();
    });
}

async function timed(ask: Ask, place: (n: number) => string, times: number): Promise<readonly number[]> {
  for (let n = 0; n < 5; n += 1) await ask(place(n));
  const all: number[] = [];
  for (let n = 0; n < times; n += 1) all.push(await ask(place(n)));
  return all.toSorted((a, b) => a - b);
}

function line(what: string, times: readonly number[]): string {
  const at = (part: number) => (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
  return `| ${what} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
}

/** So many records are read for each page that counts them. */
const ofGroup = 1_000;

function configuration(port: number): string {
  return `version: 1
data: ./data
listen: { address: 127.0.0.1, port: ${port} }
realms:
  ${realm}:
    title: Gemeente Voorbeeld
    portal: http://sluis.localhost:${port}
    firstFactor: activation-code
    domains: [post7.test]
    groups: { beheer: [${Array.from({ length: ofGroup }, (_, n) => nameOf(n)).join(', ')}] }
apps:
  demo:
    title: Demo
    realm: ${realm}
    origin: http://demo.localhost:${port}
    upstream: http://127.0.0.1:9
    preset: demo
    routes:
      - { path: /open/*, level: 1 }
      - { path: /verslag, level: 2, levelFor: { beheer: 3 } }
      - { path: /beheer/*, level: 3, groups: [beheer] }
levels: { acceptLevel1: { reason: Alleen om te meten wie hier komt } }
mail: { host: 127.0.0.1, port: 9, tls: none, from: sluis@gemeente.test }
factors: { email: { mailboxes: { demo: separate } } }
console: { origin: "http://beheer.localhost:${port}" }
`;
}

await bench().catch((error: unknown) => {
  console.error(`The bench stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
