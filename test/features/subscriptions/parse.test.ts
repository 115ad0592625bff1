import assert from 'node:assert/strict';
import { readFilters } from '../../../src/features/subscriptions/parse';

describe('filters as people type them', () => {
  const usual = { outcomes: ['alert', 'failure', 'recovery', 'resolved'], branches: [], severity: 'info' };
  const deployments = { ...usual, outcomes: ['failure', 'recovery'] };
  const rows: readonly (readonly [string, object])[] = [
    ['', usual],
    ['on failure,recovery', deployments],
    ['failures and recoveries', deployments],
    ['on recovery, failure', deployments],
    ['alerts severity critical', { outcomes: ['alert', 'resolved'], branches: [], severity: 'critical' }],
    ['everything', { ...usual, outcomes: ['alert', 'failure', 'recovery', 'resolved', 'success', 'started'] }],
    ['only successes branch main', { outcomes: ['success'], branches: ['main'], severity: 'info' }],
    [
      'failed branches main,release severity critical',
      { outcomes: ['failure'], branches: ['main', 'release'], severity: 'critical' },
    ],
    ['severity Warning', { ...usual, severity: 'warning' }],
    ['on critical', { ...usual, severity: 'critical' }],
    ['on failures,critical', { outcomes: ['failure'], branches: [], severity: 'critical' }],
    ['on fire', { unread: 'fire' }],
    ['severity huge', { unread: 'huge' }],
    ['constructor', { unread: 'constructor' }],
  ];
  for (const [text, expected] of rows)
    it(`include “${text}”`, () => {
      assert.deepEqual(readFilters(text), expected);
    });
});
