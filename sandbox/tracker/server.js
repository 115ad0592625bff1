'use strict';
// The sandbox's tracker: a small real one, with an API and pages on 127.0.0.1. node server.js <folder>
//   GET  /api/projects/SHOP                          whether it's there
//   GET  /api/projects/SHOP/tickets?key=...          the tickets with this key
//   POST /api/projects/SHOP/tickets                  { key, title, description, notes, by }
//   GET  /api/tickets/SHOP-12
//   POST /api/tickets/SHOP-12/comments               { key, text, by }
//   POST /api/tickets/SHOP-12/status                 { status, by }

const crypto = require('node:crypto');
const http = require('node:http');
const path = require('node:path');
const { readJson, writeJson } = require('../../detached/files.js');
const { ownIdentity } = require('../../detached/processes.js');
const { URLSearchParams } = require('node:url');
const { listPage, ticketPage } = require('./page.js');
const { openTickets, shown, Refusal } = require('./tickets.js');

const folder = process.argv[2] ?? '';
const recordFile = path.join(folder, 'process.json');
const tickets = openTickets(path.join(folder, 'tickets'));
const longestBody = 100_000;

const routes = [
  ['GET', /^\/api\/projects\/([A-Z0-9]+)$/, (project) => ({ project: tickets.requireProject(project) })],
  [
    'GET',
    /^\/api\/projects\/([A-Z0-9]+)\/tickets$/,
    (project, _, query) => ({ tickets: tickets.byKey(project, query.get('key')).map(shown) }),
  ],
  ['POST', /^\/api\/projects\/([A-Z0-9]+)\/tickets$/, (project, given) => shown(tickets.create(project, given))],
  ['GET', /^\/api\/tickets\/([A-Z0-9]+-\d+)$/, (id) => shown(tickets.require(id))],
  ['POST', /^\/api\/tickets\/([A-Z0-9]+-\d+)\/comments$/, (id, given) => shown(tickets.comment(id, given))],
  ['POST', /^\/api\/tickets\/([A-Z0-9]+-\d+)\/status$/, (id, given) => shown(tickets.move(id, given))],
];

const byPage = 'someone on this page';
const forms = new Map([
  ['move', (id, form) => tickets.move(id, { status: form.get('status'), by: byPage })],
  ['assign', (id, form) => tickets.assign(id, form.get('assignee') ?? '')],
  ['comment', (id, form) => tickets.comment(id, { text: form.get('text'), by: byPage })],
]);

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > longestBody) throw new Refusal(413, 'That is too long');
  }
  return text;
}

/** Other pages in the browser can't write: JSON needs a permission that this server never gives, and a form names where it comes from. */
function isFromHere({ headers }) {
  const host = headers.host ?? '';
  return /^(?:127\.0\.0\.1|localhost):\d+$/.test(host) && [undefined, `http://${host}`].includes(headers.origin);
}

async function answerApi(request, response, url) {
  if (request.method === 'POST' && !/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'Send JSON');
  const text = request.method === 'POST' ? await bodyOf(request) : '{}';
  for (const [method, form, run] of routes) {
    const [, place] = form.exec(url.pathname) ?? [];
    if (place !== undefined && method === request.method)
      return send(response, 200, 'application/json', JSON.stringify(run(place, readBody(text), url.searchParams)));
  }
  throw new Refusal(404, 'There is nothing here');
}

function readBody(text) {
  try {
    const given = JSON.parse(text);
    if (typeof given === 'object' && given !== null) return given;
  } catch {
    // Answered below.
  }
  throw new Refusal(400, 'This isn’t JSON');
}

async function answerPage(request, response, url) {
  const [, id, action] = /^\/tickets\/([A-Z0-9]+-\d+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  if (request.method === 'POST' && id && forms.has(action) && request.headers.origin !== undefined) {
    forms.get(action)(id, new URLSearchParams(await bodyOf(request)));
    response.writeHead(303, { location: `/tickets/${id}` });
    return response.end();
  }
  if (request.method === 'GET' && id && !action)
    return send(response, 200, 'text/html; charset=utf-8', ticketPage(shown(tickets.require(id))));
  if (request.method === 'GET' && url.pathname === '/')
    return send(response, 200, 'text/html; charset=utf-8', listPage(tickets.all()));
  throw new Refusal(404, 'There is nothing here');
}

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

function send(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-store' });
  response.end(body);
}

async function serve(request, response) {
  try {
    if (!isFromHere(request)) throw new Refusal(403, 'Only this machine can use it');
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    await (url.pathname.startsWith('/api/') ? answerApi : answerPage)(request, response, url);
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500;
    if (!response.headersSent)
      send(
        response,
        status,
        'application/json',
        JSON.stringify({ message: status === 500 ? 'It failed' : error.message }),
      );
  }
}

const server = http.createServer(serve);
server.keepAliveTimeout = 75_000;

/** The same port as the last time, so that links in chat keep working; another one if it's taken. */
const lastPort = readJson(recordFile)?.port;
let triesLeft = 50;
const listen = (port) => server.listen(port, '127.0.0.1');
server.on('listening', () => {
  const { port } = server.address();
  writeJson(recordFile, { ...ownIdentity(), port });
  console.log(`The tracker listens on 127.0.0.1:${port}`);
});
server.on('error', (error) => {
  if (error.code === 'EADDRINUSE' && triesLeft-- > 0) return listen(crypto.randomInt(21_000, 30_000));
  console.error(error.message);
  process.exit(1);
});
listen(lastPort ?? crypto.randomInt(21_000, 30_000));

function end() {
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
