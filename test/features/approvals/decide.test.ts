import assert from 'node:assert/strict';
import { decide } from '../../../src/features/approvals/decide';
import type { ApprovalEvent, DecisionContext } from '../../../src/features/approvals/decide';
import type { Approval } from '../../../src/features/approvals/record';
import { people, sampleCatalog } from '../fakes';

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
  catalog: sampleCatalog(),
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

  it('ends what has changed since it was requested, with its audit entry, its subject and its cards', () => {
    const verdict = decide(one, approve(people.noor), { ...context, boundTo: 'commit-2' });
    assert.ok('refusal' in verdict);
    assert.equal(verdict.next?.state, 'lapsed');
    assert.match(verdict.next.ended?.note ?? '', /has changed since it was requested/);
    assert.deepEqual(
      verdict.next.pending.map((each) => each.kind),
      ['audit', 'tell', 'publish'],
    );
  });

  const lapses: [string, ApprovalEvent, Partial<DecisionContext>, string][] = [
    ['an approval without ground', approve(), { ground: 'shop is gone.' }, 'refused: lapsed'],
    [
      'an approval without ground or subject',
      approve(),
      { ground: 'shop is gone.', boundTo: undefined },
      'refused: lapsed',
    ],
    [
      'an approval by nobody’s seat',
      approve(people.nico),
      { ground: 'shop is gone.', seat: undefined },
      'refused: not an approver',
    ],
    ['a rejection without ground', reject('no'), { ground: 'shop is gone.' }, 'rejected'],
    ['a look without ground', { kind: 'time' }, { ground: 'shop is gone.' }, 'lapsed'],
    ['a look at another commit', { kind: 'time' }, { boundTo: 'commit-2' }, 'lapsed'],
    ['a look that could not read anything', { kind: 'time' }, { boundTo: undefined }, 'refused: gone'],
  ];
  for (const [what, event, given, expected] of lapses)
    it(`${what}: ${expected}`, () => {
      const verdict = decide(waiting, event, { ...context, ...given });
      assert.equal('refusal' in verdict ? `refused: ${verdict.refusal}` : verdict.next.state, expected);
    });

  it('lets the requester decide where the rule says so', () => {
    const own = {
      ...waiting,
      request: { ...waiting.request, rule: { ...waiting.request.rule, requesterMayApprove: true } },
    };
    assert.ok('next' in decide(own, approve(people.dana), context));
  });
});
