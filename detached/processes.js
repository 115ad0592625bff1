'use strict';
// Identifies processes. A process id alone isn't enough, because the system reuses it: the start time must match, too.

const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
const { performance } = require('node:perf_hooks');
const { claimJson, readJson, pause } = require('./files.js');

/** When this process started, in the system's own format; undefined if it isn't alive (a zombie isn't). */
function startOf(processId) {
  if (!Number.isInteger(processId) || processId <= 1) return undefined;
  if (process.platform === 'linux') return startFromProc(processId);
  if (process.platform === 'win32') return isThere(processId) ? 'unknown' : undefined;
  return startFromPs(processId);
}

function startFromProc(processId) {
  try {
    const stat = fs.readFileSync(`/proc/${processId}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /[ZX]/.test(fields[0]) ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startFromPs(processId) {
  try {
    const options = {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(processId)], options).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

function isThere(processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** How this process identifies itself in a record. */
function ownIdentity() {
  return { processId: process.pid, startTime: startOf(process.pid) };
}

/** Whether exactly the recorded process is still alive. */
function lives(record) {
  return record?.startTime !== undefined && startOf(record.processId) === record.startTime;
}

/** Stops the recorded process: asked first, then by force. Resolves when it is gone. */
async function endProcess(record, graceMs = 3000) {
  const asked = performance.now();
  let forced = false;
  if (!signal(record, 'SIGTERM')) return;
  while (lives(record)) {
    if (!forced && performance.now() - asked > graceMs) forced = signal(record, 'SIGKILL');
    await pause(15);
  }
}

function signal(record, name) {
  if (!lives(record)) return false;
  try {
    process.kill(record.processId, name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Takes a lock file for this process; a lock of a dead process is taken over, once `mayTakeOver(holder, file)` resolves to true. `details` are written into
 * the lock. Undefined if it stays taken for `waitMs`.
 */
async function takeLock(file, waitMs = 0, { details = {}, mayTakeOver = () => true } = {}) {
  const deadline = performance.now() + waitMs;
  for (;;) {
    if (claimJson(file, { ...ownIdentity(), ...details })) return () => fs.rmSync(file, { force: true });
    const holder = readJson(file);
    if (holder && !lives(holder) && (await mayTakeOver(holder, file))) dropStale(file, holder);
    else if (performance.now() >= deadline) return undefined;
    else await pause(20);
  }
}

/** If several see a dead holder, one of them moves the lock away; one that moved a fresh lock by mistake puts it back. */
function dropStale(file, holder) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readJson(aside);
  if (moved && (moved.processId !== holder.processId || moved.startTime !== holder.startTime)) {
    try {
      fs.linkSync(aside, file);
    } catch {
      // Somebody else has taken the lock in the meantime; the process whose lock was moved notices at its next step.
    }
  }
  fs.rmSync(aside, { force: true });
}

module.exports = { startOf, ownIdentity, lives, endProcess, takeLock };
