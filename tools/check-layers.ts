import { join, posix } from 'node:path';
import { reportFaults } from './report-faults.ts';
import { type Import, importsOf, type SourceFile, sourceFiles, withoutComments } from './source-files.ts';

/** Folders of the domain: they know neither transport nor storage nor the machine they run on (rule 6). */
const domain = [
  'policy',
  'session',
  'visit',
  'signin',
  'factor',
  'enrolment',
  'device',
  'recovery',
  'reset',
  'rollout',
  'audit',
  'preset',
  'notice',
  'signal',
  'operator',
];
const edges = ['gateway', 'portal', 'console', 'cli'];

/** Room to the rooms whose code it may use; of `types` only types. `*` is everything of ours. */
interface Rule {
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** Packages and node modules it may use; undefined: any. */
  readonly packages?: readonly string[];
}

const pure = [
  'node:crypto',
  'node:buffer',
  '@simplewebauthn/server',
  'jose',
  'otplib',
  '@otplib/',
  'lru-cache',
  'zod',
  'ipaddr.js',
  'qrcode',
  'fast-xml-parser',
  'postal-mime',
];

const rules: Readonly<Record<string, Rule>> = {
  kernel: { values: [], types: [], packages: ['node:crypto', 'node:buffer'] },
  config: { values: ['kernel'], types: ['preset'] },
  store: { values: ['kernel'], types: ['audit'] },
  carrier: { values: ['kernel'], types: ['notice', 'factor', 'operator', 'config'] },
  ui: { values: ['kernel'], types: [...domain, 'config'], packages: ['node:', 'hono', 'qrcode'] },
  ...Object.fromEntries(
    domain.map(room => [room, { values: ['kernel', ...domain], types: ['config'], packages: pure }]),
  ),
  ...Object.fromEntries(edges.map(room => [room, { values: ['kernel', 'config', 'ui', ...domain], types: [] }])),
  main: { values: ['*'], types: [] },
};

/** The one sink that writes through a library for logs: the map puts sinks in `audit`, and this is all there is of it. */
const exceptions: Readonly<Record<string, readonly string[]>> = { 'audit/pino-sink.ts': ['pino'] };

/** What only main.ts may do, or what nobody of the domain may: read the machine instead of being handed it. */
const ambient: readonly {
  readonly pattern: RegExp;
  readonly what: string;
  readonly rooms: (room: string) => boolean;
}[] = [
  { pattern: /\bprocess\.env\b/, what: 'reads the environment', rooms: room => room !== 'main' },
  { pattern: /(?<![.\w])process\.|\bglobalThis\b/, what: 'reaches for the process', rooms: isDomain },
  { pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b/, what: 'reads the clock', rooms: isDomain },
  {
    pattern: /\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\brandomInt\b|\bgetRandomValues\b/,
    what: 'makes randomness of its own',
    rooms: isDomain,
  },
  { pattern: /\bfetch\(|\bsetTimeout\b|\bsetInterval\b/, what: 'reaches for the network or a timer', rooms: isDomain },
];

/** Everything in which the source breaks the rules of "Rooms" and the rules 1 and 6 of the architecture. */
export function layerFaults(files: readonly SourceFile[]): string[] {
  return [
    ...files.flatMap(file => importsOf(file.text).flatMap(one => importFault(file.path, one))),
    ...files.flatMap(ambientFaults),
    ...cycleFaults(files),
    ...fileCycleFaults(files),
    ...decideFaults(files),
    ...files.flatMap(trimFaults),
  ];
}

function importFault(path: string, imported: Import): string[] {
  const room = roomOf(path);
  const rule = rules[room];
  if (rule === undefined) return [`${path}: the room ${room} has no rule in tools/check-layers.ts`];
  if (!imported.from.startsWith('.')) return packageFault(path, room, rule, imported.from);
  const target = posix.normalize(posix.join(posix.dirname(path), imported.from));
  const other = roomOf(target);
  if (target.startsWith('..')) return [`${path}: imports ${imported.from}, which is outside src`];
  if (isDomain(room) && other === 'config' && target !== 'config/settings.ts')
    return [`${path}: imports ${target}; of config the domain knows the settings only`];
  if (other === room || rule.values.includes('*') || rule.values.includes(other)) return [];
  if (imported.typeOnly && rule.types.includes(other)) return [];
  const allowed = rule.types.includes(other) ? 'types only' : 'nothing';
  return [`${path}: imports ${target}; ${room} may use ${allowed} of ${other}`];
}

function packageFault(path: string, room: string, rule: Rule, name: string): string[] {
  if (name.startsWith('#')) return [`${path}: imports ${name}; write the path`];
  const fits = (allowed: string) =>
    name === allowed || name.startsWith(/[:/]$/.test(allowed) ? allowed : `${allowed}/`);
  const allowed = [...(rule.packages ?? [name]), ...(exceptions[path] ?? [])];
  return allowed.some(fits) ? [] : [`${path}: imports ${name}; ${room} may not`];
}

function ambientFaults({ path, text }: SourceFile): string[] {
  const room = roomOf(path);
  const code = withoutComments(text);
  return ambient
    .filter(({ pattern, rooms }) => rooms(room) && pattern.test(code))
    .map(({ what }) => `${path}: ${what}`);
}

/** Rooms of the domain may use each other, but not in a circle: then they would be one room. */
function cycleFaults(files: readonly SourceFile[]): string[] {
  const rooms = usesAmong(files, roomOf);
  for (const room of rooms.keys()) if (!isDomain(room)) rooms.delete(room);
  return circlesIn(rooms).map(room => `${room}: uses rooms that use it again`);
}

/** Nor may files, in any room: who reads one would have to read all. Types are no use of each other. */
function fileCycleFaults(files: readonly SourceFile[]): string[] {
  return circlesIn(usesAmong(files, path => path)).map(path => `${path}: uses files that use it again`);
}

/** Who uses values of whom; `placeOf` says what counts as one place. */
function usesAmong(files: readonly SourceFile[], placeOf: (path: string) => string): Map<string, Set<string>> {
  const uses = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const place = placeOf(path);
    for (const { from, typeOnly } of importsOf(text)) {
      if (typeOnly || !from.startsWith('.')) continue;
      const other = placeOf(posix.normalize(posix.join(posix.dirname(path), from)));
      if (other !== place) uses.set(place, (uses.get(place) ?? new Set()).add(other));
    }
  }
  return uses;
}

function circlesIn(uses: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...uses.keys()].filter(place => reaches(uses, place, place));
}

function reaches(uses: ReadonlyMap<string, ReadonlySet<string>>, from: string, goal: string): boolean {
  const seen = new Set<string>();
  const open = [...(uses.get(from) ?? [])];
  for (let room = open.pop(); room !== undefined; room = open.pop()) {
    if (room === goal) return true;
    if (!seen.has(room)) open.push(...(uses.get(room) ?? []));
    seen.add(room);
  }
  return false;
}

/** Rule 1: one definition, and one place that asks it. */
function decideFaults(files: readonly SourceFile[]): string[] {
  const places = (pattern: RegExp) =>
    files.flatMap(({ path, text }) => [...withoutComments(text).matchAll(pattern)].map(() => path));
  const definitions = places(/\bfunction\s+decide\s*\(/g);
  const calls = places(/(?<!\bfunction\s+)(?<![\w$])decide\s*\(/g);
  const renamed = places(/\bdecide\s+as\b/g).map(path => `${path}: takes decide() under another name (rule 1)`);
  if (definitions.length !== 1) return [`decide() is defined in ${definitions.length} places (rule 1)`, ...renamed];
  if (calls.length === 1) return renamed;
  return [
    `decide() is called in ${calls.length} places, not one (rule 1): ${calls.join(', ') || 'nowhere'}`,
    ...renamed,
  ];
}

/** Two may take entries of a log away; the audit trail (R37) in the one place that records it first (R61). */
function trimFaults({ path, text }: SourceFile): string[] {
  const trims = /\.trim\(\s*[^\s)]/.test(withoutComments(text));
  return trims && roomOf(path) !== 'store' && !['session/revocations.ts', 'audit/chain.ts'].includes(path)
    ? [`${path}: takes entries of a log away`]
    : [];
}

function isDomain(room: string): boolean {
  return domain.includes(room);
}

function roomOf(path: string): string {
  const [first = ''] = path.split('/');
  return first.replace(/\.tsx?$/, '');
}

if (import.meta.main) reportFaults('layers', layerFaults(sourceFiles(join(import.meta.dirname, '..', 'src'))));
