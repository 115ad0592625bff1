import assert from 'node:assert/strict';
import { freezeTransition, freezeWorkflow } from '../../../src/features/freezes/workflow';
import type { DeclaredFreeze } from '../../../src/features/freezes/workflow';
import { people } from '../fakes';

const freeze: DeclaredFreeze = {
  environment: 'production',
  service: undefined,
  from: 1,
  until: 100,
  reason: 'finance is closing the books',
  by: people.noor,
  placeId: 'channel:deployments',
};
const notice = { text: '**production is frozen**', saidIn: 'channel:deployments', turn: 'turn' };
const tell = { ...notice, kind: 'tell', key: 'tell:turn' };
const ended = { ...freeze, ended: { by: people.ada, at: 5, reason: 'done' } };

describe('a declared freeze', () => {
  it('is declared once, and the channels are told', () => {
    const declare = { type: 'declare', freeze, notice } as const;
    assert.deepEqual(freezeTransition(undefined, declare, { now: 1 }), { record: freeze, effects: [tell] });
    for (const known of [freeze, ended]) assert.equal(freezeTransition(known, declare, { now: 2 }), undefined);
  });

  it('is ended once, with who and why', () => {
    const end = { type: 'end', by: people.ada, reason: 'done', notice } as const;
    assert.deepEqual(freezeTransition(freeze, end, { now: 5 }), { record: ended, effects: [tell] });
    for (const known of [undefined, ended]) assert.equal(freezeTransition(known, end, { now: 6 }), undefined);
  });

  it('is read as the first schema stored it, with no effects pending', () => {
    assert.deepEqual(freezeWorkflow.spec.upgrade?.(freeze, 1), { ...freeze, pending: [] });
  });
});
