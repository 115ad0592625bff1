'use strict';
// The steps of the deploy script. Each does its work, takes its time (run.pause), reports its progress and returns its result.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { spawn } = require('node:child_process');
const { commitOf, checkOut } = require('./repository.js');
const { ask, answering, startService, stopService, cleanEnvironment } = require('./services.js');

async function fetchRelease(run) {
  const { repository, releases } = run.place.paths;
  const commit = await commitOf(repository, run.service, run.version);
  if (!commit) throw new Error(`there is no release ${run.version}`);
  if (commit !== run.commit)
    throw new Error(`release ${run.version} is now commit ${commit.slice(0, 12)}, not the requested one`);
  await run.pause(2000);
  run.folder = await checkOut(repository, releases, run.service, run.version, commit);
  return `commit ${commit.slice(0, 7)}, ${fs.readdirSync(run.folder).length} files`;
}

async function build(run, tell) {
  const names = fs.readdirSync(run.folder);
  const bundle = crypto.createHash('sha256');
  let bytes = 0;
  for (const [index, name] of names.entries()) {
    const content = fs.readFileSync(path.join(run.folder, name));
    await run.pause(1000);
    bytes += content.length;
    bundle.update(name).update(content);
    run.log(`  packed ${name}, ${content.length} bytes`);
    tell(`${index + 1} of ${names.length} files`, (index + 1) / names.length);
  }
  return `${(bytes / 1024).toFixed(1)} KB, sha256 ${bundle.digest('hex').slice(0, 12)}`;
}

async function test(run, tell) {
  const env = cleanEnvironment({ CHECK_PAUSE_MS: String(Math.round(700 * run.pace)) });
  const checks = spawn(process.execPath, ['checks.js'], { cwd: run.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => checks.kill('SIGKILL');
  run.signal.addEventListener('abort', end);
  const ended = new Promise((resolve, reject) => {
    checks.once('error', reject);
    checks.once('close', resolve);
  });
  const seen = { total: 0, passed: 0, failed: [] };
  const read = (line) => {
    run.log(`  ${line}`);
    if (count(seen, line))
      tell(`${seen.passed} of ${seen.total} checks passed`, (seen.passed + seen.failed.length) / seen.total);
  };
  createInterface({ input: checks.stdout }).on('line', read);
  createInterface({ input: checks.stderr }).on('line', (line) => run.log(`  ${line}`));
  const code = await ended;
  run.signal.removeEventListener('abort', end);
  run.signal.throwIfAborted();
  if (code !== 0) throw new Error(`${seen.failed.length} of ${seen.total} checks failed: ${seen.failed.join(', ')}`);
  return `${seen.passed} of ${seen.total} checks passed`;
}

/** Parses a line of the checks' output; returns whether it changed anything. */
function count(seen, line) {
  const [, total, passed, failed] = /^(?:1\.\.(\d+)|(ok) \d+.*|not ok \d+ - (.*))$/.exec(line) ?? [];
  if (total) seen.total = Number(total);
  else if (passed) seen.passed += 1;
  else if (failed) seen.failed.push(failed);
  return Boolean(total ?? passed ?? failed);
}

/** From here on, `current.json` says that this run is switching, and what to restore if it doesn't complete. */
async function switchOver(run, tell) {
  const { place } = run;
  run.releaseLock = await place.lock(10_000);
  if (!run.releaseLock) throw new Error('another run is changing this service');
  await run.pause(1000);
  const before = place.current();
  const previous = before?.switching ? before.previous : before;
  const { version, commit, runId } = run;
  place.setCurrent({ version, commit, since: Date.now(), switching: runId, previous });
  if (previous) tell(`stopping ${previous.version}`, 0.3);
  await stopService(place);
  await run.pause(500);
  tell(`starting ${version}`, 0.6);
  const { processId, port } = await startService(place, { version, commit }, () => run.signal.aborted);
  run.log(`  process ${processId} answers on port ${port}`);
  return `${version} is responding`;
}

/** Gavel verifies the release after the run; this only checks that the switch worked. */
async function check(run, tell) {
  const wanted = 6;
  let returned = 0;
  for (let index = 0; index < wanted; index++) {
    await run.pause(500);
    const answer = await ask(run.place.port(), '/', 5000);
    run.log(`  GET / ${answer ? answer.code : 'no answer'}`);
    if (answer) returned += 1;
    tell(`${returned} of ${index + 1} requests answered`, (index + 1) / wanted);
  }
  const record = await answering(run.place);
  if (record?.version !== run.version || record.commit !== run.commit)
    throw new Error(`${run.version} isn’t responding`);
  if (returned === 0) throw new Error('no request was answered');
  return `${returned} of ${wanted} requests answered`;
}

const steps = [
  { name: 'fetch', perform: fetchRelease },
  { name: 'build', perform: build },
  { name: 'test', perform: test },
  { name: 'switch', perform: switchOver },
  { name: 'check', perform: check },
];

module.exports = { steps };
