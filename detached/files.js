'use strict';
// Small JSON files that are written completely or not at all.

const fs = require('node:fs');
const path = require('node:path');

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function writeJson(file, value) {
  const draft = `${file}.${process.pid}.draft`;
  fs.writeFileSync(draft, JSON.stringify(value));
  fs.renameSync(draft, file);
}

/** Creates the file with this content; false if it already exists. Never half-written. `durable`: it's on disk once this returns. */
function claimJson(file, value, { durable = false } = {}) {
  const draft = `${file}.${process.pid}.claim`;
  fs.writeFileSync(draft, JSON.stringify(value), { flush: durable });
  try {
    fs.linkSync(draft, file);
    if (durable) flushFolder(path.dirname(file));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    return createNew(file, value);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function flushFolder(folder) {
  // Windows can't open folders, and writes their entries through.
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

/** For file systems without links: also exclusive, but a reader may see it empty for a moment. */
function createNew(file, value) {
  try {
    fs.writeFileSync(file, JSON.stringify(value), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

module.exports = { readJson, writeJson, claimJson, pause };
