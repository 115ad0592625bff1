import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import type { ApprovalRule } from '../../../src/core/catalog';
import { decidersOf, isPractice } from '../../../src/features/approvals/policy';
import { practiceAt } from '../../../src/features/approvals/record';
import type { Approval } from '../../../src/features/approvals/record';
import { approvalTransition, approvalWorkflow } from '../../../src/features/approvals/workflow';
import type { ApprovalContext, ApprovalEvent, ApprovalVerdict } from '../../../src/features/approvals/workflow';
import { people, sampleCatalog, sampleCatalogText } from '../fakes';
import { approvalUnder, approveBy, contextIn, facts, requestUnder } from './samples';

const rule: ApprovalRule = { required: 2, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 60 };
const staged: ApprovalRule = {
  ...rule,
  stages: [
    { name: 'owners', required: 1, role: 'operator' },
    { name: 'board', required: 1, role: 'admin' },
  ],
};
const waiting: Approval = { ...approvalUnder(rule, { expiresAt: 1_000 }), wakeAt: 1_000 };
const one: Approval = { ...waiting, approvals: [{ person: people.avery, at: 1, note: '' }] };
const inStages: Approval = { ...approvalUnder(staged, { expiresAt: 1_000 }), wakeAt: 1_000 };
const context = contextIn(sampleCatalog());
const reject = (reason: string, person = people.avery): ApprovalEvent => ({ type: 'reject', person, reason });

function outcomeOf(verdict: ApprovalVerdict): string {
  if (!verdict) return 'nothing';
  if ('refusal' in verdict && verdict.refusal) return `refused: ${verdict.refusal}`;
  return 'record' in verdict ? verdict.record.state : 'nothing';
}

function changeOf(verdict: ApprovalVerdict) {
  assert.ok(verdict && 'record' in verdict, JSON.stringify(verdict));
  return verdict;
}

const kindsOf = (verdict: ApprovalVerdict): string[] => (changeOf(verdict).effects ?? []).map(({ kind }) => kind);

describe('a decision on an approval', () => {
  const table: [string, Approval, ApprovalEvent, Partial<ApprovalContext>, string][] = [
    ['a first approval of two', waiting, approveBy(people.avery), {}, 'waiting'],
    ['the second approval', one, approveBy(people.noor), {}, 'approved'],
    ['the same person twice', one, approveBy(people.avery), {}, 'refused: twice'],
    ['the requester', waiting, approveBy(people.dana), {}, 'refused: own request'],
    ['somebody without the role', waiting, approveBy(people.nico), {}, 'refused: not an approver'],
    ['somebody whose stage comes later', inStages, approveBy(people.ada), {}, 'refused: later stage'],
    [
      'what is required and does not hold',
      waiting,
      approveBy(people.avery),
      { lacking: ['it is down'] },
      'refused: evidence',
    ],
    ['a rejection although something is lacking', waiting, reject('no'), { lacking: ['it is down'] }, 'rejected'],
    ['a rejection', one, reject('no test', people.noor), {}, 'rejected'],
    ['a rejection without a reason', waiting, reject('  '), {}, 'refused: no reason'],
    ['a rejection of one’s own request', waiting, reject('oops', people.dana), {}, 'refused: own request'],
    ['an approval of another commit', one, approveBy(people.noor), { boundTo: 'commit-2' }, 'refused: changed'],
    ['an approval of what no longer waits', one, approveBy(people.noor), { boundTo: undefined }, 'refused: gone'],
    ['an approval when its time is over', one, approveBy(people.noor), { now: 1_000 }, 'refused: over'],
    ['time', waiting, { type: 'time' }, { now: 1_000 }, 'expired'],
    ['time too early', waiting, { type: 'time' }, {}, 'refused: gone'],
    ['time after a clock that was ahead was set back', { ...waiting, wakeAt: 90_000 }, { type: 'time' }, {}, 'waiting'],
    ['a withdrawal', waiting, { type: 'withdraw', person: people.dana, reason: 'no need' }, {}, 'withdrawn'],
    ['a click after the end', { ...one, state: 'rejected' }, approveBy(people.noor), {}, 'refused: over'],
  ];
  for (const [what, approval, event, given, expected] of table)
    it(`${what}: ${expected}`, () => {
      assert.equal(outcomeOf(approvalTransition(approval, event, { ...context, ...given })), expected);
    });

  it('stores its effects: the audit line first, then the subject, then the cards', () => {
    const verdict = changeOf(approvalTransition(one, approveBy(people.noor), context));
    assert.deepEqual(kindsOf(verdict), ['audit', 'tell', 'publish']);
    assert.equal(verdict.record.wakeAt, undefined);
  });

  it('expires at the click that comes too late, which is told so', () => {
    const verdict = changeOf(approvalTransition(one, approveBy(people.noor), { ...context, now: 1_000 }));
    assert.deepEqual([verdict.refusal, verdict.record.state], ['over', 'expired']);
    assert.deepEqual(kindsOf(verdict), ['audit', 'tell', 'publish']);
  });

  it('changes nothing if it is refused', () => {
    for (const event of [approveBy(people.dana), reject(''), approveBy(people.avery)])
      assert.ok(!('record' in (approvalTransition(one, event, context) ?? {})), event.type);
  });

  it('ends a request that has changed since, with its audit entry, its subject and its cards', () => {
    const verdict = changeOf(approvalTransition(one, approveBy(people.noor), { ...context, boundTo: 'commit-2' }));
    assert.equal(verdict.refusal, 'changed');
    assert.equal(verdict.record.state, 'lapsed');
    assert.match(verdict.record.ended?.note ?? '', /would now do something different from what was requested/);
    assert.deepEqual(kindsOf(verdict), ['audit', 'tell', 'publish']);
  });

  const lapses: [string, ApprovalEvent, Partial<ApprovalContext>, string][] = [
    ['an approval without ground', approveBy(people.avery), { ground: 'shop is gone.' }, 'refused: lapsed'],
    [
      'an approval without ground or subject',
      approveBy(people.avery),
      { ground: 'shop is gone.', boundTo: undefined },
      'refused: lapsed',
    ],
    ['an approval by nobody’s seat', approveBy(people.nico), { ground: 'shop is gone.' }, 'refused: not an approver'],
    ['a rejection without ground', reject('no'), { ground: 'shop is gone.' }, 'rejected'],
    ['a look without ground', { type: 'time' }, { ground: 'shop is gone.' }, 'lapsed'],
    ['a look at another commit', { type: 'time' }, { boundTo: 'commit-2' }, 'lapsed'],
    ['a look that could not read anything', { type: 'time' }, { boundTo: undefined }, 'refused: gone'],
  ];
  for (const [what, event, given, expected] of lapses)
    it(`${what}: ${expected}`, () => {
      assert.equal(outcomeOf(approvalTransition(waiting, event, { ...context, ...given })), expected);
    });

  it('lets the requester decide if the rule says so', () => {
    const own = {
      ...waiting,
      request: { ...waiting.request, rule: { ...waiting.request.rule, requesterMayApprove: true } },
    };
    const asApprover = contextIn(sampleCatalog(), {
      delegations: [{ from: people.avery, to: people.dana, until: 99 }],
    });
    assert.equal(outcomeOf(approvalTransition(own, approveBy(people.dana), asApprover)), 'waiting');
    assert.equal(outcomeOf(approvalTransition(waiting, approveBy(people.dana), asApprover)), 'refused: own request');
  });

  it('opens once, with its own label or a distinct one, and a card for each person who can decide', () => {
    const open = { type: 'open', request: requestUnder(rule), facts } as const;
    const { record, effects } = changeOf(approvalTransition(undefined, open, context));
    assert.deepEqual(effects, [{ kind: 'publish', key: 'publish:open' }]);
    assert.deepEqual(record.personalCopies, [people.avery, people.noor]);
    assert.equal(approvalTransition(record, open, context), undefined);
    const second = changeOf(approvalTransition(undefined, { ...open, label: 'D-1001-aaaaaa' }, context));
    assert.deepEqual([second.record.label, second.record.askedFacts?.label], ['D-1001-aaaaaa', 'D-1001']);
  });

  it('records once who was not reached, on the coming publication if there is one', () => {
    const told = { ...waiting, personalCopies: [people.avery] };
    const missed = changeOf(approvalTransition(told, { type: 'miss', copy: 0 }, context));
    assert.deepEqual(missed.record.notReached, ['Avery Approver']);
    assert.deepEqual(missed.effects, [{ kind: 'publish', key: 'publish:missed:0' }]);
    const busy = { ...context, waiting: ['publish'] };
    assert.deepEqual(changeOf(approvalTransition(told, { type: 'miss', copy: 0 }, busy)).effects, []);
    assert.equal(approvalTransition(missed.record, { type: 'miss', copy: 0 }, context), undefined);
    assert.equal(approvalTransition(told, { type: 'miss', copy: 7 }, context), undefined);
  });

  it('performs the effects that the first schema left pending', () => {
    const pending = [
      {
        kind: 'audit',
        key: 'audit:approve:x:1',
        attempts: 2,
        dueAt: 5,
        detail: { what: 'approvals.approve', who: 'x', at: 1, outcome: '1 of 2', note: 'fine' },
      },
      { kind: 'call', key: 'call:escalated', attempts: 0, dueAt: 5 },
      { kind: 'publish', key: 'publish:1', attempts: 0, dueAt: 5 },
    ];
    const [audit, call, publish] = approvalWorkflow.spec.upgrade?.({ ...waiting, pending }, 1).pending ?? [];
    assert.deepEqual(audit, {
      ...pending[0],
      detail: {
        what: 'approvals.approve',
        who: 'x',
        at: 1,
        outcome: '1 of 2',
        target: 'D-1001',
        from: 'channel:deployments',
        correlationId: 'c',
        detail: { note: 'fine' },
      },
    });
    assert.deepEqual(call?.detail, { why: 'escalated' });
    assert.deepEqual(publish, pending[2]);
  });
});

const practiced = approvalUnder(
  { required: 1, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 600 },
  {
    target: { service: 'shop', environment: 'staging' },
    requester: people.nico,
    placeId: 'personal:nico',
    expiresAt: 600_000,
    practice: true,
  },
);
const later = practiceAt(practiced);
const catalogWith = (staging: string): { problems: string[] } | { catalog: ReturnType<typeof sampleCatalog> } =>
  parseCatalog(sampleCatalogText.replace('staging:\n    risk: low\n', `staging:\n    ${staging}\n`));
const practicing = catalogWith('risk: low\n    practice: true');
assert.ok('catalog' in practicing);
const inPractice = contextIn(practicing.catalog, { now: later });
const at = (more: Partial<ApprovalContext>): ApprovalVerdict =>
  approvalTransition(practiced, { type: 'time' }, { ...inPractice, ...more });

describe('an approval in practice', () => {
  it('is given by Gavel after a few seconds, with the reason', () => {
    assert.equal(practiced.wakeAt, later);
    assert.deepEqual(at({ now: later - 1 }), { refusal: 'gone' });
    const { record } = changeOf(at({}));
    assert.equal(record.state, 'approved');
    assert.deepEqual(record.approvals[0]?.person, { id: 'gavel', name: 'Gavel' });
    assert.match(record.approvals[0]?.note ?? '', /approved by Gavel for practice/);
  });

  it('is never given for anything but the request', () => {
    const { record } = changeOf(at({ boundTo: 'commit-2' }));
    assert.equal(record.state, 'lapsed');
    assert.equal(record.approvals.length, 0);
  });

  it('waits for people as soon as the catalog does not mark the environment anymore', () => {
    const { record } = changeOf(at({ catalog: sampleCatalog() }));
    assert.equal(record.state, 'waiting');
    assert.equal(record.request.practice, undefined);
    assert.equal(record.wakeAt, later + 15_000);
    assert.ok(decidersOf(sampleCatalog(), record).some(({ id }) => id === people.avery.id));
    assert.ok(record.personalCopies.some(({ id }) => id === people.avery.id));
  });

  it('asks nobody and lets nobody else decide', () => {
    assert.deepEqual(decidersOf(practicing.catalog, practiced), []);
    assert.deepEqual(approvalTransition(practiced, approveBy(people.avery), inPractice), {
      refusal: 'not an approver',
    });
  });

  it('exists only if the catalog says so, and the catalog allows it only with low requirements', () => {
    assert.equal(isPractice(sampleCatalog(), practiced), false);
    const marked = catalogWith('risk: low\n    practice: true');
    assert.ok('catalog' in marked && isPractice(marked.catalog, practiced));
    const risky = catalogWith('risk: high\n    practice: true');
    assert.match('problems' in risky ? risky.problems.join() : '', /needs risk: low/);
    const strict = parseCatalog(
      sampleCatalogText.replace(
        'staging:\n    risk: low\n    deploy: { required: 0 }',
        'staging:\n    risk: low\n    practice: true\n    deploy: { required: 2 }',
      ),
    );
    assert.match('problems' in strict ? strict.problems.join() : '', /at most one approval/);
  });
});
