'use strict';
// The deploy script of the sandbox: fetch, build, test, switch, check. It runs to the end, whoever started it.
// node deploy.js <run folder>            executes request.json in it, once
// node deploy.js <run folder> --settle   completes the record of a run whose script has died, and restores what it left halfway

const path = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');
const { readJson, claimJson } = require('../detached/files.js');
const { ownIdentity } = require('../detached/processes.js');
const { openPlace, startService, stopService } = require('./services.js');
const { steps } = require('./deploy-steps.js');
const { openRunRecord } = require('../detached/run-record.js');

const runFolder = process.argv[2] ?? '';
const runId = path.basename(runFolder);
const request = readJson(path.join(runFolder, 'request.json'));
process.umask(0o077);
const record = openRunRecord(runFolder);

/** Ends the run early: the first reason counts. */
const stopping = new globalThis.AbortController();
let ending;
function stop(state, reason) {
  ending ??= { state, reason };
  stopping.abort();
}

async function deploy() {
  process.on('SIGTERM', () => stop('cancelled', 'cancelled'));
  process.on('SIGINT', () => stop('cancelled', 'cancelled'));
  setInterval(() => record.isCancelled() && stop('cancelled', 'cancelled'), 100).unref();
  setTimeout(() => stop('failed', 'it took longer than its time limit'), request.timeLimitMs).unref();
  record.progress({ steps: steps.map(({ name }) => name) });
  record.log(`${request.service} ${request.version} to ${request.environment}, commit ${request.commit.slice(0, 12)}`);

  const { state, reason } = await deployAlone();
  finish(state, reason);
}

/** The outcome of the deployment. When it is returned, and so before anybody reads it, the next deployment can begin. */
async function deployAlone() {
  const place = openPlace(request.dataFolder, request.service, request.environment);
  const releaseDeployLock = await place.deployLock();
  if (!releaseDeployLock) return { state: 'failed', reason: 'another deployment is running here' };
  const run = {
    ...request,
    runId,
    place,
    log: record.log,
    signal: stopping.signal,
    pause: (milliseconds) => wait(milliseconds * request.pace, undefined, { signal: stopping.signal }),
  };
  let step;
  try {
    for (step of steps) await perform(step, run);
    const { version, commit, since } = place.current();
    place.setCurrent({ version, commit, since, runId });
    return { state: 'succeeded' };
  } catch (error) {
    const { state, reason } = ending ?? { state: 'failed', reason: error.message };
    record.progress({ step: step.name, state: 'failed', detail: reason });
    record.log(`${step.name}: ${reason}`);
    return { state, reason: await restore(place, reason) };
  } finally {
    run.releaseLock?.();
    releaseDeployLock();
  }
}

async function perform(step, run) {
  stopping.signal.throwIfAborted();
  const tell = (detail, fraction) => record.progress({ step: step.name, state: 'running', detail, fraction });
  tell('', 0);
  record.log(`${step.name}:`);
  const detail = await step.perform(run, tell);
  stopping.signal.throwIfAborted();
  record.progress({ step: step.name, state: 'done', detail });
  record.log(`${step.name}: ${detail}`);
}

/** If this run had begun to switch, restores the previous release; returns the reason with the result. */
async function restore(place, reason) {
  const current = place.current();
  if (current?.switching !== runId) return reason;
  const { previous } = current;
  if (!previous) return reason;
  record.log(`restoring ${previous.version}`);
  try {
    place.setCurrent(previous);
    await stopService(place);
    const { processId } = await startService(place, previous);
    record.log(`${previous.version} runs again as process ${processId}`);
    return `${reason}; ${previous.version} was restored`;
  } catch (error) {
    record.log(error.message);
    return `${reason}; ${previous.version} couldn’t be restored`;
  }
}

function finish(state, reason) {
  const word = state === 'cancelled' ? 'canceled' : state;
  record.log(reason && reason !== state ? `${word}: ${reason}` : word);
  record.finish(state, reason);
}

async function settle() {
  const place = openPlace(request.dataFolder, request.service, request.environment);
  const release = await place.lock(15_000);
  if (!release) throw new Error('another run is changing this service');
  try {
    if (record.isFinished()) return;
    const current = place.current();
    if (current?.runId === runId) return finish('succeeded');
    const reason = await restore(place, 'the deploy script ended without a result');
    finish(record.isCancelled() ? 'cancelled' : 'failed', reason);
  } finally {
    release();
  }
}

async function main() {
  if (process.argv[3] === '--settle') return settle();
  // Only the first script that gets here runs; a second one for the same run exits.
  if (!request || !claimJson(path.join(runFolder, 'started.json'), { ...ownIdentity(), at: Date.now() })) return;
  await deploy();
}

main().then(
  () => process.exit(0),
  (error) => {
    record.log(error.stack);
    process.exit(1);
  },
);
