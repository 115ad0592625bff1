'use strict';
// Starts, stops and restarts the sandbox's services; prints one line of JSON and exits. The services keep running.
// node fleet.js start <data folder> [tracker] <service.environment>...
// node fleet.js stop <data folder>
// node fleet.js restart <data folder> <service.environment> <key>

const crypto = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { firstReleases } = require('./history.js');
const { readJson, writeJson, claimJson } = require('../detached/files.js');
const { lives, endProcess, takeLock } = require('../detached/processes.js');
const { ensureRepository, commitOf } = require('./repository.js');
const { pathsOf, openPlace, answering, startService, stopService, cleanEnvironment } = require('./services.js');
const { startTracker, stopTracker } = require('./tracker/running.js');

async function start(dataFolder, names) {
  const paths = pathsOf(dataFolder);
  await ensureRepository(paths.repository);
  const withTracker = names.includes('tracker');
  const named = names.filter((name) => name.includes('.'));
  const places = named.map((name) => openPlace(dataFolder, ...name.split('.')));
  await choosePorts(paths.ports, places);
  const [outcomes] = await Promise.all([
    Promise.all(places.map(bringUp)),
    withTracker ? startTracker(paths.sandbox) : undefined,
  ]);
  startLoad(paths.sandbox);
  return { services: outcomes };
}

/** Takes over the running process if it is the right one, otherwise starts the intended release. */
async function bringUp(place) {
  const { service, environment } = place;
  const release = await place.lock(0);
  if (!release) return { service, environment, outcome: 'left to the deploy script' };
  try {
    const current = await settledCurrent(place);
    if (!current) return { service, environment, outcome: 'unknown to the sandbox' };
    const record = await answering(place);
    if (record && record.version === current.version && record.commit === current.commit)
      return { service, environment, outcome: 'adopted', processId: record.processId };
    await stopService(place);
    const started = await startAnywhere(place, current);
    return { service, environment, outcome: 'started', processId: started.processId };
  } catch (error) {
    return { service, environment, outcome: 'failed', problem: error.message };
  } finally {
    release();
  }
}

/** A deploy script that died during the switch has changed nothing that counts: the previous release should run. */
async function settledCurrent(place) {
  let current = place.current();
  if (current?.switching) current = current.previous;
  if (!current) {
    const version = firstReleases.get(place.service);
    const commit = version && (await commitOf(place.paths.repository, place.service, version));
    if (!commit) return undefined;
    current = { version, commit, since: Date.now() };
  }
  place.setCurrent(current);
  return current;
}

async function startAnywhere(place, current) {
  try {
    return await startService(place, current);
  } catch (error) {
    if (!/EADDRINUSE/.test(error.message)) throw error;
    // Something else has taken the port while the service was down.
    const key = `${place.service}.${place.environment}`;
    const port = await freePort(Object.values(readJson(place.paths.ports) ?? {}));
    writeJson(place.paths.ports, { ...readJson(place.paths.ports), [key]: port });
    return startService(place, current);
  }
}

/** Ports are chosen once for a data folder and kept. */
async function choosePorts(file, places) {
  const ports = new Map(Object.entries(readJson(file) ?? {}));
  for (const { service, environment } of places) {
    const place = `${service}.${environment}`;
    if (!ports.has(place)) ports.set(place, await freePort([...ports.values()]));
  }
  writeJson(file, Object.fromEntries(ports));
}

/** Below the range from which systems assign ports automatically. */
async function freePort(taken) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = crypto.randomInt(21_000, 30_000);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Error('no free port between 21000 and 30000');
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function startLoad(folder) {
  if (lives(readJson(path.join(folder, 'load.json')))) return;
  const options = { cwd: folder, env: cleanEnvironment(), stdio: 'ignore', detached: true, windowsHide: true };
  spawn(process.execPath, [path.join(__dirname, 'load.js'), folder], options).unref();
}

/** Stops the traffic and every service; a service that a running deploy script is switching stays with that script. */
async function stop(dataFolder) {
  const paths = pathsOf(dataFolder);
  const load = readJson(path.join(paths.sandbox, 'load.json'));
  const names = Object.keys(readJson(paths.ports) ?? {});
  const ends = names.map(async (name) => {
    const place = openPlace(dataFolder, ...name.split('.'));
    const release = await place.lock(0);
    if (!release) return { name, outcome: 'left to the deploy script' };
    try {
      await stopService(place);
      return { name, outcome: 'stopped' };
    } finally {
      release();
    }
  });
  const services = await Promise.all(ends);
  if (lives(load)) await endProcess(load, 500);
  await stopTracker(paths.sandbox);
  return { services };
}

/** Restarts in place with the same release; the same key again only returns the resulting process. */
async function restart(dataFolder, name, key) {
  const place = openPlace(dataFolder, ...name.split('.'));
  const restarts = path.join(place.home, 'restarts');
  fs.mkdirSync(restarts, { recursive: true });
  const claim = path.join(restarts, `${crypto.createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  const release = await place.lock(5000);
  if (!release) return { refused: 'a deployment is switching this service' };
  try {
    claimJson(claim, { at: Date.now() });
    const { at } = readJson(claim);
    const record = place.process();
    if (record?.startedAt >= at) return { processId: record.processId };
    const current = place.current();
    if (!current) return { refused: 'nothing is deployed there' };
    await stopService(place);
    return { processId: (await startService(place, current)).processId };
  } finally {
    release();
  }
}

/** One start or stop at a time. */
async function alone(dataFolder, work) {
  const { sandbox } = pathsOf(dataFolder);
  fs.mkdirSync(sandbox, { recursive: true });
  const release = await takeLock(path.join(sandbox, 'fleet.lock'), 30_000);
  if (!release) throw new Error('another start or stop of this fleet doesn’t end');
  try {
    return await work();
  } finally {
    release();
  }
}

async function run([verb, dataFolder, ...words]) {
  if (verb === 'start') return alone(dataFolder, () => start(dataFolder, words));
  if (verb === 'stop') return alone(dataFolder, () => stop(dataFolder));
  if (verb === 'restart') return restart(dataFolder, words[0], words[1]);
  throw new Error(`start, stop, or restart, not ${verb}`);
}

run(process.argv.slice(2)).then(
  (outcome) => console.log(JSON.stringify(outcome)),
  (error) => {
    console.log(JSON.stringify({ problem: error.message }));
    process.exitCode = 1;
  },
);
