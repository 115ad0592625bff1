import assert from 'node:assert/strict';
import { delegationTransition, delegationWorkflow } from '../../../../src/features/approvals/delegations/workflow';
import type { Delegation, DelegationEvent } from '../../../../src/features/approvals/delegations/workflow';
import { people } from '../../fakes';

const { avery, noor, ada, nico } = people;
const given: Delegation = { from: avery, to: nico, until: 1_000 };

describe('a delegation', () => {
  const play = (record: Delegation | undefined, event: DelegationEvent, active: readonly Delegation[] = [], now = 10) =>
    delegationTransition(record, event, { now, active, correlationId: 'turn' });
  const give = (from: typeof avery, to: typeof avery): DelegationEvent => ({ type: 'give', from, to, until: 1_000 });

  it('is announced to the other person and drawn on what is waiting', () => {
    assert.deepEqual(play(undefined, give(avery, nico)), {
      record: given,
      effects: [
        { kind: 'tell', key: 'tell:turn', what: 'given', delegation: given, turn: 'turn' },
        { kind: 'redraw', key: 'redraw:turn', turn: 'turn' },
      ],
    });
  });

  it('is ended once, while it lasts, and the other person is told', () => {
    const verdict = play(given, { type: 'take back' });
    assert.ok('record' in verdict);
    assert.deepEqual(verdict.record, { ...given, endedAt: 10 });
    assert.deepEqual(verdict.effects?.[0], {
      kind: 'tell',
      key: 'tell:turn',
      what: 'taken back',
      delegation: given,
      turn: 'turn',
    });
    for (const [record, now] of [
      [undefined, 10],
      [verdict.record, 10],
      [given, 1_000],
    ] as const)
      assert.deepEqual(play(record, { type: 'take back' }, [], now), { refusal: 'nothing given' });
    assert.ok('record' in play(verdict.record, give(avery, noor)), 'and may be given again');
  });

  it('can’t go to oneself or back in a circle', () => {
    const active = [given];
    assert.deepEqual(play(undefined, give(avery, avery)), { refusal: 'to oneself' });
    assert.deepEqual(play(undefined, give(nico, avery), active), { refusal: 'circle' });
    assert.ok('record' in play(undefined, give(noor, avery), active));
    const circle = [given, { from: nico, to: ada, until: 1_000 }, { from: ada, to: nico, until: 1_000 }];
    assert.ok('record' in play(undefined, give(noor, avery), circle), 'past a circle that two made at once');
  });

  it('no longer counts once it was ended, and is kept until everybody was told', () => {
    const { indexes, expiresAt, upgrade } = delegationWorkflow.spec;
    const first = upgrade?.(given, 1);
    assert.ok(first);
    assert.deepEqual([indexes['until']?.(first), expiresAt?.(first)], [1_000, 1_000]);
    const ended = { ...first, endedAt: 10 };
    assert.deepEqual([indexes['until']?.(ended), expiresAt?.(ended)], [undefined, 10]);
    const telling = { ...ended, pending: [{ kind: 'tell', key: 'tell:turn', attempts: 0, dueAt: 10 }] };
    assert.equal(expiresAt?.(telling), undefined);
  });
});
