'use strict';
// Real traffic for each service of the sandbox; continues through restarts. node load.js <sandbox folder>

const http = require('node:http');
const path = require('node:path');
const { readJson, writeJson } = require('../detached/files.js');
const { ownIdentity, takeLock } = require('../detached/processes.js');

const folder = process.argv[2] ?? '';
const recordFile = path.join(folder, 'load.json');
const requestsPerSecond = new Map([
  ['shop.production', 6],
  ['payments.production', 4],
  ['search.production', 8],
  ['shop.staging', 3],
  ['payments.staging', 3],
  ['search.staging', 3],
]);
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

/** Traffic varies by a quarter over twenty minutes, differently for each service. */
function rate(service, environment, now) {
  const usual = requestsPerSecond.get(`${service}.${environment}`) ?? 2;
  const phase = (service.length + environment.length) % 7;
  return usual * (1 + 0.25 * Math.sin((now / 1_200_000) * 2 * Math.PI + phase));
}

function ask(port) {
  const request = http.get({ host: '127.0.0.1', port, path: '/', agent, timeout: 10_000 }, (response) =>
    response.resume(),
  );
  request.on('timeout', () => request.destroy());
  // A service that is restarting refuses requests for a moment; the next request tries again.
  request.on('error', () => undefined);
}

function keepAsking(place) {
  const [service, environment] = place.split('.');
  const next = () => {
    const port = ports.get(place);
    if (port === undefined) return;
    ask(port);
    const meanMs = 1000 / rate(service, environment, Date.now());
    setTimeout(next, meanMs * (0.5 + Math.random()));
  };
  next();
}

let ports = new Map();

function readPorts() {
  const known = ports;
  ports = new Map(Object.entries(readJson(path.join(folder, 'ports.json')) ?? {}));
  for (const place of ports.keys()) if (!known.has(place)) keepAsking(place);
}

async function run() {
  const release = await takeLock(path.join(folder, 'load.lock'));
  if (!release) process.exit(0);
  writeJson(recordFile, ownIdentity());
  readPorts();
  setInterval(() => {
    if (readJson(recordFile)?.processId !== process.pid) process.exit(0);
    readPorts();
  }, 2000);
  const end = () => {
    release();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

run();
