'use strict';
// Runs one test suite of a team to its end, whoever started it, and keeps what it found.
// node test-run.js <run folder>            executes request.json in it, once
// node test-run.js <run folder> --settle   completes the record of a run whose script has died
// The command is started without a shell. The files that match `results` and that it wrote go to <run folder>/results, with the pictures beside them.

const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { endCommand } = require('./command-group.js');
const { claimJson, readJson } = require('./files.js');
const { ownIdentity, takeLock } = require('./processes.js');
const { openRunRecord } = require('./run-record.js');
const { watchCommand } = require('./watch-command.js');

// The records of a run are only for their owner; files that the tests create can be meant for others.
const usualMask = process.umask(0o077);

const maxFiles = 500;
const maxBytes = 50_000_000;
const maxDepth = 8;
const steps = ['run', 'read results'];

async function run(folder) {
  // Only the first script that gets here runs; a second one for the same run exits.
  if (!claimJson(path.join(folder, 'started.json'), { ...ownIdentity(), at: Date.now() })) return;
  const record = openRunRecord(folder);
  record.progress({ steps });
  const { state, reason } = await runAlone(folder, record);
  record.log(reason ? `${state}: ${reason}` : state);
  record.finish(state, reason);
}

/** Two runs in the same folder would take each other's results for their own. */
async function runAlone(folder, record) {
  let freeLock;
  try {
    const request = readJson(path.join(folder, 'request.json'));
    const name = createHash('sha256').update(path.resolve(request.folder)).digest('hex').slice(0, 32);
    const lock = path.join(folder, '../..', `tests.${name}.lock`);
    freeLock = await takeLock(lock, 0, { details: { run: path.basename(folder) }, mayTakeOver });
    if (!freeLock) throw new Error('another test run is using the same folder; try again when it has ended');
    return await runSuite({ ...request, runFolder: folder }, record);
  } catch (error) {
    record.progress({ step: steps[0], state: 'failed', detail: error.message });
    return { state: 'failed', reason: error.message };
  } finally {
    freeLock?.();
  }
}

/** The runner that held the lock has died: its command must not run next to ours. */
function mayTakeOver({ run: id }, lock) {
  if (!/^[0-9a-f]{32}$/.test(id ?? '')) return true;
  return endCommand(path.join(path.dirname(lock), 'test-runs', id));
}

async function runSuite(request, record) {
  const { runFolder, command, folder, results, environment, timeLimitMs, passes = [] } = request;
  // Secret values are in no file, so they come with the environment of this process.
  const passed = Object.fromEntries(passes.map((name) => [name, process.env[name] ?? '']));
  const [first, second] = steps;
  record.progress({ step: first, state: 'running', detail: '' });
  record.log(`${request.suite} on ${request.service} in ${request.environmentName}, started by ${request.by.name}`);
  const before = stateOf(filesOf(folder, results));
  const { code, stopped, last } = await watchCommand(runFolder, command, {
    ...{ cwd: folder, env: { PATH: process.env.PATH ?? '', ...environment, ...passed }, mask: usualMask },
    ...{ timeLimitMs, record },
  });
  const written = filesOf(folder, results).filter((file) => before.get(file) !== signatureOf(file));
  const problem = keep(written, resultFolderOf(folder, results), path.join(runFolder, 'results'));
  if (stopped) {
    record.progress({
      step: first,
      state: stopped.state === 'cancelled' ? 'canceled' : 'failed',
      detail: stopped.reason,
    });
    return stopped;
  }
  record.progress({ step: first, state: 'done', detail: `the command ended with ${code}` });
  if (written.length === 0) return fail(record, second, `it wrote no ${results}: ${last}`);
  if (problem) return fail(record, second, problem);
  record.progress({ step: second, state: 'done', detail: written.length === 1 ? '1 file' : `${written.length} files` });
  if (code === 0) return { state: 'succeeded' };
  return { state: 'failed', reason: `the command ended with ${code}, although no test failed` };
}

function fail(record, step, reason) {
  record.progress({ step, state: 'failed', detail: reason });
  return { state: 'failed', reason };
}

/** The folders of the pattern before its first `*`, at least all but the last word. */
function resultFolderOf(folder, pattern) {
  const words = pattern.split('/').slice(0, -1);
  const star = words.findIndex((word) => word.includes('*'));
  return path.join(folder, ...(star < 0 ? words : words.slice(0, star)));
}

/** The regular files that match; a `*` stands for any characters of one name. */
function filesOf(folder, pattern) {
  const [first = '', ...rest] = pattern.split('/');
  const form = new RegExp(
    `^${first
      .split('*')
      .map((part) => part.replaceAll(/[^\w]/g, '\\$&'))
      .join('.*')}$`,
  );
  return entriesOf(folder)
    .filter((entry) => form.test(entry.name) && (rest.length === 0 ? entry.isFile() : entry.isDirectory()))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return rest.length === 0 ? [file] : filesOf(file, rest.join('/'));
    });
}

function entriesOf(folder) {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function signatureOf(file) {
  const { mtimeNs, size, ino } = fs.lstatSync(file, { bigint: true });
  return `${mtimeNs}:${size}:${ino}`;
}

const stateOf = (files) => new Map(files.map((file) => [file, signatureOf(file)]));

/** Copies the results and the pictures below their folder; what is wrong, if it can't keep all results. */
function keep(written, from, to) {
  let bytes = written.reduce((sum, file) => sum + fs.lstatSync(file).size, 0);
  if (written.length > maxFiles) return `it wrote more than ${maxFiles} files of results`;
  if (bytes > maxBytes) return `its results are larger than ${maxBytes / 1_000_000} MB`;
  for (const file of written) copy(file, from, to);
  for (const file of picturesBelow(from, maxDepth).slice(0, maxFiles)) {
    bytes += fs.lstatSync(file).size;
    if (bytes > maxBytes) break;
    copy(file, from, to);
  }
  return undefined;
}

function picturesBelow(folder, depth) {
  return entriesOf(folder).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return depth > 0 ? picturesBelow(file, depth - 1) : [];
    return entry.isFile() && entry.name.toLowerCase().endsWith('.png') ? [file] : [];
  });
}

function copy(file, from, to) {
  const target = path.join(to, path.relative(from, file));
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(file, target);
}

async function settle(folder) {
  const record = openRunRecord(folder);
  await endCommand(folder);
  if (record.isFinished()) return;
  const reason = 'the process that watched the tests died, so they were stopped';
  record.log(reason);
  record.finish(record.isCancelled() ? 'cancelled' : 'failed', reason);
}

const [folder = '', mode] = process.argv.slice(2);
(mode === '--settle' ? settle(folder) : run(folder)).then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
