import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runProgram } from './cli/program.ts';
import { commandsOf } from './main/commands.ts';
import { isWorker, runWorker } from './main/fleet-worker.ts';
import type { Machine } from './main/machine.ts';

// Answers pass as buffers outside the heap. By its own measure V8 collects the whole heap for every 64 MB of them, which at
// 50 KB an answer was a quarter of all CPU time; counted with the heap, they go with the young (docs/performance.md).
setFlagsFromString('--external-memory-accounted-in-global-limit');

/** The composition root: alone reads the environment, and ends the process with the command's exit code. */
const version = readVersion();
/** On a terminal SIGHUP says that it was closed: whoever sat there wants the end, and not the configuration read again. */
const attended = process.stdin.isTTY === true;
/** Milliseconds. */
const echo = 100;
const machine = {
  terminal: {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    version,
  },
  keys: process.env['SLUIS_KEYS'],
  redisPassword: process.env['SLUIS_REDIS_PASSWORD'],
  mailPassword: process.env['SLUIS_MAIL_PASSWORD'],
  smsSecret: process.env['SLUIS_SMS_SECRET'],
  firstFactorSecrets: { ldap: process.env['SLUIS_LDAP_PASSWORD'], oidc: process.env['SLUIS_OIDC_SECRET'] },
  operator: process.env['SUDO_USER'] ?? accountName(),
  forks: true,
  ...stopSignals(),
  onReload: (listener: () => void) => {
    if (attended) return () => undefined;
    process.on('SIGHUP', listener);
    return () => void process.off('SIGHUP', listener);
  },
};

process.exitCode = isWorker
  ? await runWorker(machine)
  : await runProgram(process.argv.slice(2), commandsOf(machine), machine.terminal);

/**
 * A stop and, later, a second one for who cannot wait. Whoever passes signals on may send one to a program that had it
 * already, from its process group: such an echo asks for nothing new. Listens once somebody waits: commands end at once.
 */
function stopSignals(): Pick<Machine, 'stopped' | 'hurried'> {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const hear = () => {
    firstAt ??= performance.now();
    first.resolve();
    if (performance.now() - firstAt >= echo) second.resolve();
  };
  let listens = false;
  const waitFor = (asked: Promise<void>) => () => {
    if (!listens) for (const signal of ['SIGTERM', 'SIGINT', ...(attended ? ['SIGHUP'] : [])]) process.on(signal, hear);
    listens = true;
    return asked;
  };
  return { stopped: waitFor(first.promise), hurried: waitFor(second.promise) };
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
