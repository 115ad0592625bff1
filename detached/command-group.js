'use strict';
// A command runs in its own process group, so that everything it started stops with it, and so that it can be found and stopped if
// the runner that started it has died. The leader is a launcher, which waits until the group is on record and stays until the command ends.

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { performance } = require('node:perf_hooks');
const { claimJson, readJson, pause } = require('./files.js');
const { startOf } = require('./processes.js');
const { withFullRights } = require('./rights.js');

const hasGroups = process.platform !== 'win32';
/** How long a command can take to stop when asked to. */
const stopGraceMs = 10_000;
/** A process that even SIGKILL doesn't end within this time hangs in the kernel. */
const killGraceMs = 5_000;

const launcherFile = path.join(__dirname, 'launch.js');
const recordOf = (folder) => path.join(folder, 'command.json');

/**
 * Starts the command of this run once its process group is on record. A watcher that dies before that leaves a launcher whose input ends, and the launcher
 * then starts nothing. Throws if the group can't be recorded; then nothing is started, either.
 */
function startCommand(folder, command, { cwd, env, mask }) {
  const options = { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true };
  const ownMask = process.umask(mask);
  const launcher = withFullRights(() => spawn(process.execPath, [launcherFile, ...command], options));
  process.umask(ownMask);
  // How it ends shows whether it is there to read this.
  launcher.stdin?.on('error', () => {});
  if (launcher.pid === undefined) return launcher;
  if (!isRecorded(folder, launcher.pid)) {
    launcher.stdin.destroy();
    throw new Error('the command wasn’t started: its process group can’t be written down');
  }
  launcher.stdin.end('\n');
  return launcher;
}

function isRecorded(folder, processId) {
  const startTime = startOf(processId);
  if (startTime === undefined) return false;
  try {
    return claimJson(recordOf(folder), { processId, startTime }, { durable: true });
  } catch {
    return false;
  }
}

/** Whether this run got as far as its command. */
function hasRecordOfCommand(folder) {
  return fs.existsSync(recordOf(folder));
}

/** Whether anything that the command of this run started is still alive. */
function isCommandAlive(folder) {
  return membersOf(readJson(recordOf(folder))).length > 0;
}

/** Stops the command of this run with everything that it started: asked first, then by force. Resolves to whether it is gone. */
async function endCommand(folder, graceMs = stopGraceMs) {
  const record = readJson(recordOf(folder));
  signalGroup(record, 'SIGTERM');
  if (await isGone(record, Math.min(graceMs, stopGraceMs))) return true;
  signalGroup(record, 'SIGKILL');
  return isGone(record, killGraceMs);
}

async function isGone(record, limitMs) {
  const since = performance.now();
  while (membersOf(record).length > 0) {
    if (performance.now() - since > limitMs) return false;
    await pause(50);
  }
  return true;
}

function signalGroup(record, name) {
  if (membersOf(record).length === 0) return;
  try {
    withFullRights(() => process.kill(hasGroups ? -record.processId : record.processId, name));
  } catch {
    // It exited between the check and the signal.
  }
}

/** The live processes of the group. A group keeps its number as long as one of them is alive, so only a new leader means another group. */
function membersOf(record) {
  if (!record?.startTime) return [];
  const leader = startOf(record.processId);
  if (leader !== undefined && leader !== record.startTime) return [];
  if (!hasGroups) return leader === undefined ? [] : [record.processId];
  if (process.platform === 'linux') return membersFromProc(record.processId);
  return isGroupThere(record.processId) ? [record.processId] : [];
}

function membersFromProc(groupId) {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && groupFromProc(name) === groupId)
    .map(Number);
}

/** The process group of a live process; a zombie is already dead and only waits to be reaped. */
function groupFromProc(processId) {
  try {
    const stat = fs.readFileSync(`/proc/${processId}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /[ZX]/.test(state) ? undefined : Number(group);
  } catch {
    return undefined;
  }
}

function isGroupThere(groupId) {
  try {
    process.kill(-groupId, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

module.exports = { startCommand, hasRecordOfCommand, isCommandAlive, endCommand };
