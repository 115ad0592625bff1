'use strict';
// Starts the deploy command, but not before it is told to: until then it waits, so that whoever watches can write down its process group first.
//   node launch.js <command> <words>
// A line on its input is the go-ahead; an input that ends without one means that the watcher has died, and nothing is started.
// It leads the process group and stays: the command is in its group, has its output, and gets every signal that goes to the group.

const fs = require('node:fs');
const { spawn } = require('node:child_process');

const [program, ...words] = process.argv.slice(2);
const handled = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Waits for the go-ahead; false when nobody is left to give it. */
function isToldToGo() {
  try {
    return fs.readSync(0, Buffer.alloc(1)) === 1;
  } catch {
    return false;
  }
}

/** Ends as the command has ended, so that whoever watches sees its code or its signal. */
function endLike(code, signal) {
  if (signal === null) process.exit(code);
  handled.forEach((name) => process.removeAllListeners(name));
  process.kill(process.pid, signal);
}

function cannotStart(error) {
  console.error(`the deploy command can't be started: ${error.code}`);
  process.exit(127);
}

function start() {
  const command = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  // Not before the command is there: a signal that comes earlier ends this process, and the command never starts.
  handled.forEach((name) => process.on(name, () => {}));
  command.once('error', cannotStart);
  command.once('exit', endLike);
}

if (isToldToGo()) start();
