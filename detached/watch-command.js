'use strict';
// Runs a command to its end: its lines go to the log of the run, and it's stopped when the run is canceled or takes too long.

const { performance } = require('node:perf_hooks');
const { createInterface } = require('node:readline');
const { endCommand, startCommand } = require('./command-group.js');

const lookEveryMs = 100;
/** A longer pause between two checks isn't the command's: the machine was paused, or its clock was changed. */
const mostGapMs = 1_000;

/** Returns at each call how long it has been watched so far: whatever happens to the clock, nothing is over before its time. */
function countTime(longestGapMs = Infinity) {
  let last = performance.now();
  let spentMs = 0;
  return () => {
    const now = performance.now();
    spentMs += Math.min(longestGapMs, now - last);
    last = now;
    return spentMs;
  };
}

/**
 * Resolves when the command has ended: with its exit code, the last line it wrote, and `stopped`, the outcome of the run if it was stopped.
 * `onLine` gets each of its lines.
 */
function watchCommand(folder, command, { cwd, env, mask, timeLimitMs, record, onLine = () => {} }) {
  return new Promise((resolve) => {
    let last = '';
    let stopped;
    const child = startCommand(folder, command, { cwd, env, mask });
    const stop = async (state, reason) => {
      if (stopped) return;
      stopped = { state, reason };
      await endCommand(folder, timeLimitMs);
      // A process that left the group can still hold the pipes.
      setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), 1_000);
    };
    const ended = (code) => {
      clearInterval(looking);
      resolve({ code, stopped, last: last || `the command ended with ${code}` });
    };
    const spent = countTime(mostGapMs);
    const looking = setInterval(() => {
      if (record.isCancelled()) stop('cancelled', 'cancelled');
      else if (spent() > timeLimitMs) stop('failed', 'it took longer than its time limit');
    }, lookEveryMs);
    process.on('SIGTERM', () => stop('cancelled', 'cancelled'));
    const read = (line) => {
      if (line.trim() !== '') last = line.trim().slice(0, 300);
      record.log(line);
      onLine(line);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('error', (error) => {
      last = `the command can’t be started: ${error.code}`;
      ended(1);
    });
    child.once('close', ended);
  });
}

module.exports = { countTime, watchCommand };
