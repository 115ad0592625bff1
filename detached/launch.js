'use strict';
// Starts a command, but only when told to: until then it waits, so that its watcher can record the process group first.
//   node launch.js <command> <words>
// A line on its input is the go-ahead; if the input ends without one, the watcher has died, and nothing is started.
// It leads the process group and stays: the command is in its group, has its output, and gets every signal to the group.

const fs = require('node:fs');
const { spawn } = require('node:child_process');

const [program, ...words] = process.argv.slice(2);
const handled = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Waits for the go-ahead; false if nobody is left to give it. */
function isToldToGo() {
  try {
    return fs.readSync(0, Buffer.alloc(1)) === 1;
  } catch {
    return false;
  }
}

/** Exits as the command did, so that the watcher sees its code or its signal. */
function endLike(code, signal) {
  if (signal === null) process.exit(code);
  handled.forEach((name) => process.removeAllListeners(name));
  process.kill(process.pid, signal);
}

function cannotStart(error) {
  console.error(`the command can’t be started: ${error.code}`);
  process.exit(127);
}

function start() {
  const command = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  // Not before the command exists: an earlier signal ends this process, and the command never starts.
  handled.forEach((name) => process.on(name, () => {}));
  command.once('error', cannotStart);
  command.once('exit', endLike);
}

if (isToldToGo()) start();
