import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { parseCatalog } from '../../../src/core/catalog';
import type { ApprovalRule } from '../../../src/core/catalog';
import { decide } from '../../../src/features/approvals/decide';
import type { ApprovalEvent } from '../../../src/features/approvals/decide';
import { decidersOf, hasLaterSeat, seatOf } from '../../../src/features/approvals/deciders';
import type { Delegation } from '../../../src/features/approvals/deciders';
import { wouldCircle } from '../../../src/features/approvals/delegations';
import { newApproval } from '../../../src/features/approvals/record';
import type { Approval } from '../../../src/features/approvals/record';
import { people, sampleCatalogText } from '../fakes';

const { dana, avery, noor, ada, nico } = people;
const parsed = parseCatalog(`${sampleCatalogText}groups: { change-board: [ada, avery] }\n`);
assert.ok('catalog' in parsed);
const { catalog } = parsed;

const staged: ApprovalRule = {
  required: 2,
  role: 'approver',
  requesterMayApprove: false,
  expiresAfterSeconds: 7_200,
  stages: [
    { name: 'owners', required: 1, role: 'approver' },
    { name: 'change board', required: 1, group: 'change-board' },
  ],
};
const facts = {
  title: 'shop 2.14.0 to production',
  label: 'D-1001',
  nothingIs: 'deployed',
  approveTitle: 'Approve',
  facts: [],
  commitsTitle: '',
  commits: [],
  commitsMore: '',
};

function asked(rule: ApprovalRule = staged, committerIds: readonly string[] = []): Approval {
  const target = { service: 'shop', environment: 'production' };
  return newApproval(
    {
      id: 'a'.repeat(32),
      kind: 'deployment',
      subjectId: 's',
      target,
      requester: dana,
      rule,
      boundTo: 'commit',
      committerIds,
      placeId: 'channel:x',
      expiresAt: 7_200_000,
      correlationId: 'c',
    },
    facts,
    [],
    0,
  );
}

interface Given {
  readonly delegations?: readonly Delegation[];
  readonly now?: number;
}

function play(approval: Approval, event: ApprovalEvent, { delegations = [], now = 10 }: Given = {}) {
  const who = 'person' in event ? event.person.id : '';
  const seat = seatOf(catalog, approval, who, delegations);
  const laterSeat = !seat && hasLaterSeat(catalog, approval, who);
  return decide(approval, event, { now, catalog, seat, laterSeat, lacking: [], boundTo: 'commit' });
}

const approve = (person: Person): ApprovalEvent => ({ kind: 'approve', person, note: '' });

function after(approval: Approval, person: Person, given?: Given): Approval {
  const verdict = play(approval, approve(person), given);
  assert.ok(verdict.next, JSON.stringify(verdict));
  return verdict.next;
}

function refusal(approval: Approval, person: Person, given?: Given): string {
  const verdict = play(approval, approve(person), given);
  return 'refusal' in verdict ? verdict.refusal : 'none';
}

const names = (approval: Approval, delegations?: readonly Delegation[]): string[] =>
  decidersOf(catalog, approval, delegations).map(({ name }) => name);

describe('an approval in stages', () => {
  it('asks one stage after the other, each of its own people', () => {
    const first = asked();
    assert.deepEqual(names(first), ['Avery Approver', 'Noor Operator']);
    const second = after(first, noor);
    assert.equal(second.state, 'waiting');
    assert.deepEqual(names(second), ['Ada Admin', 'Avery Approver']);
    assert.equal(after(second, ada).state, 'approved');
  });

  it('gives one person one say over all stages', () => {
    const second = after(asked(), avery);
    assert.deepEqual(names(second), ['Ada Admin']);
    assert.equal(refusal(second, avery), 'twice');
  });

  it('tells who comes too early that their stage comes later', () => {
    assert.equal(refusal(asked(), ada), 'later stage');
    assert.equal(refusal(asked(), nico), 'not an approver');
  });

  it('bars who asked and, where the rule says so, who wrote it', () => {
    assert.equal(refusal(asked(), dana), 'own request');
    assert.equal(refusal(asked(staged, [avery.id]), avery), 'committer');
    assert.deepEqual(names(asked(staged, [avery.id])), ['Noor Operator']);
  });
});

describe('a delegate', () => {
  const given: Delegation[] = [{ from: avery, to: nico, until: 1_000 }];

  it('decides with the say of who gave it away, which is used then', () => {
    assert.deepEqual(names(asked(), given), ['Avery Approver', 'Noor Operator', 'Nico Newcomer']);
    const second = after(asked(), nico, { delegations: given });
    assert.equal(second.approvals[0]?.onBehalfOf?.name, 'Avery Approver');
    assert.equal(refusal(second, avery, { delegations: given }), 'twice');
    assert.equal(second.pending[1]?.detail?.['outcome'], `1 of 2, for ${avery.id}`);
  });

  it('has nothing to decide once that say was used, and never for who asked', () => {
    const second = after(asked(), avery);
    assert.equal(refusal(second, nico, { delegations: given }), 'not an approver');
    const toRequester: Delegation[] = [{ from: avery, to: dana, until: 1_000 }];
    assert.equal(refusal(asked(), dana, { delegations: toRequester }), 'own request');
    const fromRequester: Delegation[] = [{ from: dana, to: nico, until: 1_000 }];
    assert.equal(refusal(asked(), nico, { delegations: fromRequester }), 'not an approver');
  });

  it('can not give back in a circle', () => {
    assert.equal(wouldCircle(given, nico, avery), true);
    assert.equal(wouldCircle(given, noor, avery), false);
    assert.equal(wouldCircle(given, avery, avery), true);
  });
});

describe('an approval that nobody decides', () => {
  const rule: ApprovalRule = {
    ...staged,
    stages: undefined,
    required: 1,
    remindAfterSeconds: 600,
    escalateAfterSeconds: 1_800,
    escalateTo: { group: 'change-board' },
  };
  const at = (approval: Approval, seconds: number) => play(approval, { kind: 'time' }, { now: seconds * 1000 });

  it('reminds once, then lets others decide too, then expires', () => {
    const first = asked(rule);
    const reminded = at(first, 600).next;
    assert.ok(reminded);
    assert.equal(reminded.pending.at(-1)?.key, 'call:reminded');
    assert.equal(at(reminded, 700).next?.pending.length, reminded.pending.length, 'once');
    assert.equal(refusal(reminded, ada), 'not an approver');
    const escalated = at(reminded, 1_800).next;
    assert.ok(escalated);
    assert.deepEqual(names(escalated), ['Avery Approver', 'Noor Operator', 'Ada Admin']);
    assert.equal(after(escalated, ada).state, 'approved');
    assert.equal(at(escalated, 7_200).next?.state, 'expired');
  });
});

describe('an approval rule of the catalog', () => {
  const problems: [string, RegExp][] = [
    ['{ required: 1, stages: [{ name: a, required: 1, role: approver }] }', /either required or stages/],
    ['{}', /either required or stages/],
    ['{ stages: [{ name: a, required: 1 }] }', /either a role or a group/],
    ['{ stages: [{ name: a, required: 1, group: nobody }] }', /no group nobody/],
    ['{ stages: [{ name: a, required: 1, role: viewer }] }', /no right to approve/],
    ['{ required: 1, escalateAfterSeconds: 5 }', /escalateTo together/],
    ['{ required: 1, evidence: { verifiedIn: { environment: moon, is: required } } }', /no environment moon/],
  ];
  for (const [rule, problem] of problems)
    it(`is refused with the line: ${problem.source}`, () => {
      const text = sampleCatalogText.replace('deploy: { required: 1 }', `deploy: ${rule}`);
      assert.notEqual(text, sampleCatalogText);
      const result = parseCatalog(text, 'catalog.yaml');
      assert.ok('problems' in result);
      assert.match(result.problems.join('\n'), problem);
    });
});
