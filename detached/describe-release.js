'use strict';
// Writes release.json into the folder of a release: its version by package.json, its commit, date and history by git.
//   node describe-release.js /opt/gavel/releases/1.3.0

const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { readJson, writeJson } = require('./files.js');

const folder = path.resolve(process.argv[2] ?? '.');
const kept = 200;

function git(...words) {
  return execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8', maxBuffer: 16_000_000 });
}

const { version } = readJson(path.join(folder, 'package.json')) ?? {};
if (!version) throw new Error(`There is no package.json with a version in ${folder}.`);
const commits = git('log', `-${kept}`, '--format=%H%x00%s%x00%an%x00%cI')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\0'))
  .map(([id, message, author, committedAt]) => ({ id, message, author, committedAt }));
const [{ id: commit, committedAt: createdAt }] = commits;
writeJson(path.join(folder, 'release.json'), { version, commit, createdAt, commits });
console.log(`${version} is commit ${commit}, with ${commits.length} commits before and with it.`);
