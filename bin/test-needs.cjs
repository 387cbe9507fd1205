'use strict';
// What the tests need from the host, installed where that is possible, and named where it is not.
const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { tmpdir } = require('node:os');
const { root } = require('./runtime.cjs');

const apps = join(root, 'test', 'apps');

/** Name for SLUIS_TEST_MISSING, the packages it takes, and how it is installed. */
const needs = [
  { name: 'chromium', packages: () => missing(['chromium']), install: () => apt(['chromium']), serves: false },
  {
    name: 'roundcube',
    packages: () => ofScripts(['mail.sh', 'webmail.sh']),
    install: () => scripts(['mail.sh', 'webmail.sh']),
    serves: true,
  },
  { name: 'dokuwiki', packages: () => ofScripts(['wiki.sh']), install: () => scripts(['wiki.sh']), serves: true },
  { name: 'nginx', packages: () => missing(['nginx']), install: () => apt(['nginx']), serves: false },
  {
    name: 'oathtool',
    packages: () => missing(['oathtool', 'pskctool']),
    install: () => apt(['oathtool', 'pskctool']),
    serves: false,
  },
  {
    name: 'openldap',
    packages: () => ofScripts(['directory.sh']),
    install: () => scripts(['directory.sh']),
    serves: false,
  },
  { name: 'redis', packages: () => missing(['redis-server']), install: () => apt(['redis-server']), serves: false },
];

/** @returns {{name: string, why: string}[]} what the tests must do without */
function prepare() {
  let updated = false;
  const update = () => {
    if (!updated) updated = quiet('apt-get', ['update']).status === 0;
    return updated;
  };
  return needs.flatMap(need => {
    const why = prepareOne(need, update);
    return why === undefined ? [] : [{ name: need.name, why }];
  });
}

function prepareOne(need, update) {
  if (quiet('dpkg-query', ['--version']).status !== 0) {
    return need.name === 'chromium' && existsSync('/usr/bin/chromium') ? undefined : 'this is not a Debian system';
  }
  const isRoot = typeof process.getuid === 'function' && process.getuid() === 0;
  const packages = need.packages();
  if (packages.length === 0) return need.serves && !isRoot ? 'it is installed, but only root may start it' : undefined;
  if (!isRoot) return `not installed (${packages.join(', ')}), and only root may install it`;
  process.stderr.write(`sluis: installing for the tests: ${packages.join(' ')}\n`);
  if (need.install()) return undefined;
  if (update() && need.install()) return undefined;
  return `apt-get could not install ${packages.join(', ')}`;
}

/** Instances of the test apps that are not up now; the run ends those that it started itself. */
function stoppedInstances() {
  return instances().filter(instance => inInstance(instance, 'status').status !== 0);
}

function stop(list) {
  for (const instance of list) if (inInstance(instance, 'status').status === 0) inInstance(instance, 'stop');
}

/** Those too that a run left up which was killed: with its mails and sessions. Nobody else is at work on a machine of CI. */
function stopAll() {
  stop(instances());
}

function instances() {
  return JSON.parse(readFileSync(join(apps, 'instances.json'), 'utf8'));
}

function inInstance({ state: folder, script, port, env }, command) {
  const state = join(tmpdir(), 'sluis-apps', folder);
  return quiet('bash', [join(apps, script), command], { ...env, PORT: String(port), STATE: state });
}

function ofScripts(names) {
  return names.flatMap(name =>
    quiet('bash', [join(apps, name), 'packages'])
      .stdout.split('\n')
      .filter(Boolean),
  );
}

function scripts(names) {
  return names.every(name => quiet('bash', [join(apps, name), 'install']).status === 0);
}

function missing(packages) {
  return packages.filter(
    name => !/^installed$/m.test(quiet('dpkg-query', ['-W', `-f=\${db:Status-Status}\n`, name]).stdout),
  );
}

function apt(packages) {
  const args = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...packages];
  return quiet('apt-get', args, { DEBIAN_FRONTEND: 'noninteractive' }).status === 0;
}

function quiet(command, args, env = {}) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  return { status: result.error ? -1 : result.status, stdout: result.stdout || '' };
}

module.exports = { prepare, stoppedInstances, stop, stopAll };
