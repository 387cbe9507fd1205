import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationOf, freePort, type TestApp, type TestOptions, type TestSluis } from './sluis.ts';

const program = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** `sluis serve` as operators run it: a process of its own, from dist/. */
export interface ServeProcess {
  readonly port: number;
  readonly config: string;
  readonly pid: number;
  /** SIGKILL, and the end of the process. */
  kill(): Promise<void>;
  /** The same instance again, on its port. */
  start(): Promise<void>;
  signal(name: 'SIGHUP' | 'SIGTERM'): void;
  /** The exit code of the process that was started last; its signal where one ended it. */
  ended(): Promise<number | NodeJS.Signals | null>;
  /** What it logged, since it was started last. */
  log(): string;
  /** The configuration of these apps and options, for this instance. */
  yaml(apps: readonly TestApp[], options: TestOptions): string;
}

/** An instance of the same fleet as `beside`, begun with the same apps and options. Resolves once it listens. */
export async function startServeProcess(
  beside: TestSluis,
  apps: readonly TestApp[],
  options: TestOptions,
): Promise<ServeProcess> {
  const port = await freePort();
  const { folder, namesPort } = beside.shared;
  const config = join(folder, `serve-${port}.yaml`);
  const yaml = (now: readonly TestApp[], also: TestOptions) =>
    `${configurationOf(now, { port, namesPort }, also)}\nlog: { level: error }\n`;
  writeFileSync(config, yaml(apps, options));
  const process = new Serving(port, config, yaml);
  await process.start();
  return process;
}

class Serving implements ServeProcess {
  readonly port: number;
  readonly config: string;
  readonly yaml: ServeProcess['yaml'];
  #logged = '';
  #ended: Promise<number | NodeJS.Signals | null> = Promise.resolve(null);
  #process: ChildProcess | undefined;

  constructor(port: number, config: string, yaml: ServeProcess['yaml']) {
    this.port = port;
    this.config = config;
    this.yaml = yaml;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, 'serve', '--config', this.config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#ended = new Promise(resolve => child.once('exit', (code, signal) => resolve(code ?? signal)));
    this.#logged = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#logged += text;
    });
    let said = '';
    const listening = Promise.withResolvers<void>();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Sluis is listening')) listening.resolve();
    });
    child.once('exit', () => listening.reject(new Error(`serve ended: ${said}`)));
    await listening.promise;
  }

  signal(name: 'SIGHUP' | 'SIGTERM'): void {
    this.#process?.kill(name);
  }

  ended(): Promise<number | NodeJS.Signals | null> {
    return this.#ended;
  }

  log(): string {
    return this.#logged;
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
