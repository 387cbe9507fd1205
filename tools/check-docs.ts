import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { reportFaults } from './report-faults.ts';

/** What the documents must agree with: commands and options of the program, and scripts of the package. */
export interface Known {
  /** `users invite`, `serve`. */
  readonly commands: ReadonlySet<string>;
  /** `--config`, of any command. */
  readonly options: ReadonlySet<string>;
  readonly scripts: ReadonlySet<string>;
}

/** Where documents name what is not there: links, headings, files, commands, options. */
export function docFaults(root: string, known: Known): string[] {
  return documentsOf(root).flatMap(file => {
    const text = readFileSync(join(root, file), 'utf8');
    const faults = [...linkFaults(root, file, text), ...fileFaults(root, text), ...commandFaults(text, known)];
    return faults.map(fault => `${file}: ${fault}`);
  });
}

/** The files in which commands are declared: `program.ts`, and one for each family of commands that is a file of its own. */
export function programText(root: string): string {
  const folder = join(root, 'src', 'cli');
  const files = readdirSync(folder).filter(name => /^program(?:-\w+)?\.ts$/.test(name));
  return files.map(name => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** Commands, their options, and scripts, as the sources write them down. */
export function knownFrom(program: string, scripts: readonly string[]): Known {
  const commands = new Set<string>();
  const options = new Set([...program.matchAll(/(--[a-z-]+)/g)].map(([option]) => option));
  const parents = new Map(
    [...program.matchAll(/const (\w+) = command\(program, '([\w-]+)'\)/g)].map(m => [m[1], m[2]]),
  );
  for (const [, parent, name = ''] of program.matchAll(/command\((\w+), '([\w-]+)'\)/g)) {
    const above = parents.get(parent);
    commands.add(above === undefined ? name : `${above} ${name}`);
  }
  return { commands, options, scripts: new Set(scripts) };
}

/** Markdown at the top and below docs/, with `/`. */
export function documentsOf(root: string): string[] {
  const below = (folder: string) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name))
      : [];
  return [...readdirSync(root), ...below('docs')]
    .map(name => name.split(sep).join('/'))
    .filter(isDocument)
    .sort();
}

function isDocument(name: string): boolean {
  return name.endsWith('.md');
}

function linkFaults(root: string, file: string, text: string): string[] {
  return [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const place = path === '' ? file : join(dirname(file), path);
    if (!existsSync(join(root, place))) return [`links to ${target}, which is not there`];
    if (anchor === undefined || headingsOf(readFileSync(join(root, place), 'utf8')).has(anchor)) return [];
    return [`links to ${target}; ${relative('', place)} has no such heading`];
  });
}

/** Anchors as GitHub makes them. */
export function headingsOf(text: string): Set<string> {
  const titles = [...withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map(title =>
      title
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Files and folders of ours in backquotes; a name with a star or a blank is no path. */
function fileFaults(root: string, text: string): string[] {
  const named = text.matchAll(/`((?:src|bin|demo|tools|config|test|loadtest|docs)\/[\w./-]*)`/g);
  return [...new Set([...named].map(([, path = '']) => path))]
    .filter(path => !existsSync(join(root, path)) || (path.endsWith('/') && !statSync(join(root, path)).isDirectory()))
    .map(path => `names ${path}, which is not there`);
}

function commandFaults(text: string, known: Known): string[] {
  return codeOf(text).flatMap(line => [
    ...[...line.matchAll(/\bnpm run ([\w-]+)/g)].flatMap(([, name = '']) =>
      known.scripts.has(name) ? [] : [`npm run ${name} is no script of the package`],
    ),
    ...[...line.matchAll(/^ *(?:npx )?sluis ([a-z][^|>;&]*)/g)].flatMap(([, rest = '']) => sluisFaults(rest, known)),
  ]);
}

function sluisFaults(rest: string, { commands, options }: Known): string[] {
  const [first = '', second = ''] = rest.trim().split(/\s+/);
  const isGroup = [...commands].some(command => command.startsWith(`${first} `));
  const name = isGroup && /^[a-z]/.test(second) ? `${first} ${second}` : first;
  if (!commands.has(name)) return [`sluis ${name} is no command`];
  return (rest.replaceAll(/"[^"]*"/g, '').match(/(?<=\s)--[a-z-]+/g) ?? [])
    .filter(option => !options.has(option))
    .map(option => `sluis ${name} has no option ${option}`);
}

/** Lines of shell blocks, and short code in backquotes; other blocks hold other programs. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) => block.split('\n'));
  const spans = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans];
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const program = programText(root);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  reportFaults('docs', docFaults(root, knownFrom(program, Object.keys(scripts))));
}
