import assert from 'node:assert/strict';
import { decide } from '../../../src/features/approvals/decide';
import type { ApprovalEvent, DecisionContext } from '../../../src/features/approvals/decide';
import type { Approval } from '../../../src/features/approvals/record';
import { people } from '../fakes';

const waiting: Approval = {
  request: {
    id: 'a'.repeat(32),
    kind: 'deployment',
    subjectId: 's',
    target: { service: 'shop', environment: 'production' },
    requester: people.dana,
    rule: { required: 2, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 60 },
    boundTo: 'commit-1',
    placeId: 'channel:deployments',
    expiresAt: 1_000,
    correlationId: 'c',
  },
  label: 'D-1001',
  askedAt: 0,
  state: 'waiting',
  stateSince: 0,
  approvals: [],
  personalCopies: [],
  notReached: [],
  pending: [],
  wakeAt: 1_000,
};
const one: Approval = { ...waiting, approvals: [{ person: people.avery, at: 1, note: '' }] };
const context: DecisionContext = {
  now: 10,
  seat: { onBehalfOf: undefined },
  laterSeat: false,
  lacking: [],
  boundTo: 'commit-1',
};
const approve = (person = people.avery): ApprovalEvent => ({ kind: 'approve', person, note: '' });
const reject = (reason: string, person = people.avery): ApprovalEvent => ({ kind: 'reject', person, reason });

describe('the decision on an approval', () => {
  const table: [string, Approval, ApprovalEvent, Partial<DecisionContext>, string][] = [
    ['a first approval of two', waiting, approve(), {}, 'waiting'],
    ['the second approval', one, approve(people.noor), {}, 'approved'],
    ['the same person twice', one, approve(), {}, 'refused: twice'],
    ['the requester', waiting, approve(people.dana), {}, 'refused: own request'],
    ['somebody without the role', waiting, approve(people.nico), { seat: undefined }, 'refused: not an approver'],
    [
      'somebody whose stage comes later',
      waiting,
      approve(people.noor),
      { seat: undefined, laterSeat: true },
      'refused: later stage',
    ],
    ['what is required and does not hold', waiting, approve(), { lacking: ['it is down'] }, 'refused: evidence'],
    ['a rejection although something is lacking', waiting, reject('no'), { lacking: ['it is down'] }, 'rejected'],
    ['a rejection', one, reject('no test', people.noor), {}, 'rejected'],
    ['a rejection without a reason', waiting, reject('  '), {}, 'refused: no reason'],
    ['a rejection of one’s own request', waiting, reject('oops', people.dana), {}, 'refused: own request'],
    ['an approval of another commit', one, approve(people.noor), { boundTo: 'commit-2' }, 'refused: changed'],
    ['an approval of what no longer waits', one, approve(people.noor), { boundTo: undefined }, 'refused: gone'],
    ['an approval when its time is over', one, approve(people.noor), { now: 1_000 }, 'expired'],
    ['time', waiting, { kind: 'time' }, { now: 1_000 }, 'expired'],
    ['time too early', waiting, { kind: 'time' }, {}, 'refused: gone'],
    [
      'a withdrawal',
      waiting,
      { kind: 'withdraw', person: people.dana, reason: 'no need' },
      { seat: undefined },
      'withdrawn',
    ],
    ['a click after the end', { ...one, state: 'rejected' }, approve(people.noor), {}, 'refused: over'],
  ];
  for (const [what, approval, event, given, expected] of table)
    it(`${what}: ${expected}`, () => {
      const verdict = decide(approval, event, { ...context, ...given });
      assert.equal('refusal' in verdict ? `refused: ${verdict.refusal}` : verdict.next.state, expected);
    });

  it('stores what must follow: audit first, then the subject, then the cards', () => {
    const { next } = decide(one, approve(people.noor), context);
    assert.deepEqual(
      next?.pending.map((each) => each.kind),
      ['audit', 'tell', 'publish'],
    );
    assert.equal(next?.wakeAt, undefined);
  });

  it('changes nothing when it refuses', () => {
    for (const event of [approve(people.dana), reject(''), approve()])
      assert.equal(decide(one, event, context).next, undefined, event.kind);
  });

  it('forgets approvals of a commit that has changed, once, and writes it down', () => {
    const { next } = decide(one, approve(people.noor), { ...context, boundTo: 'commit-2' });
    assert.deepEqual([next?.state, next?.approvals], ['waiting', []]);
    assert.deepEqual(
      next?.pending.map((each) => each.kind),
      ['audit', 'publish'],
    );
    assert.equal(next && decide(next, approve(people.noor), { ...context, boundTo: 'commit-2' }).next, undefined);
  });

  it('writes a second approval down anew after the first was forgotten', () => {
    const changed = decide(one, approve(people.noor), { ...context, boundTo: 'commit-2' }).next;
    const again = changed && decide(changed, approve(), { ...context, now: 20 }).next;
    const keys = again?.pending.filter((each) => each.kind === 'audit').map((each) => each.key) ?? [];
    assert.equal(new Set(keys).size, 2);
    assert.equal(again?.approvals.length, 1);
  });

  it('lets the requester decide where the rule says so', () => {
    const own = {
      ...waiting,
      request: { ...waiting.request, rule: { ...waiting.request.rule, requesterMayApprove: true } },
    };
    assert.ok('next' in decide(own, approve(people.dana), context));
  });
});
