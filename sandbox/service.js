'use strict';
// One service of the sandbox: an HTTP server on loopback that behaves as its checked-out release says.
// node service.js <service> <environment> <version> <commit> <port> <release folder> <home folder>

const http = require('node:http');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { readJson, writeJson } = require('../detached/files.js');
const { ownIdentity } = require('../detached/processes.js');

const [service, environment, version, commit, portText, releaseFolder, home] = process.argv.slice(2);
const port = Number(portText);
const release = readJson(path.join(releaseFolder, 'release.json'));
if (!release) throw new Error(`no release in ${releaseFolder}`);
const app = require(path.join(releaseFolder, 'app.js'));
const { latency, errorPercent, healthy, complaint } = release.behaviour;

const startedAt = Date.now();
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5, 10];
const counts = new Array(bounds.length + 1).fill(0);
const codes = new Map();
let sumSeconds = 0;
let ending = false;

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function workMs() {
  return Math.min(8000, latency.medianMs * Math.exp(latency.spread * normal()));
}

function observe(code, seconds) {
  const slot = bounds.findIndex((bound) => seconds <= bound);
  const at = slot === -1 ? bounds.length : slot;
  counts.splice(at, 1, counts.at(at) + 1);
  sumSeconds += seconds;
  codes.set(code, (codes.get(code) ?? 0) + 1);
}

function send(response, code, body, type = 'application/json') {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  if (ending) response.setHeader('connection', 'close');
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function work(response) {
  const began = performance.now();
  setTimeout(() => {
    const fails = Math.random() * 100 < errorPercent;
    const code = fails ? 500 : 200;
    send(response, code, fails ? { error: complaint ?? 'try again' } : app.answer());
    observe(code, (performance.now() - began) / 1000);
  }, workMs());
}

/** Carts whose prices a broken release has looked for in its cache. It needs a second request to read them from the table. */
const carts = new Set();

function checkOut(response, cart) {
  const isCold = !healthy && !carts.has(cart);
  if (carts.size < 1_000) carts.add(cart);
  return isCold ? send(response, 503, { error: complaint ?? 'try again' }) : send(response, 200, app.answer());
}

function metrics() {
  const lines = [
    '# HELP http_requests_total Requests returned, by status code.',
    '# TYPE http_requests_total counter',
    ...[...codes].map(([code, count]) => `http_requests_total{code="${code}"} ${count}`),
    '# HELP http_request_duration_seconds How long answers took.',
    '# TYPE http_request_duration_seconds histogram',
  ];
  let total = 0;
  counts.forEach((count, index) => {
    total += count;
    lines.push(`http_request_duration_seconds_bucket{le="${bounds.at(index) ?? '+Inf'}"} ${total}`);
  });
  lines.push(
    `http_request_duration_seconds_sum ${sumSeconds.toFixed(6)}`,
    `http_request_duration_seconds_count ${total}`,
    '# HELP process_resident_memory_bytes Memory in use.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '# HELP process_start_time_seconds Start time since 1970.',
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${startedAt / 1000}`,
    '',
  );
  return lines.join('\n');
}

const server = http.createServer((request, response) => {
  const [url, query = ''] = (request.url ?? '/').split('?');
  if (url === '/') return work(response);
  if (url === '/healthz') {
    return healthy
      ? send(response, 200, { status: 'well', version })
      : send(response, 503, { status: 'unwell', reason: complaint ?? 'not ready', version });
  }
  if (url === '/version')
    return send(response, 200, { service, environment, version, commit, startedAt, pid: process.pid });
  if (url === '/checkout') return checkOut(response, query.slice(0, 100));
  if (url === '/metrics') return send(response, 200, metrics(), 'text/plain; version=0.0.4');
  return send(response, 404, { error: 'not found' });
});

// If the server closed an idle connection first, a request on its way would get lost, and look like an error of the service.
server.keepAliveTimeout = 75_000;

const recordFile = path.join(home, 'process.json');

// The holder of the port writes the record itself, so no process is ever unaccounted for.
server.listen(port, '127.0.0.1', () => {
  writeJson(recordFile, { ...ownIdentity(), service, environment, version, commit, port, startedAt });
  console.log(`${service} ${version} in ${environment} listens on 127.0.0.1:${port}`);
});
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});

function end() {
  ending = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 600).unref();
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
// If somebody removes the data folder, or another process replaces this one, this process exits.
setInterval(() => {
  if (server.listening && readJson(recordFile)?.processId !== process.pid) end();
}, 2000).unref();
