'use strict';
// The steps of the sandbox's pipelines. Each does its work, takes its time (run.pause), reports its progress and returns its result.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { openPlace, ask } = require('../services.js');
const { readJson, writeJson } = require('../../detached/files.js');

const atOnce = 8;

async function warmUp(run) {
  const { service, environment } = run.values;
  const port = openPlace(run.dataFolder, service, environment).port();
  if (port === undefined) throw new Error(`${service} isn’t running in ${environment}`);
  run.memory.port = port;
  await run.pause(1500);
  const answer = await ask(port, '/', 5000);
  if (!answer) throw new Error(`${service} in ${environment} isn’t responding`);
  return `${service} answers on port ${port}`;
}

async function sendRequests(run, tell) {
  const wanted = Number(run.values.requests);
  if (!(wanted >= 1 && wanted <= 5000)) throw new Error(`${run.values.requests} isn’t a number from 1 to 5000`);
  const latencies = [];
  let failed = 0;
  while (latencies.length + failed < wanted) {
    run.signal.throwIfAborted();
    const batch = Math.min(atOnce, wanted - latencies.length - failed);
    await Promise.all(Array.from({ length: batch }, () => time()));
    const sent = latencies.length + failed;
    tell(`${sent} of ${wanted}`, sent / wanted);
    await run.pause(8000 / Math.ceil(wanted / atOnce));
  }
  Object.assign(run.memory, { latencies, failed });
  run.log(`  ${wanted} requests, ${failed} failed`);
  return `${wanted} sent, ${failed} failed`;

  async function time() {
    const from = process.hrtime.bigint();
    const answer = await ask(run.memory.port, '/', 5000);
    if (!answer || answer.code >= 500) failed += 1;
    else latencies.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
}

async function judge(run) {
  const { latencies, failed } = run.memory;
  await run.pause(1000);
  const sorted = latencies.sort((one, other) => one - other);
  const p95 = Math.round(sorted.at(Math.floor(sorted.length * 0.95)) ?? 0);
  run.log(`  p50 ${Math.round(sorted.at(Math.floor(sorted.length / 2)) ?? 0)} ms, p95 ${p95} ms`);
  const share = (100 * failed) / (failed + latencies.length);
  if (share > 5) throw new Error(`${share.toFixed(1)}% of the requests failed`);
  const limit = Number(run.values['p95-limit'] ?? 0);
  if (limit > 0 && p95 > limit) throw new Error(`p95 is ${p95} ms, above the limit of ${limit} ms`);
  return `p95 ${p95} ms, ${share.toFixed(1)}% failed`;
}

/** The figures that Gavel recorded, one JSON line for each sample. */
async function collect(run) {
  const since = Date.now() - Number(run.values.days) * 86_400_000;
  const file = path.join(run.dataFolder, 'sandbox', 'metrics.ndjson');
  const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  const samples = lines.flatMap((line) => {
    try {
      const sample = JSON.parse(line);
      return sample.at >= since ? [sample] : [];
    } catch {
      return [];
    }
  });
  const places = path.join(run.dataFolder, 'sandbox', 'services');
  const releases = (fs.existsSync(places) ? fs.readdirSync(places) : []).flatMap((place) => {
    const current = readJson(path.join(places, place, 'current.json'));
    return current ? [{ place, version: current.version, since: current.since }] : [];
  });
  Object.assign(run.memory, { samples, releases });
  await run.pause(2000);
  return `${samples.length} samples, ${releases.length} releases`;
}

async function write(run, tell) {
  const { samples, releases } = run.memory;
  const days = Number(run.values.days);
  const sections = new Map([
    ['releases', () => releases.map(({ place, version }) => `- ${place}: ${version}`)],
    ['traffic', () => [`- ${samples.length} samples in ${days} days`]],
    ['errors', () => [`- ${samples.filter(({ errors }) => errors > 0).length} samples with errors`]],
  ]);
  const chosen = [run.values.sections ?? []].flat();
  const text = [`# The last ${days} days`, ...(run.values.note ? [run.values.note] : [])];
  for (const [index, name] of chosen.entries()) {
    await run.pause(1500);
    text.push(`## ${name}`, ...(sections.get(name)?.() ?? []));
    run.log(`  wrote ${name}`);
    tell(`${index + 1} of ${chosen.length} sections`, (index + 1) / chosen.length);
  }
  run.memory.report = path.join(run.runFolder, 'report.md');
  fs.writeFileSync(run.memory.report, `${text.join('\n\n')}\n`);
  return `${chosen.length} sections, ${text.join('\n\n').length} characters`;
}

async function checkReport(run) {
  await run.pause(1000);
  const text = fs.readFileSync(run.memory.report, 'utf8');
  const missing = [run.values.sections ?? []].flat().filter((name) => !text.includes(`## ${name}`));
  if (missing.length > 0) throw new Error(`the report lacks ${missing.join(', ')}`);
  return `sha256 ${crypto.createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

async function readProducts(run) {
  const all = readJson(path.join(__dirname, 'products.json')) ?? [];
  run.memory.products = all.filter(({ archived }) => run.values.archived === 'true' || archived !== true);
  await run.pause(2000);
  return `${run.memory.products.length} products`;
}

async function buildIndex(run, tell) {
  const { products } = run.memory;
  const index = new Map();
  for (const [position, { id, name = '' }] of products.entries()) {
    for (const word of name.toLowerCase().split(/\W+/).filter(Boolean))
      index.set(word, [...(index.get(word) ?? []), id]);
    if (position % 4 === 3) await run.pause(500);
    tell(`${position + 1} of ${products.length}`, (position + 1) / products.length);
  }
  run.memory.index = index;
  return `${index.size} words`;
}

async function checkIndex(run) {
  const { products, index } = run.memory;
  await run.pause(1500);
  const found = new Set([...index.values()].flat());
  const missing = products.filter(({ id }) => !found.has(id));
  for (const { id, name = '' } of missing) run.log(`  product ${id}: ${name === '' ? 'has no name' : name}`);
  if (missing.length > 0)
    throw new Error(
      `nobody could find ${missing.length} of ${products.length} products: ${missing.map(({ id }) => id).join(', ')}`,
    );
  return `all ${products.length} products can be found`;
}

async function switchIndex(run) {
  await run.pause(1000);
  writeJson(path.join(run.dataFolder, 'sandbox', 'search-index.json'), Object.fromEntries(run.memory.index));
  return 'the new index is in use';
}

const dollars = (claims) => `$${(claims.reduce((sum, { cents }) => sum + cents, 0) / 100).toFixed(2)}`;

/** The claims that nobody has paid yet; customers send as many again once all are paid. */
async function collectClaims(run) {
  const limit = Number(run.values.limit);
  if (!(limit > 0)) throw new Error(`${run.values.limit} isn’t an amount`);
  const paid = new Set((readJson(paymentsFile(run)) ?? []).map(({ order }) => order));
  const all = readJson(path.join(__dirname, 'refund-claims.json')) ?? [];
  const within = all.filter(({ cents }) => cents <= limit * 100);
  if (within.length === 0) throw new Error(`every refund is above $${limit}`);
  const unpaid = (round) =>
    within.map((claim) => ({ ...claim, order: claim.order + 1000 * round })).filter(({ order }) => !paid.has(order));
  let round = 0;
  while (unpaid(round).length === 0) round += 1;
  run.memory.claims = unpaid(round);
  await run.pause(2000);
  for (const { order, cents, reason } of run.memory.claims)
    run.log(`  ${order} $${(cents / 100).toFixed(2)} ${reason}`);
  return `${run.memory.claims.length} refunds, ${all.length - within.length} above the limit`;
}

const fewRefunds = 5;
const dayMs = 86_400_000;

/** Money leaves only after somebody from finance has seen the sum. */
async function askFinance(run) {
  const { claims } = run.memory;
  const some = `the first ${fewRefunds}`;
  const { pay } = await run.ask({
    id: 'finance',
    name: `Pay ${claims.length} refunds, ${dollars(claims)} in total`,
    expiresAfterMs: dayMs,
    asks: [{ name: 'pay', label: 'Pay', type: 'choice', choices: ['all', some], initial: 'all', isRequired: true }],
  });
  if (pay === some) run.memory.claims = claims.slice(0, fewRefunds);
  return `${run.memory.claims.length} refunds are approved`;
}

async function payRefunds(run, tell) {
  const { claims } = run.memory;
  const file = paymentsFile(run);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (const [index, claim] of claims.entries()) {
    await run.pause(400);
    run.signal.throwIfAborted();
    writeJson(file, [...(readJson(file) ?? []), { ...claim, paidAt: Date.now() }]);
    tell(`${index + 1} of ${claims.length}`, (index + 1) / claims.length);
  }
  return `${claims.length} paid, ${dollars(claims)}`;
}

async function checkRefunds(run) {
  await run.pause(1000);
  const orders = (readJson(paymentsFile(run)) ?? []).map(({ order }) => order);
  const twice = orders.find((order, index) => orders.indexOf(order) !== index);
  if (twice !== undefined) throw new Error(`order ${twice} was paid twice`);
  return `${orders.length} paid in all, none twice`;
}

const paymentsFile = (run) => path.join(run.dataFolder, 'sandbox', 'refunds.json');

const pipelines = new Map([
  [
    'load-test',
    [
      { name: 'warm up', perform: warmUp },
      { name: 'send requests', perform: sendRequests },
      { name: 'judge', perform: judge },
    ],
  ],
  [
    'nightly-report',
    [
      { name: 'collect', perform: collect },
      { name: 'write', perform: write },
      { name: 'check', perform: checkReport },
    ],
  ],
  [
    'reindex-search',
    [
      { name: 'read products', perform: readProducts },
      { name: 'build index', perform: buildIndex },
      { name: 'check', perform: checkIndex },
      { name: 'switch', perform: switchIndex },
    ],
  ],
  [
    'pay-refunds',
    [
      { name: 'collect claims', perform: collectClaims },
      { name: 'finance approval', perform: askFinance },
      { name: 'pay', perform: payRefunds },
      { name: 'check', perform: checkRefunds },
    ],
  ],
]);

/** The steps of a pipeline of `pipelines.json`; throws if there is none with this id. */
function stepsOf(pipeline) {
  const steps = pipelines.get(pipeline);
  if (!steps) throw new Error(`there is no pipeline ${pipeline}`);
  return steps;
}

module.exports = { stepsOf };
