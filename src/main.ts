import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { runProgram } from './cli/program.ts';
import { commandsOf } from './main/commands.ts';
import { isWorker, runWorker } from './main/fleet-worker.ts';

/** The composition root: alone reads the environment, and ends the process with the command's exit code. */
const version = readVersion();
/** On a terminal SIGHUP says that it was closed: whoever sat there wants the end, and not the configuration read again. */
const attended = process.stdin.isTTY === true;
const machine = {
  terminal: {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    version,
  },
  keys: process.env['SLUIS_KEYS'],
  redisPassword: process.env['SLUIS_REDIS_PASSWORD'],
  operator: process.env['SUDO_USER'] ?? accountName(),
  forks: true,
  stopped: nextStop,
  hurried: nextStop,
  onReload: (listener: () => void) => {
    if (attended) return () => undefined;
    process.on('SIGHUP', listener);
    return () => void process.off('SIGHUP', listener);
  },
};

process.exitCode = isWorker
  ? await runWorker(machine)
  : await runProgram(process.argv.slice(2), commandsOf(machine), machine.terminal);

/** Only while somebody waits for it: what a third signal does is the system's own. */
function nextStop(): Promise<void> {
  return new Promise(resolve => {
    const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT', ...(attended ? (['SIGHUP'] as const) : [])];
    const stop = () => {
      for (const signal of signals) process.off(signal, stop);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

/** A container may run under a number that has no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function readVersion(): string {
  // The package stands above src/ and above dist/src/ alike.
  for (const place of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // Not here: the next place.
    }
  }
  return 'unknown';
}
