#!/usr/bin/env node
// The built command line where there is one, else the TypeScript as it is.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const built = join(__dirname, '../dist/cli.js');
if (existsSync(join(__dirname, '../src/cli.ts'))) {
  require('tsx/cjs');
  require('../src/cli.ts');
} else {
  require(built);
}
