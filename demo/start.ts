import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { passwords } from './accounts.ts';
import { addresses } from './addresses.ts';
import { type DemoApp, startDemoApp } from './app.ts';

/**
 * `npm start`: Gemeentepost, and Sluis in front of it as config/sluis.yaml says. `--fresh` starts over.
 * Sluis runs as a program of its own, as it would in front of any other app.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
const config = join(root, 'config', 'sluis.yaml');
const data = join(root, 'data');
const log = join(data, 'sluis.log');

async function start(args: readonly string[]): Promise<number> {
  if (args.includes('--fresh')) rmSync(data, { recursive: true, force: true });
  // Asked first: another program there would be taken for Sluis.
  if (await answers()) return inUse(addresses.app);
  const app = await startApp();
  if (app === undefined) return 1;
  const codes = await activationCodes();
  // The log goes to a file, so that what is printed here stays readable.
  const sluis = spawn(process.execPath, [...process.execArgv, main, 'serve', '--config', config], {
    stdio: ['inherit', existsSync(data) ? openSync(log, 'a', 0o600) : 'inherit', 'inherit'],
  });
  passSignals(sluis);
  const ended = once(sluis, 'exit') as Promise<[number | null]>;
  if (await listens(sluis)) console.log(welcome(codes));
  const [code] = await ended;
  await app.close();
  return code ?? 0;
}

async function startApp(): Promise<DemoApp | undefined> {
  try {
    return await startDemoApp({ port: Number(new URL(addresses.upstream).port) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') inUse(addresses.upstream);
    else console.error(`The demo app cannot listen on ${addresses.upstream}: ${code}.`);
    return undefined;
  }
}

function inUse(address: string): number {
  console.error(`Another program uses ${address}. Stop it (an earlier npm start?) and try again.`);
  return 1;
}

/** A code for each, or why there is none: the first line of what the command says. */
async function activationCodes(): Promise<Map<string, string>> {
  const codes = new Map<string, string>();
  // One after the other: they write to the same store.
  for (const user of passwords.keys()) codes.set(user, await invite(user));
  return codes;
}

async function invite(user: string): Promise<string> {
  const args = [main, 'users', 'invite', user, '--config', config];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return /\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}\b/.exec(stdout)?.[0] ?? stdout.trim();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return stderr?.trim().split('\n')[0] ?? 'none';
  }
}

/** Until it takes connections; false where it ended before, after saying why. */
async function listens(sluis: ChildProcess): Promise<boolean> {
  while (sluis.exitCode === null) {
    if (await answers()) return true;
    await pause(50);
  }
  return false;
}

async function answers(): Promise<boolean> {
  const socket = connect(Number(new URL(addresses.app).port), '127.0.0.1');
  const open = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return open;
}

function passSignals(sluis: ChildProcess): void {
  process.on('SIGTERM', () => sluis.kill('SIGTERM'));
  // The terminal sends SIGINT to both; this one waits for the other.
  process.on('SIGINT', () => undefined);
}

function welcome(codes: ReadonlyMap<string, string>): string {
  const people = [...passwords].map(
    ([user, password]) => `    ${user.padEnd(6)} ${password.padEnd(16)} ${codes.get(user)}`,
  );
  return `
  Sluis stands in front of Gemeentepost, a webmail that knows passwords only.

  App     ${addresses.app}
  Portal  ${addresses.portal}

    name   password         activation code
${people.join('\n')}

  Try this:
  1. Open the app and sign in as anna with only her password. It gets you nowhere: Sluis asks for a second step.
  2. Set it up: take anna's activation code and an authenticator app (or a password manager). You land in her inbox.
  3. Sign out, and in again: now a code of 6 digits is enough.
  4. Sign in as bram in another browser, with his password and no code, and try to read his mail.

  Data: ${shown(data)}   Log: ${shown(log)}   Start over: npm start -- --fresh   Stop: Ctrl+C
`;
}

function shown(path: string): string {
  return relative(process.cwd(), path) || path;
}

process.exitCode = await start(process.argv.slice(2));
