import assert from 'node:assert/strict';
import { alertsOf } from '../../../src/connectors/alertmanager-api/reading';
import { AlertsAnswer, SilenceAnswer } from '../../../src/connectors/alertmanager-api/schema';
import { findByKey, findSame, silenceOf } from '../../../src/connectors/alertmanager-api/silences';
import { wordsOfAlert } from '../../../src/connectors/labels/alert-words';
import { commentOf } from '../../../src/connectors/monitored/comments';

const dialect = { hookVersion: '4', wordsOf: wordsOfAlert, pageOf: () => 'https://alertmanager.example' };
const noor = { name: 'Noor Ferreira', comment: 'we know' };
const matcher = (name: string, value: string) => ({ name, value, isRegex: false, isEqual: true });

const silence = (more: Partial<Record<string, unknown>> = {}) =>
  SilenceAnswer.parse({
    ...{
      id: 'a-1',
      status: { state: 'active' },
      matchers: [matcher('b', '2'), matcher('a', '1')],
      createdBy: noor.name,
    },
    ...{ comment: commentOf(noor), startsAt: '2026-11-29T20:00:00.000Z', endsAt: '2026-11-29T21:00:00.000Z', ...more },
  });

describe('a silence of Alertmanager', () => {
  for (const [comment, key, stored, shown] of [
    ['we know', undefined, 'we know, by Gavel', 'we know, by Gavel'],
    [' ', undefined, 'by Gavel', 'by Gavel'],
    ['we know', 'M-1/alerts', 'we know, by Gavel [gavel:M-1%2Falerts]', 'we know, by Gavel'],
    ['see [gavel:M-2]', 'a]b c', 'see [gavel:M-2], by Gavel [gavel:a%5Db%20c]', 'see [gavel:M-2], by Gavel'],
  ] as const)
    it(`keeps ${JSON.stringify(comment)} with key ${key} as ${JSON.stringify(stored)}`, () => {
      assert.equal(commentOf({ comment }, key), stored);
      assert.equal(silenceOf(silence({ comment: stored })).comment, shown);
      if (key !== undefined) assert.ok(findByKey([silence({ comment: stored })], key));
      assert.equal(findByKey([silence({ comment: stored })], 'M-2'), undefined);
    });

  it('is found by its key when it has ended, too', () => {
    const ended = silence({ comment: commentOf(noor, 'M-1'), status: { state: 'expired' } });
    assert.equal(findByKey([silence(), ended], 'M-1'), ended);
  });

  const wanted = { matchers: [matcher('a', '1'), matcher('b', '2')], createdBy: noor.name, comment: commentOf(noor) };
  for (const [what, more, isSame] of [
    ['the same, with its matchers in another order', {}, true],
    ['one that hasn’t begun', { status: { state: 'pending' } }, true],
    ['one that has ended', { status: { state: 'expired' } }, false],
    ['one of somebody else', { createdBy: 'Dana' }, false],
    ['one with other words', { comment: 'we know' }, false],
    ['one for fewer labels', { matchers: [matcher('a', '1')] }, false],
    [
      'one that matches the opposite',
      { matchers: [matcher('a', '1'), { ...matcher('b', '2'), isEqual: false }] },
      false,
    ],
  ] as const)
    it(`${what} is ${isSame ? '' : 'not '}the one that was asked for`, () =>
      assert.equal(findSame([silence(more)], wanted) !== undefined, isSame));
});

describe('an alert of Alertmanager', () => {
  const alert = (fingerprint: string, status: object) => ({
    ...{ fingerprint, labels: { alertname: `Alert${fingerprint}` }, annotations: {}, startsAt: '2026-11-29T20:00:00Z' },
    status: { state: 'suppressed', silencedBy: [], inhibitedBy: [], ...status },
  });

  for (const [what, status, ids, heldBackBy] of [
    ['that nothing holds back', {}, [], undefined],
    ['with a silence', { silencedBy: ['a-1'] }, ['a-1'], undefined],
    ['with a silence that is gone', { silencedBy: ['gone'] }, [], undefined],
    ['held back by another', { inhibitedBy: ['2'] }, [], 'Alert2'],
    ['held back by one that is gone', { inhibitedBy: ['gone'] }, [], 'another alert'],
    ['outside working hours', { mutedBy: ['weekend'] }, [], 'the time interval weekend'],
    ['of a version that gives null', { silencedBy: null, inhibitedBy: null }, [], undefined],
  ] as const)
    it(`${what} has silences ${JSON.stringify(ids)} and is held back by ${heldBackBy}`, () => {
      const alerts = AlertsAnswer.parse([alert('1', status), alert('2', {})]);
      const [found] = alertsOf(alerts, [silence()], dialect);
      assert.deepEqual(
        found?.silences.map(({ id }) => id),
        ids,
      );
      assert.equal(found?.heldBackBy, heldBackBy);
    });
});
