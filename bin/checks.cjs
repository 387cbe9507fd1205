'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('./build.cjs');
const { environment, root } = require('./runtime.cjs');
const { prepare, stop, stopAll, stoppedInstances } = require('./test-needs.cjs');

const modules = join(root, 'node_modules');

/** Title and arguments for Node of every check that needs no running app. */
const checks = [
  ['biome', [join(modules, '@biomejs', 'biome', 'bin', 'biome'), 'check']],
  ['types', [join(modules, 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']],
  ['layers', ['tools/check-layers.ts']],
  ['map', ['tools/check-map.ts']],
  ['schema', ['tools/check-schema.ts']],
];

/** @returns {number} exit code */
function lint(node) {
  const failed = checks.filter(([title, args]) => !check(title, node, args));
  return failed.length === 0 ? 0 : 1;
}

/** Everything; `only` are names or paths for vitest. @returns {number} exit code */
function test(node, only) {
  const missing = prepare();
  const checked = lint(node) === 0;
  const built = step('build', () => build(node));
  const tested = vitest(node, only, missing);
  for (const { name, why } of missing) console.log(`not run: what needs ${name}: ${why}`);
  if (missing.length > 0 && inCi()) console.log('not run counts as failed, because CI is set');
  console.log(tested.line);
  return checked && built && tested.ok && !(missing.length > 0 && inCi()) ? 0 : 1;
}

function vitest(node, only, missing) {
  const report = join(root, 'test-results', 'vitest.json');
  mkdirSync(join(root, 'test-results'), { recursive: true });
  rmSync(report, { force: true });
  const names = [
    ...new Set([...(process.env.SLUIS_TEST_MISSING || '').split(','), ...missing.map(({ name }) => name)]),
  ];
  if (inCi()) stopAll();
  const idle = stoppedInstances();
  const args = [
    join(modules, 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...only,
  ];
  const env = environment(node, { SLUIS_TEST_MISSING: names.filter(Boolean).join(',') });
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit', env });
  stop(idle);
  return { ok: status === 0, line: closingLine(report) };
}

/** Every story that takes pictures on its way; samples of the pages that none comes by. */
const stories = ['screenshots', 'sent-codes'].map(name => `test/scenarios/${name}`);

/** Takes all of docs/images anew, and names what no story took: a page that is gone, or an app that is not here. @returns {number} exit code */
function pictures(node) {
  const missing = prepare();
  const begin = Date.now();
  const folder = join(root, 'docs', 'images');
  const names = missing.map(({ name }) => name).join(',');
  const env = environment(node, { SLUIS_SCREENSHOTS: '1', SLUIS_TEST_MISSING: names });
  const idle = stoppedInstances();
  const vitest = [join(modules, 'vitest', 'vitest.mjs'), 'run', ...stories];
  const { status } = spawnSync(node, vitest, { cwd: root, stdio: 'inherit', env });
  stop(idle);
  const all = readdirSync(folder).filter(name => name.endsWith('.png'));
  const old = all.filter(name => statSync(join(folder, name)).mtimeMs < begin);
  for (const name of old) console.log(`not taken anew: docs/images/${name}`);
  console.log(`${all.length - old.length} pictures taken, ${old.length} left as they were`);
  return status === 0 && old.length === 0 ? 0 : 1;
}

function closingLine(report) {
  if (!existsSync(report)) return '0 passed, 0 failed, 0 skipped (the tests did not run)';
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  // A file that does not load has no tests to fail.
  const failed = numFailedTests === 0 && numFailedTestSuites > 0 ? numFailedTestSuites : numFailedTests;
  return `${numPassedTests} passed, ${failed} failed, ${numPendingTests + (numTodoTests || 0)} skipped`;
}

function check(title, node, args) {
  return step(title, () => {
    const { status, stdout, stderr, error } = spawnSync(node, args, {
      cwd: root,
      encoding: 'utf8',
      env: environment(node),
    });
    if (status !== 0) throw new Error(`${error ? error.message : ''}${stdout || ''}${stderr || ''}`.trimEnd());
  });
}

function step(title, work) {
  const begin = process.hrtime.bigint();
  let problem;
  try {
    work();
  } catch (error) {
    problem = error.message;
  }
  const seconds = (Number(process.hrtime.bigint() - begin) / 1e9).toFixed(1);
  console.log(`${problem === undefined ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)`);
  if (problem) console.log(problem);
  return problem === undefined;
}

function inCi() {
  return Boolean(process.env.CI) && process.env.CI !== 'false' && process.env.CI !== '0';
}

module.exports = { lint, pictures, test };
