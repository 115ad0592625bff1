'use strict';
// Lets a new release of Gavel take over from the running one on this machine, without losing a click. It runs by itself and needs nothing but Node.
//
//   node hand-over.js --release /opt/gavel/releases/1.3.0
//
// The new release starts on the other of two ports, beside the old one. When it is ready, nginx is told to send it everything new, and only then is
// the old one asked to end: it takes nothing more and finishes what it has. A release that does not become ready is ended again; the old one never stopped.

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { setTimeout: wait } = require('node:timers/promises');
const { parseArgs } = require('node:util');

/** Every option and what it usually is; `{port}` in a command is the port of the one to start or to end. */
const usual = {
  release: '',
  ports: '3978,3979',
  folder: '/opt/gavel',
  upstream: '/etc/gavel/nginx-upstream.conf',
  start: 'systemctl start gavel@{port}',
  stop: 'systemctl stop gavel@{port}',
  alive: 'systemctl is-active --quiet gavel@{port}',
  reload: 'systemctl reload nginx',
  'ready-seconds': '60',
  'settle-seconds': '3',
};

function readOptions(words) {
  const declared = Object.entries(usual).map(([name, value]) => [name, { type: 'string', default: value }]);
  const { values: options } = parseArgs({ args: words, options: Object.fromEntries(declared) });
  if (!fs.existsSync(path.join(options.release, 'dist/index.js')))
    throw new Error(`There is no built release in ${options.release || '(none named)'}: --release names its folder.`);
  return options;
}

/** Without a shell: what a path or a version contains is never a command. */
function command(line, port) {
  const [program, ...words] = line.split(' ').map((word) => word.replaceAll('{port}', port));
  execFileSync(program, words, { stdio: 'inherit' });
}

function servingPort({ upstream, ports }) {
  const known = ports.split(',');
  const text = fs.readFileSync(upstream, 'utf8');
  const line = text.split('\n').find((each) => /^\s*server\s/.test(each) && !/\bbackup\b/.test(each)) ?? '';
  const port = /:(\d+)/.exec(line)?.[1];
  if (!known.includes(port)) throw new Error(`${upstream} names no port of ${ports} that serves.`);
  return { old: port, fresh: known.find((each) => each !== port) };
}

/** A link that points to one release or to the other, never to nothing. */
function point(link, release) {
  const beside = `${link}.new`;
  fs.rmSync(beside, { force: true });
  fs.symlinkSync(path.resolve(release), beside);
  fs.renameSync(beside, link);
}

function serveFrom({ upstream }, first, second) {
  const beside = `${upstream}.new`;
  fs.writeFileSync(beside, `server 127.0.0.1:${first} max_fails=0;\nserver 127.0.0.1:${second} max_fails=0 backup;\n`);
  fs.renameSync(beside, upstream);
}

async function isReady(port) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: globalThis.AbortSignal.timeout(2000) });
    return answer.ok;
  } catch {
    return false;
  }
}

/** Asked to stop before nginx was told: then nothing changes. After that it is too late, and the end is near. */
let askedToStop = false;
process.on('SIGTERM', () => (askedToStop = true));

/** Whoever has died already need not be waited for. */
function isAlive({ alive }, port) {
  try {
    command(alive, port);
    return true;
  } catch {
    return false;
  }
}

async function becomesReady(options, port) {
  const until = Date.now() + Number(options['ready-seconds']) * 1000;
  let tries = 0;
  while (Date.now() < until && !askedToStop) {
    if (await isReady(port)) return true;
    if (++tries % 8 === 0 && !isAlive(options, port)) return false;
    await wait(250);
  }
  return false;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  const { old, fresh } = servingPort(options);
  if (await isReady(fresh)) throw new Error(`Something is running on port ${fresh} already; end it first.`);
  point(path.join(options.folder, fresh), options.release);
  console.log(`start: ${options.release} on port ${fresh}`);
  command(options.start, fresh);
  if (!(await becomesReady(options, fresh))) {
    command(options.stop, fresh);
    if (askedToStop) throw new Error(`It was asked to stop; port ${old} serves as before.`);
    throw new Error(`It did not become ready and was ended; port ${old} serves as before.`);
  }
  console.log(`switch: port ${fresh} is ready and serves from now on`);
  serveFrom(options, fresh, old);
  try {
    command(options.reload, fresh);
  } catch (error) {
    serveFrom(options, old, fresh);
    command(options.stop, fresh);
    throw new Error(`nginx could not be told (${error.message}); port ${old} serves as before.`, { cause: error });
  }
  await wait(Number(options['settle-seconds']) * 1000);
  console.log(`end: port ${old} finishes what it has`);
  command(options.stop, old);
  console.log('done');
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
