#!/usr/bin/env node
'use strict';
// The command "sluis": makes sure of runtime and build, then is the command line of dist/.
const { ensureInstalled, findNode, foreground } = require('./runtime.cjs');
const flags = require('./node-flags.cjs');
const { run } = require('./say.cjs');

run(() => {
  ensureInstalled();
  const node = findNode();
  const main = require('./build.cjs').built(node, 'src/main.js');
  return foreground(node, [...flags, main, ...process.argv.slice(2)]);
});
