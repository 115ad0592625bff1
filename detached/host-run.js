'use strict';
// Deploys one release of a service of this server. It runs to the end, whoever started it and whatever stops in the meantime.
// node host-run.js <run folder>             executes request.json in it, once
// node host-run.js <run folder> --settle    completes the record of a run whose script has died, according to the live release
//   node host-run.js --waiting <folder> --releases <folder> -- <command> <words>
// executes the waiting runs in the folder one after another; the caller, not Gavel, then decides on the command and the releases folder.
// The command is started without a shell. {release} in it is the folder of the release; {version}, {commit} and {environment} are as named.

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');
const { endCommand, hasRecordOfCommand, isCommandAlive } = require('./command-group.js');
const { claimJson, readJson } = require('./files.js');
const { ownIdentity, takeLock } = require('./processes.js');
const { openRunRecord } = require('./run-record.js');
const { asOwnerOf } = require('./rights.js');
const { countTime, watchCommand } = require('./watch-command.js');

// The records of a run are only for their owner; files that the command creates can be meant for others.
const usualMask = process.umask(0o077);

const servesWithinMs = 20_000;
const forms = { service: /^[a-z][a-z0-9-]{0,39}$/, version: /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[a-z0-9.]{1,20})?$/i };

/** The complete request; throws if it is invalid. */
function readRequest(folder, ours) {
  const request = { ...readJson(path.join(folder, 'request.json')), ...ours };
  if (!forms.service.test(request.service) || !forms.service.test(request.environment))
    throw new Error('no service or environment by its form');
  if (!forms.version.test(request.version)) throw new Error('no version by its form');
  if (!Array.isArray(request.deploy) || request.deploy.length === 0) throw new Error('there is no deploy command');
  return { ...request, release: path.join(request.releases, request.version) };
}

async function run(folder, ours) {
  // Only the first script that gets here runs; a second one for the same run exits.
  if (!claimJson(path.join(folder, 'started.json'), { ...ownIdentity(), at: Date.now() })) return;
  const record = openRunRecord(folder);
  const { state, reason } = await deployAlone(folder, ours, record);
  record.log(reason ? `${state}: ${reason}` : state);
  record.finish(state, reason);
}

/** The outcome of the deployment. When it is returned, and so before anybody reads it, the next deployment can begin. */
async function deployAlone(folder, ours, record) {
  let freeLock;
  try {
    const request = readRequest(folder, ours);
    const lock = path.join(folder, '../..', `${request.service}.${request.environment}.lock`);
    freeLock = await takeLock(lock, 0, { details: { run: path.basename(folder) }, mayTakeOver });
    if (!freeLock) throw new Error('another deployment is running here');
    return await deploy({ ...request, folder }, record);
  } catch (error) {
    return { state: 'failed', reason: error.message };
  } finally {
    freeLock?.();
  }
}

/** The runner that held the lock has died: its command must not run next to ours. */
function mayTakeOver({ run: id }, lock) {
  if (!/^[0-9a-f]{32}$/.test(id ?? '')) return true;
  return endCommand(path.join(path.dirname(lock), 'runs', id));
}

async function deploy(request, record) {
  const steps = openSteps(request, record);
  record.log(`${request.service} ${request.version} to ${request.environment}, commit ${request.commit.slice(0, 12)}`);
  steps.begin('check', '');
  const file = readJson(path.join(request.release, 'release.json'));
  if (file?.version !== request.version) return steps.fail(`there is no release ${request.version}`);
  if (file.commit !== request.commit)
    return steps.fail(`release ${request.version} is now commit ${String(file.commit).slice(0, 12)}`);
  steps.begin(steps.first, '');
  const { code, stopped, last } = await perform(request, record, steps);
  if (code !== 0) {
    steps.fail(last);
    return stopped ?? { state: 'failed', reason: last };
  }
  steps.begin('confirm', 'reads which release is live');
  const serving = await becomes(request);
  if (serving?.version !== request.version || serving.commit !== request.commit)
    return steps.fail(
      serving ? `${serving.version} is live instead` : 'its health address doesn’t say which release is live',
    );
  steps.end();
  return { state: 'succeeded' };
}

/** Runs the command; each of its lines goes to the log, and one such as `switch: …` begins the step with that name. */
function perform(request, record, steps) {
  const fill = (word) => word.replaceAll(/\{(release|version|commit|environment)\}/g, (_all, name) => request[name]);
  return watchCommand(request.folder, request.deploy.map(fill), {
    ...{ cwd: request.release, env: { PATH: process.env.PATH ?? '' }, mask: usualMask },
    ...{ timeLimitMs: request.timeLimitMs, record },
    onLine(line) {
      const [, name, detail] = /^([a-z][a-z0-9-]*): (.*)$/.exec(line) ?? [];
      if (name) steps.begin(name, detail);
    },
  });
}

function openSteps({ steps: names = ['check', 'deploy', 'confirm'] }, record) {
  let current;
  let said = '';
  record.progress({ steps: names });
  const close = (state, detail) => current && record.progress({ step: current, state, detail });
  return {
    /** The first of the command's own steps. */
    first: names[1],
    begin(name, detail) {
      if (!names.includes(name) || names.indexOf(name) < names.indexOf(current)) return;
      if (name !== current) close('done', said);
      current = name;
      said = detail.slice(0, 200);
      record.progress({ step: name, state: 'running', detail: said });
    },
    end: () => close('done', said),
    fail(reason) {
      close('failed', reason);
      return { state: 'failed', reason };
    },
  };
}

async function serving({ health }) {
  try {
    const answer = await fetch(health, { signal: globalThis.AbortSignal.timeout(2000), redirect: 'error' });
    return await answer.json();
  } catch {
    return undefined;
  }
}

/** The live release, as soon as it is the expected one, or at the end. */
async function becomes(request) {
  const spent = countTime();
  for (;;) {
    const seen = await serving(request);
    if (seen?.commit === request.commit && seen.version === request.version) return seen;
    if (spent() > servesWithinMs) return seen;
    await wait(250);
  }
}

async function settle(folder) {
  const record = openRunRecord(folder);
  const request = readJson(path.join(folder, 'request.json'));
  const wasTold = hasRecordOfCommand(folder);
  const wasLeft = isCommandAlive(folder);
  if (!(await endCommand(folder))) throw new Error('the deploy command doesn’t end');
  const seen = await serving(request);
  if (seen?.version === request.version && seen.commit === request.commit) return record.finish('succeeded');
  const what = seen?.version ? `${seen.version} is live` : 'nobody knows which release is live';
  const isLate = fs.existsSync(path.join(folder, 'overdue.json'));
  const why = isLate
    ? 'the deploy command was stopped because its time was up'
    : wasLeft
      ? 'the process that watched the deploy command died, so the command was stopped'
      : wasTold
        ? 'the deploy command ended without a result'
        : 'the process that was about to start the deploy command died before it did';
  record.finish(record.isCancelled() ? 'cancelled' : 'failed', `${why}; ${what}`);
}

async function runWaiting(words) {
  const split = words.indexOf('--');
  const [first, waiting, second, releases] = words;
  if (first !== '--waiting' || second !== '--releases' || split !== 4 || words.length < 6)
    throw new Error('I need --waiting <folder> --releases <folder> -- <command>.');
  const ours = { service: path.basename(waiting), releases, deploy: words.slice(5) };
  asOwnerOf(waiting);
  for (const id of fs.readdirSync(waiting).sort()) {
    fs.rmSync(path.join(waiting, id), { force: true });
    const folder = path.join(waiting, '../../runs', id);
    if (/^[0-9a-f]{32}$/.test(id) && fs.existsSync(folder)) await run(folder, ours);
  }
}

async function main([first = '', ...others]) {
  if (first === '--waiting') return runWaiting([first, ...others]);
  if (others[0] === '--settle') return settle(first);
  return run(first);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
