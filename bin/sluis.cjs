#!/usr/bin/env node
'use strict';
// The command "sluis": makes sure of runtime and build, then is the command line of dist/.
const { join } = require('node:path');
const { ensureInstalled, findNode, foreground, root } = require('./runtime.cjs');
const { run } = require('./say.cjs');

run(() => {
  ensureInstalled();
  const node = findNode();
  require('./build.cjs').build(node);
  return foreground(node, ['--enable-source-maps', join(root, 'dist', 'src', 'main.js'), ...process.argv.slice(2)]);
});
