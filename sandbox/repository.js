'use strict';
// The sandbox's git repository: created on first start, read by the deploy script. Needs no git binary.

const fs = require('node:fs');
const path = require('node:path');
const git = require('isomorphic-git');
const { authors, history } = require('./history.js');
const { openWork } = require('./open-work.js');
const { filesOf, changelog } = require('./release-files.js');

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Creates the repository if there is none, with releases of the weeks before `now`. It appears completely or not at all. */
async function ensureRepository(folder, now = Date.now()) {
  if (fs.existsSync(path.join(folder, 'HEAD'))) return;
  const draft = draftOf(folder);
  await git.init({ fs, dir: draft, gitdir: draft, bare: true, defaultBranch: 'shop' });
  for (const [service, { about, releases }] of Object.entries(history)) {
    const released = await writeService(draft, service, about, releases, now);
    await writeOpenWork(draft, service, released, now);
  }
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (!fs.existsSync(path.join(folder, 'HEAD'))) throw error;
  }
}

/** A new empty folder next to the final one. */
function draftOf(folder) {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  return fs.mkdtempSync(`${folder}.draft-`);
}

/** One branch for each service, one tag `<service>/<version>` for each release. Returns the commit of each release with its files and changes, oldest first. */
async function writeService(gitdir, service, about, releases, now) {
  const changes = [];
  const released = [];
  let files = {};
  let parent;
  for (const release of releases) {
    const releasedAt = releaseTime(release, now);
    for (const [index, [who, message]] of release.commits.entries()) {
      changes.push(message);
      const remaining = release.commits.length - 1 - index;
      files =
        remaining === 0 ? filesOf(service, about, release, changes) : { ...files, 'CHANGELOG.md': changelog(changes) };
      const at = releasedAt - remaining * 20 * hourMs;
      parent = await commit(gitdir, files, message, authors.get(who), at, parent);
    }
    await git.writeRef({ fs, gitdir, ref: `refs/tags/${service}/${release.version}`, value: parent, force: true });
    released.push({ parent, files, changes: [...changes], at: releasedAt });
  }
  await git.writeRef({ fs, gitdir, ref: `refs/heads/${service}`, value: parent, force: true });
  return released;
}

/** Commits after the newest release, and branches that begin at the release before them. */
async function writeOpenWork(gitdir, service, released, now) {
  for (const [branch, commits] of openWork.get(service) ?? []) {
    const begunAt = now - commits[0].hoursOld * hourMs;
    const start = branch === service ? released.at(-1) : released.findLast(({ at }) => at < begunAt);
    const changes = [...start.changes];
    let { parent } = start;
    for (const { who, message, hoursOld } of commits) {
      changes.push(message);
      const changed = { ...start.files, 'CHANGELOG.md': changelog(changes) };
      parent = await commit(gitdir, changed, message, authors.get(who), now - hoursOld * hourMs, parent);
    }
    await git.writeRef({ fs, gitdir, ref: `refs/heads/${branch}`, value: parent, force: true });
  }
}

/** In milliseconds since 1970. */
function releaseTime({ daysOld, time }, now) {
  const day = new Date(now - daysOld * dayMs).toISOString().slice(0, 10);
  return Date.parse(`${day}T${time}:00Z`);
}

async function commit(gitdir, files, message, who, at, parent) {
  const tree = [];
  for (const [name, text] of Object.entries(files)) {
    const oid = await git.writeBlob({ fs, gitdir, blob: Buffer.from(text) });
    tree.push({ mode: '100644', path: name, oid, type: 'blob' });
  }
  const [, name, email] = /^(.*) <(.*)>$/.exec(who);
  const author = { name, email, timestamp: Math.floor(at / 1000), timezoneOffset: 0 };
  return git.writeCommit({
    fs,
    gitdir,
    commit: {
      message: `${message}\n`,
      tree: await git.writeTree({ fs, gitdir, tree }),
      parent: parent ? [parent] : [],
      author,
      committer: author,
    },
  });
}

/** The commit of a release; undefined if there is no such release. */
async function commitOf(gitdir, service, version) {
  try {
    return await git.resolveRef({ fs, gitdir, ref: `refs/tags/${service}/${version}` });
  } catch (error) {
    if (error.code === 'NotFoundError') return undefined;
    throw error;
  }
}

/** Writes the files of a commit to a folder named after it, once; returns the folder. */
async function checkOut(gitdir, releasesFolder, service, version, commitId) {
  const folder = path.join(releasesFolder, service, `${version}-${commitId.slice(0, 12)}`);
  if (fs.existsSync(folder)) return folder;
  const draft = draftOf(folder);
  const { tree } = await git.readTree({ fs, gitdir, oid: commitId });
  for (const entry of tree) {
    if (entry.type !== 'blob') continue;
    const { blob } = await git.readBlob({ fs, gitdir, oid: entry.oid });
    fs.writeFileSync(path.join(draft, path.basename(entry.path)), blob);
  }
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (!fs.existsSync(folder)) throw error;
  }
  return folder;
}

module.exports = { ensureRepository, commitOf, checkOut };
