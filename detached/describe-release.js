'use strict';
// Writes release.json into the folder of a release: its version from package.json, its commit, date and history from git.
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
const fields = ['%H', '%s', '%an', '%ae', '%cn', '%ce', '%cI', '%P', '%B'];
const told = git('log', `-${kept}`, '-z', `--format=${fields.join('%x00')}`).split('\0');
const commits = Array.from({ length: Math.floor(told.length / fields.length) }, (_, index) =>
  told.slice(index * fields.length, (index + 1) * fields.length),
).map(([id, message, author, authorEmail, committer, committerEmail, committedAt, parents, text]) => ({
  id,
  message,
  author,
  committedAt,
  contributors: [
    { name: author, email: authorEmail },
    { name: committer, email: committerEmail },
    ...coAuthorsIn(text),
  ],
  parents: parents.split(' ').filter((parent) => parent !== ''),
}));

/** The people in `Co-authored-by:` lines. */
function coAuthorsIn(text) {
  return text.split('\n').flatMap((line) => {
    const [key, ...rest] = line.split(':');
    if (rest.length === 0 || key.trim().toLowerCase() !== 'co-authored-by') return [];
    const value = rest.join(':').trim();
    const open = value.lastIndexOf('<');
    if (open < 0) return value === '' ? [] : [{ name: value }];
    return [
      {
        name: value.slice(0, open).trim(),
        email: value
          .slice(open + 1)
          .replace(/>.*$/, '')
          .trim(),
      },
    ];
  });
}
const [{ id: commit, committedAt: createdAt }] = commits;
writeJson(path.join(folder, 'release.json'), { version, commit, createdAt, commits });
console.log(`${version} is commit ${commit}, with ${commits.length} commits before and with it.`);
