'use strict';
// Runs a test suite against a service of the sandbox, by real requests to its port, and writes what it found as JUnit XML.
// node run.js <data folder> <service> <environment> <suite> <pace> <results file> [--only <name>]…

const fs = require('node:fs');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { pause } = require('../../detached/files.js');
const { ask, openPlace } = require('../services.js');
const { suites } = require('./suites.js');

const [dataFolder = '', service = '', environment = '', suite = '', pace = '1', file = '', ...words] =
  process.argv.slice(2);
const only = words.filter((word) => word !== '--only');
const maxAttempts = 2;

async function main() {
  const port = openPlace(dataFolder, service, environment).port();
  const context = { get: (url) => ask(port, url), token: `${process.pid}-${Date.now()}`, environment };
  const tests = (suites.get(suite) ?? []).filter(({ name }) => only.length === 0 || only.includes(name));
  const results = [];
  for (const test of tests) {
    const result = await perform(test, context);
    results.push(result);
    console.log(`${wordFor(result)} ${test.name}${result.failures[0] ? `: ${result.failures[0]}` : ''}`);
    await pause(400 * Number(pace));
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, toXml(results));
  const failed = results.filter(({ isPassed }) => !isPassed).length;
  console.log(failed === 0 ? `${results.length} passed` : `${failed} of ${results.length} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** A test that fails is tried once more. */
async function perform({ name, skips, check }, context) {
  const began = performance.now();
  if (skips?.(context)) return { name, isSkipped: true, isPassed: true, failures: [], seconds: 0 };
  const failures = [];
  while (failures.length < maxAttempts) {
    try {
      await check(context);
      break;
    } catch (error) {
      failures.push(error.message);
    }
  }
  const isPassed = failures.length < maxAttempts;
  return { name, isSkipped: false, isPassed, failures, seconds: (performance.now() - began) / 1000 };
}

function wordFor({ isSkipped, isPassed, failures }) {
  if (isSkipped) return 'skipped';
  return isPassed ? (failures.length > 0 ? 'flaky ' : 'passed ') : 'failed ';
}

function toXml(results) {
  const cases = results.map(({ name, isSkipped, isPassed, failures, seconds }) => {
    const [first, ...more] = failures.map((message) => `message="${escape(message)}" type="Error"`);
    const children = [
      ...(isSkipped ? ['<skipped/>'] : []),
      ...(first && !isPassed ? [`<failure ${first}/>`, ...more.map((each) => `<rerunFailure ${each}/>`)] : []),
      ...(first && isPassed ? [`<flakyFailure ${first}/>`] : []),
    ];
    const attributes = `classname="${escape(`${service}.${suite}`)}" name="${escape(name)}" time="${seconds.toFixed(3)}"`;
    return `<testcase ${attributes}>${children.join('')}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${escape(suite)}">\n${cases.join('\n')}\n</testsuite>\n`;
}

const signs = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);
const escape = (text) => text.replaceAll(/[&<>"]/g, (sign) => signs.get(sign)).replaceAll(/[\r\n]+/g, ' ');

main().catch((error) => {
  console.error(error.message);
  process.exit(2);
});
