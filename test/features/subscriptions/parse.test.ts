import assert from 'node:assert/strict';
import { readFilters } from '../../../src/features/subscriptions/parse';

describe('filters as people type them', () => {
  const usual = { outcomes: ['failure', 'recovery'], branches: [], severity: 'info' };
  const rows: readonly (readonly [string, object])[] = [
    ['', usual],
    ['on failure,recovery', usual],
    ['failures and recoveries', usual],
    ['on recovery, failure', usual],
    ['everything', { ...usual, outcomes: ['failure', 'recovery', 'success', 'started'] }],
    ['only successes branch main', { outcomes: ['success'], branches: ['main'], severity: 'info' }],
    [
      'failed branches main,release severity critical',
      { outcomes: ['failure'], branches: ['main', 'release'], severity: 'critical' },
    ],
    ['severity Warning', { ...usual, severity: 'warning' }],
    ['on fire', { unread: 'fire' }],
    ['severity huge', { unread: 'huge' }],
    ['constructor', { unread: 'constructor' }],
  ];
  for (const [text, expected] of rows)
    it(`include “${text}”`, () => {
      assert.deepEqual(readFilters(text), expected);
    });
});
