'use strict';
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { dirname, join } = require('node:path');
const { environment, root } = require('./runtime.cjs');
const { Stop } = require('./say.cjs');

const dist = join(root, 'dist');
const stampFile = join(dist, '.sluis-build');
const folders = ['src', 'demo', 'loadtest'];
const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Makes dist/ from the sources, when they changed since. In a published package dist/ is all there is. */
function build(node) {
  if (!existsSync(join(root, 'src'))) return;
  const sources = folders.flatMap(folder => list(folder));
  const stamp = fingerprint(sources);
  const before = readStamp();
  if (before && before.all === stamp.all) return;
  try {
    // A file that went away would stay behind in dist/ and run on.
    if (!before || before.names !== stamp.names) rmSync(dist, { recursive: true, force: true });
    rmSync(stampFile, { force: true });
    compile(node);
    for (const file of sources.filter(file => !/\.tsx?$/.test(file) && !file.includes('/results/'))) copy(file);
    writeFileSync(stampFile, JSON.stringify(stamp));
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop(`cannot write ${dist}: ${error.message}`, 73);
  }
}

function compile(node) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(tsc))
    throw new Stop(
      'TypeScript is not installed, and dist/ is missing or out of date. Run "npm ci" with development packages.',
    );
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--noEmitOnError'];
  const result = spawnSync(node, args, { cwd: root, encoding: 'utf8', env: environment(node) });
  if (result.status !== 0) throw new Stop(`the build failed:\n${result.stdout}${result.stderr}`.trimEnd());
}

function copy(file) {
  const to = join(dist, file);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(root, file), to);
}

function list(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap(entry => (entry.isDirectory() ? list(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
    .sort();
}

function fingerprint(sources) {
  const all = createHash('sha256');
  for (const file of [...sources, ...settings].filter(file => existsSync(join(root, file)))) {
    const { mtimeMs, size } = statSync(join(root, file));
    all.update(`${file}\n${mtimeMs}\n${size}\n`);
  }
  return { names: createHash('sha256').update(sources.join('\n')).digest('hex'), all: all.digest('hex') };
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The path of a built program, built first where that is needed. */
function built(node, file) {
  build(node);
  const path = join(dist, file);
  if (!existsSync(path))
    throw new Stop(`${path} is missing: this copy of Sluis is not complete. Install or clone it again.`, 72);
  return path;
}

module.exports = { build, built };
