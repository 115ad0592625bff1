import assert from 'node:assert/strict';
import type { ApprovalOutcome } from '../../../src/features/approvals';
import { confirmationWorkflow, gateTransition, secondApprovalWorkflow } from '../../../src/features/gates/workflow';
import type { Confirmation, Gate, GateEvent, SecondApproval } from '../../../src/features/gates/workflow';
import { people, places, sampleCatalog } from '../fakes';

const { ada, noor } = people;
const freeze = { operation: 'freeze', reach: { environment: 'production' } } as const;
const held = {
  asked: { action: 'freeze', acts: [freeze], line: 'freeze production 2h because x' },
  person: noor,
  place: places.general,
  thread: undefined,
  trigger: 'typed',
  correlationId: 'c',
  askedAt: 0,
} as const;
const confirmation: Confirmation = { ...held, kind: 'confirm', wakeAt: 1_000 };
const rule = sampleCatalog().environments['production']?.deploy ?? assert.fail();
const secondApproval: SecondApproval = { ...held, kind: 'four-eyes', rule, covers: [freeze], others: [] };

const answer = (of: 'confirmed' | 'left', personId = noor.id): GateEvent => ({ type: 'answer', answer: of, personId });
const outcomes: Readonly<Record<ApprovalOutcome['state'], ApprovalOutcome>> = {
  approved: { state: 'approved', by: [ada], at: 5 },
  rejected: { state: 'rejected', by: ada, reason: 'a busy day', at: 5 },
  expired: { state: 'expired', at: 5 },
  lapsed: { state: 'lapsed', reason: 'shop is gone.', at: 5 },
};
const decided = (state: ApprovalOutcome['state']): GateEvent => ({ type: 'decided', outcome: outcomes[state] });
const expired: GateEvent = { type: 'time' };

const ends: readonly (readonly [Gate, GateEvent, string, readonly string[]])[] = [
  [confirmation, answer('confirmed'), 'confirmed', ['tell', 'run']],
  [confirmation, answer('left'), 'left', ['tell']],
  [confirmation, expired, 'expired', ['tell']],
  [secondApproval, decided('approved'), 'approved', ['run']],
  [secondApproval, decided('rejected'), 'rejected', ['tell']],
  [secondApproval, decided('expired'), 'expired', ['tell']],
  [secondApproval, decided('lapsed'), 'lapsed', ['tell']],
];

describe('the workflow of a gate', () => {
  for (const gate of [confirmation, secondApproval])
    it(`${gate.kind}: asks once, however often it is held`, () => {
      const verdict = gateTransition(undefined, { type: 'hold', gate }, { now: 0 });
      assert.deepEqual(verdict, { record: gate, effects: [{ kind: 'ask' }] });
      assert.equal(gateTransition(gate, { type: 'hold', gate }, { now: 1 }), undefined);
    });

  for (const [gate, event, state, follows] of ends)
    it(`${gate.kind}: ends once as ${state}, and only after a yes is the operation done`, () => {
      const verdict = gateTransition(gate, event, { now: 5 });
      assert.ok(verdict && 'record' in verdict);
      assert.deepEqual([verdict.record.outcome?.state, verdict.record.outcome?.at], [state, 5]);
      assert.equal(verdict.record.wakeAt, undefined);
      assert.deepEqual(
        verdict.effects?.map(({ kind }) => kind),
        follows,
      );
      for (const [, later] of ends) assert.equal(gateTransition(verdict.record, later, { now: 6 }), undefined);
    });

  it('accepts an answer only from the requester, even after it has ended', () => {
    for (const outcome of [undefined, { state: 'left', at: 3 }] as const)
      assert.deepEqual(
        gateTransition({ ...confirmation, ...(outcome && { outcome }) }, answer('confirmed', ada.id), { now: 5 }),
        { refusal: 'not yours' },
      );
  });

  it('is opened by no event of the other kind', () => {
    assert.equal(gateTransition(confirmation, decided('approved'), { now: 5 }), undefined);
    assert.equal(gateTransition(secondApproval, answer('confirmed'), { now: 5 }), undefined);
    assert.equal(gateTransition(secondApproval, expired, { now: 5 }), undefined);
  });

  it('is not opened if nothing is held', () => {
    assert.deepEqual(gateTransition(undefined, answer('confirmed'), { now: 5 }), { refusal: 'unknown' });
    assert.deepEqual(gateTransition(undefined, decided('approved'), { now: 5 }), { refusal: 'unknown' });
  });
});

describe('gates of earlier versions', () => {
  const effect = (key: string, kind: string) => ({ key, kind, attempts: 0, dueAt: 0 });

  it('an open confirmation can still be confirmed, and a pending message is sent', () => {
    const { acts: _acts, ...asked } = held.asked;
    const old = { ...held, asked: { ...asked, target: freeze.reach }, state: 'open', wakeAt: 1_000 };
    const gate = confirmationWorkflow.spec.upgrade?.({ ...old, pending: [effect('1:show', 'show')] }, 2);
    const { pending, effectsMade, ...rest } = gate as Confirmation & { pending: unknown; effectsMade: unknown };
    assert.deepEqual([pending, effectsMade], [[effect('1:show', 'tell')], 2]);
    assert.deepEqual(rest, { ...confirmation, asked: { ...asked, acts: [freeze] } });
  });

  it('a closed confirmation stays closed, with its pending effects', () => {
    const pending = [effect('2:show', 'show'), effect('2:run', 'run')];
    const gate = confirmationWorkflow.spec.upgrade?.({ ...held, state: 'confirmed', endedAt: 7, pending }, 2);
    assert.deepEqual(gate?.outcome, { state: 'confirmed', at: 7 });
    assert.deepEqual(gate?.pending, [effect('2:show', 'tell'), effect('2:run', 'run')]);
  });

  it('a second approval covers all acts if the record names none', () => {
    const pending = [effect('ask', 'ask')];
    const gate = secondApprovalWorkflow.spec.upgrade?.({ ...held, rule, pending }, 2);
    assert.deepEqual(gate, { ...secondApproval, pending });
    const covers = [freeze];
    const others = [{ operation: 'unlock', reach: {} } as const];
    assert.deepEqual(
      secondApprovalWorkflow.spec.upgrade?.({ ...held, rule, covers, others, pending }, 2).others,
      others,
    );
  });
});
