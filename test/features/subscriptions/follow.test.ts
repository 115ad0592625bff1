import assert from 'node:assert/strict';
import type { ServiceEvent } from '../../../src/features/subscriptions';
import { classify, stateAfter } from '../../../src/features/subscriptions/follow';
import type { ServiceState } from '../../../src/features/subscriptions/follow';
import { failure } from './samples';

describe('a success after a failure', () => {
  const success = (number: number): ServiceEvent =>
    failure(number, { outcome: 'success', severity: 'info', words: 'well.' });
  const outcomesOf = (events: readonly ServiceEvent[]): string[] => {
    let state: ServiceState | undefined;
    return events.map((each) => {
      state = stateAfter(state, each);
      const { outcome, severity, words } = classify(state, each);
      return `${outcome} ${severity} ${words}`;
    });
  };

  it('is a recovery, as severe as the failure was, and only the first one is', () => {
    assert.deepEqual(outcomesOf([success(1), failure(2), success(3), success(4)]), [
      'success info well.',
      'failure warning shop failed (D-2).',
      'recovery warning well. The previous deployment had failed.',
      'success info well.',
    ]);
  });

  it('is still a recovery when it is reported again, and a repeated failure does not undo it', () => {
    assert.deepEqual(
      outcomesOf([failure(2), success(3), success(3), failure(2), success(4)]).map((each) => each.split(' ')[0]),
      ['failure', 'recovery', 'recovery', 'failure', 'success'],
    );
  });
});
