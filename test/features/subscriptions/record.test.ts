import assert from 'node:assert/strict';
import type { Rule, ServiceEvent } from '../../../src/features/subscriptions';
import { describeRuleFilters, describeRuleScope } from '../../../src/features/subscriptions/cards';
import { matchesRule, notifyAt } from '../../../src/features/subscriptions/record';
import { failure, rule } from './samples';

describe('a rule', () => {
  const rows: readonly (readonly [Partial<Rule>, Partial<ServiceEvent>, boolean])[] = [
    [{}, {}, true],
    [{ services: [] }, { service: 'search' }, true],
    [{}, { service: 'search' }, false],
    [{ environments: ['production'] }, {}, true],
    [{ environments: ['production'] }, { environment: 'staging' }, false],
    [{}, { outcome: 'recovery' }, true],
    [{}, { outcome: 'success' }, false],
    [{ outcomes: ['started'] }, { outcome: 'started' }, true],
    [{ branches: ['main'] }, { branch: 'main' }, true],
    [{ branches: ['main'] }, { branch: 'other' }, false],
    [{ branches: ['main'] }, {}, false],
    [{ severity: 'critical' }, {}, false],
    [{ severity: 'critical' }, { severity: 'critical' }, true],
    [{ severity: 'warning' }, { severity: 'critical' }, true],
  ];
  for (const [filters, more, expected] of rows)
    it(`${JSON.stringify(filters)} ${expected ? 'matches' : 'does not match'} ${JSON.stringify(more)}`, () => {
      assert.equal(matchesRule(rule(filters), failure(1, more)), expected);
    });

  it('is described in words', () => {
    const narrow = rule({ environments: ['production'], branches: ['main'], severity: 'critical' });
    assert.equal(
      `${describeRuleScope(narrow)}: ${describeRuleFilters(narrow)}`,
      'shop in production: failures and recoveries, branch main, critical only',
    );
    assert.equal(describeRuleScope(rule({ services: [] })), 'everything');
  });
});

describe('quiet hours and digests', () => {
  it('follow the zone’s local time, also across daylight saving', () => {
    type Row = readonly [string | undefined, string, 'none' | 'daily' | 'weekly', string, string];
    const rows: readonly Row[] = [
      [undefined, 'UTC', 'none', '2026-11-20T12:00Z', '2026-11-20T12:00Z'],
      ['22:00-07:00', 'Europe/Berlin', 'none', '2026-11-20T21:30Z', '2026-11-21T06:00Z'],
      ['22:00-07:00', 'Europe/Berlin', 'none', '2026-10-24T21:00Z', '2026-10-25T06:00Z'],
      ['09:00-17:00', 'UTC', 'none', '2026-11-20T12:00Z', '2026-11-20T17:00Z'],
      ['09:00-17:00', 'UTC', 'none', '2026-11-20T17:00Z', '2026-11-20T17:00Z'],
      ['none', 'Asia/Tokyo', 'daily', '2026-11-20T12:00Z', '2026-11-21T00:00Z'],
      ['22:00-10:00', 'UTC', 'daily', '2026-11-20T12:00Z', '2026-11-21T10:00Z'],
      // A Friday; the week begins on Monday.
      ['none', 'UTC', 'weekly', '2026-11-20T12:00Z', '2026-11-23T09:00Z'],
      ['none', 'Europe/Berlin', 'weekly', '2026-10-23T12:00Z', '2026-10-26T08:00Z'],
      ['none', 'UTC', 'weekly', '2026-11-23T08:00Z', '2026-11-23T09:00Z'],
    ];
    for (const [hours, zone, digest, now, expected] of rows)
      assert.equal(
        new Date(
          notifyAt({ ...(hours !== undefined && { hours }), zone, digest, digestHour: 9 }, Date.parse(now)),
        ).toISOString(),
        new Date(Date.parse(expected)).toISOString(),
        `${hours} ${zone} ${digest} ${now}`,
      );
  });

  it('hold nothing critical', () => {
    assert.equal(notifyAt({ hours: '00:00-23:59', zone: 'UTC', digest: 'weekly', digestHour: 9 }, 1_000, true), 1_000);
  });
});
