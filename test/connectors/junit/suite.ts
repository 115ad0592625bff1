import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { junitConnector } from '../../../src/connectors/junit';
import type { ContractSuite } from '../contract';
import { eventually } from '../local/local-world';
import { asked } from '../run-requests';

/** A runner that says its argument wherever it can: in its output, and in the name and the failure of a test. */
const runner = `
const words = process.argv[1];
const text = words.replace(/[&<"]/g, (sign) => '&#' + sign.charCodeAt(0) + ';');
console.log(words);
require('node:fs').writeFileSync('results.xml',
  '<testsuite><testcase name="' + text + '"><failure message="' + text + '">' + text + '</failure></testcase></testsuite>');`;

/** It runs programs of this machine and reads the files that they write. */
export const junitSuite: ContractSuite = {
  connector: junitConnector,
  templates: { provenBy: { 'test/connectors/junit/runs.test.ts': /^tests\.suites\./ } },
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
