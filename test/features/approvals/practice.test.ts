import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import { decide } from '../../../src/features/approvals/decide';
import type { DecisionContext, Verdict } from '../../../src/features/approvals/decide';
import { decidersOf, seatOf } from '../../../src/features/approvals/deciders';
import { isPractice } from '../../../src/features/approvals/practice';
import { newApproval, practiceAt } from '../../../src/features/approvals/record';
import type { Approval } from '../../../src/features/approvals/record';
import { people, sampleCatalog, sampleCatalogText } from '../fakes';

const facts = {
  title: 'shop 2.14.0 to practice',
  label: 'D-1001',
  nothingIs: 'deployed',
  approveTitle: 'Approve',
  facts: [],
  commitsTitle: '',
  commits: [],
  commitsMore: '',
};
const asked: Approval = newApproval(
  {
    id: 'a'.repeat(32),
    kind: 'deployment',
    subjectId: 's',
    target: { service: 'shop', environment: 'staging' },
    requester: people.nico,
    rule: { required: 1, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 600 },
    boundTo: 'commit-1',
    placeId: 'personal:nico',
    expiresAt: 600_000,
    correlationId: 'c',
    practice: true,
  },
  facts,
  [],
  0,
);
const later = practiceAt(asked);
const catalogWith = (staging: string): { problems: string[] } | { catalog: ReturnType<typeof sampleCatalog> } =>
  parseCatalog(sampleCatalogText.replace('staging:\n    risk: low\n', `staging:\n    ${staging}\n`));
const practising = catalogWith('risk: low\n    practice: true');
assert.ok('catalog' in practising);
const context: DecisionContext = {
  now: later,
  catalog: practising.catalog,
  seat: undefined,
  laterSeat: false,
  lacking: [],
  boundTo: 'commit-1',
  practice: true,
};
const at = (more: Partial<DecisionContext>): Verdict => decide(asked, { kind: 'time' }, { ...context, ...more });

describe('an approval in practice', () => {
  it('is given by Gavel after a few seconds, which says why', () => {
    assert.equal(asked.wakeAt, later);
    assert.deepEqual(at({ now: later - 1 }), { refusal: 'gone' });
    const verdict = at({});
    assert.ok('next' in verdict && verdict.next);
    assert.equal(verdict.next.state, 'approved');
    assert.deepEqual(verdict.next.approvals[0]?.person, { id: 'gavel', name: 'Gavel' });
    assert.match(verdict.next.approvals[0]?.note ?? '', /I play the approver/);
  });

  it('is never given for something else than what was asked', () => {
    const verdict = at({ boundTo: 'commit-2' });
    assert.equal(verdict.next?.state, 'lapsed');
    assert.equal(verdict.next?.approvals.length, 0);
  });

  it('waits for people as soon as the catalog does not mark the environment any more', () => {
    const verdict = at({ practice: false });
    assert.ok(verdict.next);
    assert.equal(verdict.next.state, 'waiting');
    assert.equal(verdict.next.request.practice, undefined);
    assert.equal(verdict.next.wakeAt, later + 15_000);
    assert.ok(decidersOf(sampleCatalog(), verdict.next).some(({ id }) => id === people.avery.id));
  });

  it('asks nobody and lets nobody else decide', () => {
    const catalog = sampleCatalog();
    assert.deepEqual(decidersOf(catalog, asked), []);
    assert.equal(seatOf(catalog, asked, people.avery.id, []), undefined);
    assert.deepEqual(decide(asked, { kind: 'approve', person: people.avery, note: '' }, context), {
      refusal: 'not an approver',
    });
  });

  it('is only where the catalog says so, and the catalog only where little is asked', () => {
    assert.equal(isPractice(sampleCatalog(), asked), false);
    const marked = catalogWith('risk: low\n    practice: true');
    assert.ok('catalog' in marked && isPractice(marked.catalog, asked));
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
