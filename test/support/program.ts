import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `serve` as an operator runs it: the built program, in processes of its own. */
export interface Program {
  readonly folder: string;
  readonly config: string;
  /** The first process: the supervisor where several serve. */
  readonly child: ChildProcess;
  /** What it wrote, both streams. */
  said(): string;
  /** Lines of the log, read. */
  lines(): readonly LogLine[];
  /** Process numbers of what the first process started. */
  children(): readonly number[];
  /** Sends the signal and resolves to the exit code; of a process that a signal ended, to the signal. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** Kills what is left, and takes the folder away where it is its own. */
  close(): Promise<void>;
}

export interface LogLine {
  readonly msg: string;
  readonly worker?: number;
  readonly audit?: { readonly event: { readonly type: string; readonly worker?: number; readonly how?: string } };
}

/** Once a process; the lock keeps test files that run side by side from building at once. */
let main: string | undefined;
function built(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const script = `process.stdout.write(require('${root}bin/build.cjs').built(process.execPath, 'src/main.js'))`;
  const lock = join(tmpdir(), `sluis-build-${root.replaceAll('/', '-')}.lock`);
  main ??= execFileSync('flock', ['-o', lock, process.execPath, '-e', script], { encoding: 'utf8' });
  return main;
}

/** Resolves once it says that it listens; `settled` once it ended instead. */
export async function startProgram(
  yaml: string,
  options: { readonly folder?: string } = {},
): Promise<Program & { readonly listening: boolean }> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'sluis-program-'));
  const config = join(folder, 'sluis.yaml');
  writeFileSync(config, yaml);
  const child = spawn(process.execPath, ['--enable-source-maps', built(), 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let said = '';
  const up = new Promise<boolean>(resolve => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Sluis is listening')) resolve(true);
      });
    }
  });
  const listening = await Promise.race([up, once(child, 'close').then(() => false)]);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code, by] = await exited;
    return code ?? by;
  };
  return {
    folder,
    config,
    child,
    listening,
    said: () => said,
    lines: () => linesOf(said),
    children: () => childrenOf(child.pid ?? 0),
    end,
    close: async () => {
      await end('SIGKILL');
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function linesOf(said: string): readonly LogLine[] {
  return said.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []));
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => parentOf(pid) === parent);
}

/** The fourth field, behind a name that may hold anything; undefined for what has just ended. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

/** Whether such a process is there. */
export function isAlive(pid: number): boolean {
  return parentOf(pid) !== undefined;
}
