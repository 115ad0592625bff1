'use strict';
// Starts and stops the tracker, which keeps running when Gavel ends.

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { readJson, pause } = require('../../detached/files.js');
const { lives, endProcess } = require('../../detached/processes.js');
const { cleanEnvironment } = require('../services.js');

/** Only what hangs takes this long; a very busy machine needs more than ten seconds to start a process. */
const answerLimitMs = 30_000;
const folderIn = (sandbox) => path.join(sandbox, 'tracker');
const recordIn = (sandbox) => readJson(path.join(folderIn(sandbox), 'process.json'));

/** Resolves when it listens. */
async function startTracker(sandbox) {
  if (lives(recordIn(sandbox))) return;
  const folder = folderIn(sandbox);
  fs.mkdirSync(folder, { recursive: true });
  const options = { cwd: folder, env: cleanEnvironment(), stdio: 'ignore', detached: true, windowsHide: true };
  const child = spawn(process.execPath, [path.join(__dirname, 'server.js'), folder], options);
  child.unref();
  const deadline = Date.now() + answerLimitMs;
  while (recordIn(sandbox)?.processId !== child.pid && Date.now() < deadline) await pause(20);
}

async function stopTracker(sandbox) {
  const record = recordIn(sandbox);
  if (lives(record)) await endProcess(record, 1_000);
}

module.exports = { startTracker, stopTracker };
