import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { junitConnector } from '../../../src/connectors/junit';
import { commandOf, Suite, suitesOf } from '../../../src/connectors/machine/suites';
import type { SuiteCommand } from '../../../src/connectors/machine/tests';
import { readTemplates } from '../../../src/core/catalog/templates';
import type { ContractSuite } from '../contract';
import { eventually } from '../local/local-world';
import { asked } from '../run-requests';
import { inOneName } from '../templates';
import type { TemplateTarget } from '../templates';

/** A runner that says its argument wherever it can: in its output, and in the name and the failure of a test. */
const runner = `
const words = process.argv[1];
const text = words.replace(/[&<"]/g, (sign) => '&#' + sign.charCodeAt(0) + ';');
console.log(words);
require('node:fs').writeFileSync('results.xml',
  '<testsuite><testcase name="' + text + '"><failure message="' + text + '">' + text + '</failure></testcase></testsuite>');`;

/** What runs for this service. */
function started(place: TemplateTarget): SuiteCommand {
  const suite = {
    ...{ command: ['node', '--name={service}', '{service}'], rerunFailed: { argument: '--{service}', as: 'names' } },
    ...{ folder: '/srv/{service}/tests', results: 'of-{service}/*.xml', environment: { SHOP: 'https://{service}/' } },
  };
  const { suites } = suitesOf(Suite).parse(readTemplates({ suites: { smoke: suite } }).value);
  const start = { key: 'k', suite: 'smoke', only: ['a test'], ...asked };
  return commandOf(suites['smoke'] ?? assert.fail(), place, start);
}

/** It runs programs of this machine and reads the files that they write. */
export const junitSuite: ContractSuite = {
  connector: junitConnector,
  templates: {
    staysHere: /\.title$|\.as$/,
    filled: [
      { fields: /\.command\.|\.argument$/, arrivedOf: (place) => started(place).command },
      { fields: /\.environment\.\*$/, arrivedOf: (place) => Object.values(started(place).environment) },
      { fields: /\.folder$/, arrivedOf: (place) => [started(place).folder], becomes: inOneName },
      { fields: /\.results$/, arrivedOf: (place) => [started(place).results], becomes: inOneName },
    ],
  },
  provenBy: [
    'test/connectors/junit/reading.test.ts',
    'test/connectors/junit/recorded.test.ts',
    'test/connectors/junit/runs.test.ts',
  ],
  async repeat(words) {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-junit-'));
    const command = [process.execPath, '-e', runner, words];
    return {
      settings: {},
      machine: { dataDir: join(folder, 'data'), environment: { PATH: process.env['PATH'] ?? '' } },
      bindings: { tests: { suites: { smoke: { command, folder, results: 'results.xml' } } } },
      close: async () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }),
    };
  },
  calls: {
    async run(bound) {
      const tests = bound('tests');
      const { id } = await tests.start({ key: 'repeats', suite: 'smoke', ...asked });
      const status = await eventually(async () => {
        const now = await tests.runStatus(id);
        return now?.endedAt !== undefined && now;
      });
      return { status, report: await tests.report(id), log: await tests.runLog(id, 100) };
    },
  },
};
