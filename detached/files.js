'use strict';
// Small JSON files that are written whole or not at all.

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

/** Creates the file with this content; false when it is already there. Never half written. `durable`: it's on the disk once this returns. */
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
  // Windows opens no folders, and writes their entries through.
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

/** For file systems without links: as exclusive, though a reader may meet it empty for a moment. */
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
