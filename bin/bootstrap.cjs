#!/usr/bin/env node
'use strict';
// First thing that runs on a fresh clone, on the host's own Node: brings packages and the pinned runtime, then hands over.
const { ensureInstalled, findNode, foreground } = require('./runtime.cjs');
const flags = require('./node-flags.cjs');
const { Stop, run } = require('./say.cjs');

const commands = {
  start: (node, args) => built(node, 'demo/start.js', args),
  bench: (node, args) => built(node, 'loadtest/bench.js', args),
  'bench:scale': (node, args) => built(node, 'loadtest/scale.js', args),
  'bench:idle': (node, args) => built(node, 'loadtest/idle.js', args),
  'bench:sign-in': (node, args) => built(node, 'loadtest/sign-in-times.js', args),
  'bench:people': (node, args) => built(node, 'loadtest/people.js', args),
  'bench:peers': (node, args) => built(node, 'loadtest/peers/install.js', args),
  build(node) {
    require('./build.cjs').build(node);
    return 0;
  },
  lint: node => require('./checks.cjs').lint(node),
  pictures: node => require('./checks.cjs').pictures(node),
  test: (node, args) => require('./checks.cjs').test(node, args),
};

function built(node, file, args) {
  return foreground(node, [...flags, require('./build.cjs').built(node, file), ...args]);
}

run(() => {
  const [name = '', ...args] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name)) {
    throw new Stop(`usage: node bin/bootstrap.cjs ${Object.keys(commands).join('|')}`, 64);
  }
  ensureInstalled();
  return commands[name](findNode(), args);
});
