/** Where the watcher of a deploy command is killed: between nothing and a running command. */
export const killPoints = [
  'before the launcher is started',
  'when the launcher is started',
  'with its process group written, not yet in place',
  'with its process group on record',
  'with the go-ahead given',
] as const;

export type KillPoint = (typeof killPoints)[number];

/** The old way, for the control: the command itself is started at once, and the watcher dies before it could record which. */
export const withoutLauncher = 'without a launcher';

/** Loaded into the watcher before its own code: it kills itself with SIGKILL exactly where the variable says. */
export const fuseScript = `'use strict';
const fs = require('node:fs'); const processes = require('node:child_process');
const point = process.env.KILL_AT; const { spawn } = processes; const { linkSync } = fs;
const at = (name) => { if (point !== name) return; process.kill(process.pid, 'SIGKILL'); for (;;); };
processes.spawn = (program, words, options) => {
  at('${killPoints[0]}');
  if (point === '${withoutLauncher}') {
    const [, command, ...rest] = words;
    spawn(command, rest, { ...options, stdio: 'ignore' });
    process.kill(process.pid, 'SIGKILL'); for (;;);
  }
  const child = spawn(program, words, options);
  at('${killPoints[1]}');
  const end = child.stdin.end.bind(child.stdin);
  child.stdin.end = (text) => { at('${killPoints[3]}'); end(text); at('${killPoints[4]}'); return child.stdin; };
  return child;
};
fs.linkSync = (from, to) => {
  if (to.endsWith('command.json')) at('${killPoints[2]}');
  linkSync(from, to);
};`;
