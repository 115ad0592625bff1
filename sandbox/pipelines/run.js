'use strict';
// Runs one of the sandbox's pipelines, step by step, to the end, whoever started it.
// node run.js <run folder>            executes request.json in it, once
// node run.js <run folder> --settle   completes the record of a run whose script has died

const path = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');
const { readJson, claimJson } = require('../../detached/files.js');
const { ownIdentity } = require('../../detached/processes.js');
const { openRunRecord } = require('../../detached/run-record.js');
const { stepsOf } = require('./steps.js');

const runFolder = process.argv[2] ?? '';
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

async function run() {
  process.on('SIGTERM', () => stop('cancelled', 'canceled'));
  process.on('SIGINT', () => stop('cancelled', 'canceled'));
  setInterval(() => record.isCancelled() && stop('cancelled', 'canceled'), 100).unref();
  setTimeout(() => stop('failed', 'it took longer than its time limit'), request.timeLimitMs).unref();
  const steps = stepsOf(request.pipeline);
  record.progress({ steps: steps.map(({ name }) => name) });
  record.log(`${request.pipeline}, started by ${request.by.name}`);
  const context = {
    ...request,
    runFolder,
    memory: {},
    log: record.log,
    signal: stopping.signal,
    ask: (question) => waitForDecision(question),
    pause: (milliseconds) => wait(milliseconds * request.pace, undefined, { signal: stopping.signal }),
  };
  let step;
  try {
    for (step of steps) await perform(step, context);
    finish('succeeded');
  } catch (error) {
    const { state, reason } = ending ?? { state: 'failed', reason: error.message };
    record.progress({ step: step.name, state: state === 'cancelled' ? 'canceled' : 'failed', detail: reason });
    record.log(`${step.name}: ${reason}`);
    finish(state, reason);
  }
}

/**
 * Waits until somebody decides: approval.json says what about, and decision.json is their answer, which a follower or decide.js writes once. Resolves with
 * the values of an approval. The run fails if they reject it, or if nobody decides in time.
 */
async function waitForDecision({ expiresAfterMs, ...question }) {
  const since = Date.now();
  const expiresAt = since + expiresAfterMs;
  claimJson(path.join(runFolder, 'approval.json'), { ...question, since, expiresAt });
  record.log(`  waiting for a decision: ${question.name}`);
  const answer = () => readJson(path.join(runFolder, 'decision.json'));
  while (!answer()) {
    if (Date.now() >= expiresAt) throw new Error('nobody approved or rejected it in time');
    await wait(150, undefined, { signal: stopping.signal });
  }
  const { approves, by, comment, key, answers = {} } = answer();
  // Gavel's own comment says who decided there.
  const own = [`${approves ? 'approved' : 'rejected'} by ${by}`, comment].filter(Boolean).join(': ');
  const words = key === undefined ? own : comment;
  record.log(`  ${words}`);
  if (!approves) throw new Error(words);
  return answers;
}

async function perform(step, context) {
  stopping.signal.throwIfAborted();
  const tell = (detail, fraction) => record.progress({ step: step.name, state: 'running', detail, fraction });
  tell('', 0);
  record.log(`${step.name}:`);
  const detail = await step.perform(context, tell);
  stopping.signal.throwIfAborted();
  record.progress({ step: step.name, state: 'done', detail });
  record.log(`${step.name}: ${detail}`);
}

function finish(state, reason) {
  const word = state === 'cancelled' ? 'canceled' : state;
  record.log(reason && reason !== word ? `${word}: ${reason}` : word);
  record.finish(state, reason);
}

async function main() {
  if (process.argv[3] === '--settle') {
    if (!record.isFinished())
      finish(record.isCancelled() ? 'cancelled' : 'failed', 'the script ended without a result');
    return;
  }
  // Only the first script that gets here runs; a second one for the same run exits.
  if (!request || !claimJson(path.join(runFolder, 'started.json'), { ...ownIdentity(), at: Date.now() })) return;
  await run();
}

main().then(
  () => process.exit(0),
  (error) => {
    record.log(error.stack);
    process.exit(1);
  },
);
