import assert from 'node:assert/strict';
import { openLintRule } from './lint-rule';

const declared = `
interface String { startsWith(words: string): boolean; includes(words: string): boolean }
declare const report: { readonly trouble: string; readonly why: string | undefined };
declare const state: 'awaiting approval' | 'running';
declare const entry: { readonly outcome: string };
declare const lane: string;
`;

describe('the lint rule for sentences that decide', () => {
  const rule = openLintRule('compared-sentences', 'comparedSentences');
  after(rule.close);
  const findings = (line: string): Promise<number> => rule.findings(`${declared}${line}\n`);

  for (const line of [
    "report.trouble === 'nothing is deployed there';",
    "'it didn’t run' !== report.why;",
    "report.trouble.startsWith('Not a cursor');",
    "report.trouble.includes('is down in');",
    "switch (report.trouble) { case 'nothing is deployed there': break; }",
  ])
    it(`finds ${line}`, async () => assert.equal(await findings(line), 1));

  for (const line of [
    "state === 'awaiting approval';",
    "entry.outcome === 'opened again';",
    "lane.startsWith('place ');",
    "report.trouble === '';",
    'report.trouble === report.why;',
  ])
    it(`lets ${line} stand`, async () => assert.equal(await findings(line), 0));
});
