import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../src/cli/program.ts';
import { commandsOf } from '../../src/main/commands.ts';

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Cli {
  readonly folder: string;
  readonly config: string;
  write(name: string, text: string): string;
  run(...args: string[]): Promise<Run>;
  /** Starts a command that goes on until it is stopped; resolves once it says that it listens, or ended. */
  start(...args: string[]): Promise<{ readonly said: () => string; stop(): Promise<Run> }>;
  remove(): void;
}

/** A folder of its own with a configuration in it, and the real commands. */
export function openCli(port = 8080): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-cli-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const config = write('sluis.yaml', configuration(port));
  return {
    folder,
    config,
    write,
    run: (...args) => begin(args, Promise.resolve(), () => undefined).ended,
    start: async (...args) => {
      const stop = Promise.withResolvers<void>();
      const listening = Promise.withResolvers<void>();
      const { ended, said } = begin(args, stop.promise, listening.resolve);
      await Promise.race([listening.promise, ended]);
      return {
        said,
        stop: () => {
          stop.resolve();
          return ended;
        },
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function begin(args: readonly string[], stopped: Promise<void>, listening: () => void) {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
      if (err.includes('Sluis is listening')) listening();
    },
    version: '1.2.3',
  };
  const machine = {
    terminal,
    keys: undefined,
    operator: 'beheerder',
    stopped: () => stopped,
    hurried: () => new Promise<void>(() => undefined),
    onReload: () => () => undefined,
  };
  const ended = runProgram(args, commandsOf(machine), terminal).then(code => ({ code, out, err }));
  return { ended, said: () => err };
}

export function configuration(port: number, more = ''): string {
  return `version: 1
data: ./data
log: { level: error }
listen: { address: 127.0.0.1, port: ${port}${more} }
realms:
  gemeente:
    title: Gemeente Voorbeeld
    portal: http://sluis.localhost:${port}
    domains: [gemeente.test]
    firstFactor: activation-code
apps:
  post:
    title: Gemeentepost
    realm: gemeente
    origin: http://post.localhost:${port}
    upstream: http://127.0.0.1:9
    preset: demo
`;
}
