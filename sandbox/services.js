'use strict';
// Starting, stopping and finding the services. Each place (service and environment) has a folder with
// current.json  which release should run there: { version, commit, since, previous?, switching? }
// process.json  which process is running there, written by that process
// lock          held by whoever is changing the place

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { readJson, writeJson, pause } = require('../detached/files.js');
const { lives, endProcess, takeLock } = require('../detached/processes.js');
const { checkOut } = require('./repository.js');

/** Only what hangs takes this long; a very busy machine needs more than ten seconds to start a process. */
const answerLimitMs = 30_000;
const logLimitBytes = 1_000_000;

/** Where the sandbox keeps things below the data folder. */
function pathsOf(dataFolder) {
  const sandbox = path.join(dataFolder, 'sandbox');
  return {
    sandbox,
    repository: path.join(sandbox, 'repository'),
    releases: path.join(sandbox, 'releases'),
    ports: path.join(sandbox, 'ports.json'),
    place: (service, environment) => path.join(sandbox, 'services', `${service}.${environment}`),
  };
}

/** One service in one environment of one data folder. */
function openPlace(dataFolder, service, environment) {
  const paths = pathsOf(dataFolder);
  const home = paths.place(service, environment);
  fs.mkdirSync(home, { recursive: true });
  const currentFile = path.join(home, 'current.json');
  return {
    service,
    environment,
    home,
    paths,
    port: () => new Map(Object.entries(readJson(paths.ports) ?? {})).get(`${service}.${environment}`),
    current: () => readJson(currentFile),
    setCurrent: (current) => writeJson(currentFile, current),
    process: () => readJson(path.join(home, 'process.json')),
    lock: (waitMs) => takeLock(path.join(home, 'lock'), waitMs),
    deployLock: () => takeLock(path.join(home, 'deploy.lock')),
  };
}

/** GET on loopback; undefined if nothing answers. */
function ask(port, url, timeoutMs = 2000) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: url, agent: false, timeout: timeoutMs }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve({ code: response.statusCode, text, json: () => JSON.parse(text) }));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

/** What the process on the place's port says about itself, if it is the recorded one. */
async function answering(place) {
  const record = place.process();
  if (!lives(record)) return undefined;
  const answer = await ask(record.port, '/version');
  if (answer?.code !== 200) return undefined;
  const said = answer.json();
  return said.pid === record.processId && said.version === record.version && said.commit === record.commit
    ? record
    : undefined;
}

/** Starts a release on the place's port and resolves with its record when it answers. */
async function startService(place, { version, commit }, aborted = () => false) {
  const folder = await checkOut(place.paths.repository, place.paths.releases, place.service, version, commit);
  const log = openLog(path.join(place.home, 'log.txt'));
  const { service, environment, home } = place;
  const script = path.join(__dirname, 'service.js');
  const words = [service, environment, version, commit, String(place.port()), folder, home];
  const child = spawn(process.execPath, [script, ...words], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ['ignore', log, log],
    detached: true,
    windowsHide: true,
  });
  fs.closeSync(log);
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  child.unref();
  const deadline = Date.now() + answerLimitMs;
  while (!ended && Date.now() < deadline && !aborted()) {
    const record = place.process()?.processId === child.pid ? await answering(place) : undefined;
    if (record) return record;
    await pause(20);
  }
  if (!ended) child.kill('SIGKILL');
  throw new Error(
    aborted() ? 'stopped' : `${service} ${version} didn’t start: ${lastLine(path.join(home, 'log.txt'))}`,
  );
}

/** Stops the process of the place, gently first. */
async function stopService(place) {
  const record = place.process();
  if (lives(record)) await endProcess(record);
}

function openLog(file) {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return fs.openSync(file, size > logLimitBytes ? 'w' : 'a');
}

function lastLine(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
  } catch {
    return 'it wrote nothing';
  }
}

/** The only environment variables that child processes get. */
function cleanEnvironment(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => ['PATH', 'SystemRoot'].includes(name));
  return { ...Object.fromEntries(kept), ...more };
}

module.exports = { pathsOf, openPlace, ask, answering, startService, stopService, cleanEnvironment };
