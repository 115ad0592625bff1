import assert from 'node:assert/strict';
import type { Happening, Rule } from '../../../src/features/subscriptions';
import { withoutRule, withRule, withWish, wishOf } from '../../../src/features/subscriptions/book';
import { readFilters } from '../../../src/features/subscriptions/filters';
import { matches, ruleFilters, ruleScope } from '../../../src/features/subscriptions/rules';
import { tellAt } from '../../../src/features/subscriptions/quiet';
import { classified, stateAfter } from '../../../src/features/subscriptions/states';
import type { ServiceState } from '../../../src/features/subscriptions/states';
import { failure, listener, rule } from './samples';

describe('a rule', () => {
  const rows: readonly (readonly [Partial<Rule>, Partial<Happening>, boolean])[] = [
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
    it(`${JSON.stringify(filters)} ${expected ? 'tells' : 'does not tell'} of ${JSON.stringify(more)}`, () => {
      assert.equal(matches(rule(filters), failure(1, more)), expected);
    });

  it('reads in words', () => {
    const narrow = rule({ environments: ['production'], branches: ['main'], severity: 'critical' });
    assert.equal(
      `${ruleScope(narrow)}: ${ruleFilters(narrow)}`,
      'shop in production: failures and recoveries, branch main, critical only',
    );
    assert.equal(ruleScope(rule({ services: [] })), 'everything');
  });
});

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
    it(`reads “${text}”`, () => {
      assert.deepEqual(readFilters(text), expected);
    });
});

describe('what was chosen', () => {
  const shop = rule({ environments: ['production'] });

  it('holds one rule for one scope, and ends as finely as it was made', () => {
    const once = withRule(listener({ rules: [] }), shop);
    const twice = withRule(once, { ...shop, severity: 'critical' });
    assert.deepEqual(twice.rules, [{ ...shop, severity: 'critical' }]);
    assert.equal(withoutRule(twice, 'search', undefined), undefined);
    assert.equal(withoutRule(twice, 'shop', 'staging'), undefined);
    assert.deepEqual(withoutRule(twice, 'shop', 'production')?.rules, []);
    assert.deepEqual(withoutRule(twice, 'all', undefined)?.rules, []);
  });

  it('takes one place of one service out of a choice of several', () => {
    const chosen = rule({ from: 'setup', services: ['shop', 'search'], environments: ['staging', 'production'] });
    assert.deepEqual(withoutRule(listener({ rules: [chosen] }), 'shop', 'production')?.rules, [
      { ...chosen, services: ['search'] },
      { ...chosen, services: ['shop'], environments: ['staging'] },
    ]);
  });

  it('refuses what nobody can overlook', () => {
    const many = Array.from({ length: 50 }, (_, index) => rule({ services: [`s${index}`] }));
    assert.throws(() => withRule(listener({ rules: many }), shop), /50 subscriptions here already/);
  });

  it('of a setup card takes the place of the former choice, and leaves what was subscribed', () => {
    const wish = {
      to: 'place',
      services: ['search'],
      environments: [],
      outcomes: 'failures',
      digest: true,
      zone: 'UTC',
    } as const;
    const before = withRule(listener({ rules: [], digest: 'weekly' }), shop);
    const after = withWish(before, wish, 'General');
    assert.deepEqual(
      after.rules.map(({ from, services }) => [from, ...services]),
      [
        ['setup', 'search'],
        ['subscribe', 'shop'],
      ],
    );
    assert.equal(after.digest, 'weekly');
    assert.deepEqual(wishOf(after), wish);
    assert.deepEqual(withWish(after, { ...wish, services: [] }, '').rules, [shop]);
  });
});

describe('a success after a failure', () => {
  const success = (number: number): Happening =>
    failure(number, { outcome: 'success', severity: 'info', words: 'well.' });
  const outcomesOf = (happenings: readonly Happening[]): string[] => {
    let state: ServiceState | undefined;
    return happenings.map((each) => {
      state = stateAfter(state, each);
      const { outcome, severity, words } = classified(state, each);
      return `${outcome} ${severity} ${words}`;
    });
  };

  it('is a recovery, as severe as the failure was, and only the first one is', () => {
    assert.deepEqual(outcomesOf([success(1), failure(2), success(3), success(4)]), [
      'success info well.',
      'failure warning shop failed (D-2).',
      'recovery warning well. It had failed before.',
      'success info well.',
    ]);
  });

  it('is still a recovery when it is told again, and the failure told again does not undo it', () => {
    assert.deepEqual(
      outcomesOf([failure(2), success(3), success(3), failure(2), success(4)]).map((each) => each.split(' ')[0]),
      ['failure', 'recovery', 'recovery', 'failure', 'success'],
    );
  });
});

describe('quiet hours and digests', () => {
  it('follow the clock of the zone, also over the change of daylight saving', () => {
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
          tellAt({ ...(hours !== undefined && { hours }), zone, digest, digestHour: 9 }, Date.parse(now)),
        ).toISOString(),
        new Date(Date.parse(expected)).toISOString(),
        `${hours} ${zone} ${digest} ${now}`,
      );
  });

  it('hold back nothing critical', () => {
    assert.equal(tellAt({ hours: '00:00-23:59', zone: 'UTC', digest: 'weekly', digestHour: 9 }, 1_000, true), 1_000);
  });
});
