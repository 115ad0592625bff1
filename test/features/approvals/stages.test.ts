import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { parseCatalog } from '../../../src/core/catalog';
import type { ApprovalRule } from '../../../src/core/catalog';
import type { Delegation } from '../../../src/features/approvals/delegations/workflow';
import { decidersOf } from '../../../src/features/approvals/policy';
import type { Approval } from '../../../src/features/approvals/record';
import { approvalTransition } from '../../../src/features/approvals/workflow';
import type { ApprovalEvent, ApprovalVerdict } from '../../../src/features/approvals/workflow';
import { people, sampleCatalogText } from '../fakes';
import { approvalUnder, approveBy, contextIn } from './samples';

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
const asked = (rule: ApprovalRule = staged, committerIds: readonly string[] = []): Approval =>
  approvalUnder(rule, { committerIds });

interface Given {
  readonly delegations?: readonly Delegation[];
  readonly now?: number;
}

function play(approval: Approval, event: ApprovalEvent, { delegations = [], now = 10 }: Given = {}): ApprovalVerdict {
  return approvalTransition(approval, event, contextIn(catalog, { now, delegations }));
}

function changed(verdict: ApprovalVerdict) {
  assert.ok(verdict && 'record' in verdict, JSON.stringify(verdict));
  return verdict;
}

const after = (approval: Approval, person: Person, given?: Given): Approval =>
  changed(play(approval, approveBy(person), given)).record;

const refusal = (approval: Approval, person: Person, given?: Given): string =>
  play(approval, approveBy(person), given)?.refusal ?? 'none';

const names = (approval: Approval, delegations?: readonly Delegation[]): string[] =>
  decidersOf(catalog, approval, delegations).map(({ name }) => name);

describe('an approval in stages', () => {
  it('asks one stage after another, each with its own people', () => {
    const first = asked();
    assert.deepEqual(names(first), ['Avery Approver', 'Noor Operator']);
    const second = after(first, noor);
    assert.equal(second.state, 'waiting');
    assert.deepEqual(names(second), ['Ada Admin', 'Avery Approver']);
    assert.equal(after(second, ada).state, 'approved');
  });

  it('gives one person one vote over all stages', () => {
    const second = after(asked(), avery);
    assert.deepEqual(names(second), ['Ada Admin']);
    assert.equal(refusal(second, avery), 'twice');
  });

  it('tells people who come too early that their stage comes later', () => {
    assert.equal(refusal(asked(), ada), 'later stage');
    assert.equal(refusal(asked(), nico), 'not an approver');
  });

  it('bars the requester and, if the rule says so, the authors', () => {
    assert.equal(refusal(asked(), dana), 'own request');
    assert.equal(refusal(asked(staged, [avery.id]), avery), 'committer');
    assert.deepEqual(names(asked(staged, [avery.id])), ['Noor Operator']);
  });
});

describe('a delegate', () => {
  const given: Delegation[] = [{ from: avery, to: nico, until: 1_000 }];

  it('decides with the vote of the person they replace, which is then used', () => {
    assert.deepEqual(names(asked(), given), ['Avery Approver', 'Noor Operator', 'Nico Newcomer']);
    const { record: second, effects } = changed(play(asked(), approveBy(nico), { delegations: given }));
    assert.equal(second.approvals[0]?.onBehalfOf?.name, 'Avery Approver');
    assert.equal(refusal(second, avery, { delegations: given }), 'twice');
    const [audit] = effects ?? [];
    assert.equal(audit?.kind === 'audit' && audit.outcome, `1 of 2, for ${avery.id}`);
  });

  it('has nothing to decide once that vote was used, and never for the requester', () => {
    const second = after(asked(), avery);
    assert.equal(refusal(second, nico, { delegations: given }), 'not an approver');
    const toRequester: Delegation[] = [{ from: avery, to: dana, until: 1_000 }];
    assert.equal(refusal(asked(), dana, { delegations: toRequester }), 'own request');
    const fromRequester: Delegation[] = [{ from: dana, to: nico, until: 1_000 }];
    assert.equal(refusal(asked(), nico, { delegations: fromRequester }), 'not an approver');
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
  const at = (approval: Approval, seconds: number) =>
    changed(play(approval, { type: 'time' }, { now: seconds * 1000 }));

  it('reminds once, then lets others decide, too, then expires', () => {
    const first = asked(rule);
    const { record: reminded, effects } = at(first, 600);
    assert.deepEqual(effects, [{ kind: 'call', key: 'call:reminded', why: 'reminded' }]);
    assert.deepEqual(at(reminded, 700).effects, [], 'once');
    assert.equal(refusal(reminded, ada), 'not an approver');
    const { record: escalated, effects: called } = at(reminded, 1_800);
    assert.deepEqual(
      called?.map(({ kind }) => kind),
      ['audit', 'publish', 'call'],
    );
    assert.deepEqual(names(escalated), ['Avery Approver', 'Noor Operator', 'Ada Admin']);
    assert.equal(after(escalated, ada).state, 'approved');
    assert.equal(at(escalated, 7_200).record.state, 'expired');
  });
});

describe('an approval rule of the catalog', () => {
  const problems: [string, RegExp][] = [
    ['{ required: 1, stages: [{ name: a, required: 1, role: approver }] }', /either required or stages/],
    ['{}', /either required or stages/],
    ['{ stages: [{ name: a, required: 1 }] }', /either a role or a group/],
    ['{ stages: [{ name: a, required: 1, group: nobody }] }', /no group nobody/],
    ['{ stages: [{ name: a, required: 1, role: viewer }] }', /no permission to approve/],
    ['{ required: 1, escalateAfterSeconds: 5 }', /escalateTo together/],
    [
      '{ required: 1, evidence: { tests: [{ suite: smoke, environment: moon, is: required }] } }',
      /no environment moon/,
    ],
    ['{ required: 1, evidence: { verifiedIn: { environment: moon, is: required } } }', /no environment moon/],
  ];
  for (const [rule, problem] of problems)
    it(`is rejected with its line: ${problem.source}`, () => {
      const text = sampleCatalogText.replace('deploy: { required: 1 }', `deploy: ${rule}`);
      assert.notEqual(text, sampleCatalogText);
      const result = parseCatalog(text, 'catalog.yaml');
      assert.ok('problems' in result);
      assert.match(result.problems.join('\n'), problem);
    });
});
