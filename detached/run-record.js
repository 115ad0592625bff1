'use strict';
// What one run writes into its folder: progress.ndjson for its followers, log.txt for people, result.json at the end.

const fs = require('node:fs');
const path = require('node:path');
const { claimJson } = require('./files.js');

const logLimitBytes = 256 * 1024;

function openRunRecord(folder) {
  const file = (name) => path.join(folder, name);
  let logBytes = fs.statSync(file('log.txt'), { throwIfNoEntry: false })?.size ?? 0;

  /** Appends a line to the log, until the log is full. */
  function log(line) {
    if (logBytes > logLimitBytes) return;
    const text = `${new Date().toISOString().slice(11, 19)} ${line.slice(0, 2000)}\n`;
    logBytes += Buffer.byteLength(text);
    fs.appendFileSync(file('log.txt'), logBytes > logLimitBytes ? 'The log is full, the rest is left out.\n' : text);
  }

  return {
    log,
    progress: (line) => fs.appendFileSync(file('progress.ndjson'), `${JSON.stringify({ at: Date.now(), ...line })}\n`),
    /** The first result stays. */
    finish: (state, reason) => claimJson(file('result.json'), { state, reason, endedAt: Date.now() }),
    isFinished: () => fs.existsSync(file('result.json')),
    isCancelled: () => fs.existsSync(file('cancel.json')),
  };
}

module.exports = { openRunRecord };
