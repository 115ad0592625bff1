#!/usr/bin/env node
// Uses the TypeScript source during development, otherwise the built command line.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const source = join(__dirname, '../src/cli.ts');
const developing = existsSync(source) && existsSync(join(__dirname, '../node_modules/tsx'));
if (developing) require('tsx/cjs');
require(developing ? source : join(__dirname, '../dist/cli.js'));
