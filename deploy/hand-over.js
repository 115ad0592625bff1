'use strict';
// Lets a new release of Gavel take over from the running one on this machine, without losing a click. It needs only Node.
//
//   node hand-over.js --release /opt/gavel/releases/1.3.0
//
// The new release starts on the other of two ports, next to the old one. When it is ready, nginx sends it all new requests, and only then
// does the old one get SIGTERM: it accepts nothing new and finishes its work. A release that doesn't become ready is stopped, and the old one keeps running.

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { setTimeout: wait } = require('node:timers/promises');
const { parseArgs } = require('node:util');

/** Every option with its default; `{port}` in a command is the port of the release to start or stop. */
const defaults = {
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
  const declared = Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: value }]);
  const { values: options } = parseArgs({ args: words, options: Object.fromEntries(declared) });
  if (!fs.existsSync(path.join(options.release, 'dist/index.js')))
    throw new Error(`There is no built release in ${options.release || '(none)'}. Name its folder with --release.`);
  return options;
}

/** Runs without a shell, so a path or a version can't contain a command. */
function command(line, port) {
  const [program, ...words] = line.split(' ').map((word) => word.replaceAll('{port}', port));
  execFileSync(program, words, { stdio: 'inherit' });
}

function findPorts({ upstream, ports }) {
  const known = ports.split(',');
  const text = fs.readFileSync(upstream, 'utf8');
  const line = text.split('\n').find((each) => /^\s*server\s/.test(each) && !/\bbackup\b/.test(each)) ?? '';
  const port = /:(\d+)/.exec(line)?.[1];
  if (!known.includes(port)) throw new Error(`${upstream} names none of the ports ${ports} as live.`);
  return { old: port, fresh: known.find((each) => each !== port) };
}

/** The link always points to one release or the other, never to nothing. */
function pointLinkTo(link, release) {
  const beside = `${link}.new`;
  fs.rmSync(beside, { force: true });
  fs.symlinkSync(path.resolve(release), beside);
  fs.renameSync(beside, link);
}

function writeUpstream({ upstream }, first, second) {
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

/** A SIGTERM before nginx was reloaded stops the hand-over and changes nothing. After that, the hand-over finishes. */
let askedToStop = false;
process.on('SIGTERM', () => (askedToStop = true));

/** There is no point in waiting for a process that has already died. */
function isAlive({ alive }, port) {
  try {
    command(alive, port);
    return true;
  } catch {
    return false;
  }
}

async function waitUntilReady(options, port) {
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
  const { old, fresh } = findPorts(options);
  if (await isReady(fresh)) throw new Error(`Something is already running on port ${fresh}; stop it first.`);
  pointLinkTo(path.join(options.folder, fresh), options.release);
  console.log(`start: ${options.release} on port ${fresh}`);
  command(options.start, fresh);
  if (!(await waitUntilReady(options, fresh))) {
    command(options.stop, fresh);
    if (askedToStop) throw new Error(`The hand-over was canceled; port ${old} is still live.`);
    throw new Error(`The release didn't become ready, so it was stopped; port ${old} is still live.`);
  }
  console.log(`switch: port ${fresh} is ready and now live`);
  writeUpstream(options, fresh, old);
  try {
    command(options.reload, fresh);
  } catch (error) {
    writeUpstream(options, old, fresh);
    command(options.stop, fresh);
    throw new Error(`nginx couldn't be reloaded (${error.message}); port ${old} is still live.`, { cause: error });
  }
  await wait(Number(options['settle-seconds']) * 1000);
  console.log(`end: port ${old} finishes its work`);
  command(options.stop, old);
  console.log('done');
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
