import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A process of the bench. */
export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

/** One of processes/, with its port once it listens. */
export async function startChild(
  name: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Child> {
  const file = fileURLToPath(new URL(`./processes/${name}.js`, import.meta.url));
  const child = fork(file, args, { execArgv: [...flags], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`${name} did not start`);
    }),
  ])) as [{ port: number }];
  return { process: child, pid: child.pid ?? 0, port: message.port };
}

/** Any program that listens on a port or a socket it was given. Rejects with what it said where it ends or does not come up. */
export async function startProgram(
  command: string,
  args: readonly string[],
  place: number | string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  await Promise.race([failed, listens(child, place)]).catch((error: Error) => {
    child.kill('SIGTERM');
    throw new Error(`${command}: ${error.message}\n${said}`);
  });
  return { process: child, pid: child.pid ?? 0, port: typeof place === 'number' ? place : 0 };
}

async function listens(child: ChildProcess, place: number | string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`);
    if (await answers(place)) return;
    await pause(50);
  }
  throw new Error('did not listen within 20 s');
}

async function answers(place: number | string): Promise<boolean> {
  const socket = typeof place === 'number' ? connect(place, '127.0.0.1') : connect(place);
  const open = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return open;
}

/** Asked to stop, then made to. */
export async function stopChild({ process: child }: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}
