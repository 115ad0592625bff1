import assert from 'node:assert/strict';
import { parseCatalog } from '../../../../src/core/catalog';
import type { ApprovalRule } from '../../../../src/core/catalog';
import { evidenceFact, passedEvidence } from '../../../../src/features/approvals';
import { decidersOf } from '../../../../src/features/approvals/policy';
import { approvalFacts } from '../../../../src/features/deployments/picker/cards';
import type { Preview } from '../../../../src/features/deployments/picker/facts';
import { blocksOf, outlookOf } from '../../../../src/features/deployments/picker/facts';
import { people, sampleCatalogText } from '../../fakes';
import { asked } from './picker-world';

const rule = (required: number): ApprovalRule => ({
  required,
  role: 'approver',
  requesterMayApprove: false,
  expiresAfterSeconds: 60,
});
const release = { version: '2.14.0', commit: 'new', createdAt: 0 };
const preview: Preview = {
  release,
  running: { version: '2.13.0', commit: 'old', since: 0 },
  report: {
    service: 'shop',
    environment: 'production',
    state: 'healthy',
    trouble: '',
    loneFailure: false,
    since: 0,
    live: { found: 'none' },
    figures: undefined,
    readAt: 0,
  },
  commits: [],
  direction: 'forward',
  onItsWay: undefined,
  failedBefore: undefined,
  obstacles: [],
  evidence: [],
  noWayBack: undefined,
  approvers: [],
  isPractice: false,
  needsSecondApproval: false,
};
const freeze = {
  rule: 'freeze',
  id: '1 Noor',
  what: 'production is frozen until Monday',
  detail: 'until Monday by Noor: “finance is closing the books”',
  cure: 'Ada can override it with a reason.',
  overridable: false,
} as const;
const lock = {
  rule: 'lock',
  id: '1 noor',
  what: 'shop in production is locked by Noor (a \\(b\\))',
  detail: 'by Noor: “a (b)”',
  cure: 'You’re number 1 in line.',
  overridable: false,
} as const;
const open = { ...lock, cure: 'To get in line, type “lock shop in production”.', getInLine: 'lock shop in production' };
const missing = { title: 'Verified', holds: false, words: '2.14.0 wasn’t verified in staging', required: true };

describe('what a picker says a request would lead to', () => {
  const table: [string, number, Partial<Preview>, RegExp, boolean, boolean][] = [
    [
      'nothing in the way',
      0,
      {},
      /requested yet\.\*\* Once requested, the deployment starts right away\. No approval is needed\.$/,
      true,
      false,
    ],
    ['an approval', 1, {}, /requested yet\.\*\* The deployment starts once another person approves it\.$/, true, false],
    ['two approvals', 2, {}, /The deployment starts once 2 people approve it\.$/, true, false],
    [
      'a freeze',
      2,
      { obstacles: [freeze] },
      /^\*\*You can’t deploy 2\.14\.0 now\.\*\* You can request it once the freeze ends\.$/,
      false,
      false,
    ],
    [
      'a freeze and a lock',
      2,
      { obstacles: [freeze, lock] },
      /You can request it once nothing blocks it\.$/,
      false,
      false,
    ],
    [
      'a lock',
      0,
      { obstacles: [open] },
      /^\*\*You can’t deploy 2\.14\.0 now\.\*\* Get in line, and Gavel will tell you/,
      false,
      false,
    ],
    ['a lock with this person in line', 0, { obstacles: [lock] }, /now\.\*\* Gavel will tell you when/, false, false],
    [
      'a second approval by the catalog',
      0,
      { needsSecondApproval: true },
      /\*\* The deployment will be requested once a second person approves it\.$/,
      true,
      false,
    ],
    [
      'a second approval by the catalog, then an approval',
      2,
      { needsSecondApproval: true, onItsWay: asked(1041) },
      /The deployment will be requested once a second person approves it\. Then it starts once 2 people approve it, and when D-1041 finishes\.$/,
      true,
      false,
    ],
    [
      'practice',
      1,
      { isPractice: true },
      /This is practice: the deployment starts once Gavel approves it\.$/,
      true,
      false,
    ],
    [
      'a freeze that this person may override',
      1,
      { obstacles: [{ ...freeze, overridable: true }] },
      /requested yet\.\*\* You can override the freeze with a reason and request 2\.14\.0 anyway\. The deployment starts once another/,
      true,
      true,
    ],
    [
      'a freeze that may be overridden and a lock that may not',
      1,
      { obstacles: [{ ...freeze, overridable: true }, lock] },
      /^\*\*You can’t deploy 2\.14\.0 now\.\*\* Gavel will tell you when/,
      false,
      false,
    ],
    [
      'required evidence that is missing',
      1,
      { evidence: [missing] },
      /Approvals given now won’t count: 2\.14\.0 wasn’t verified in staging\.$/,
      true,
      false,
    ],
    ['evidence that is only shown', 1, { evidence: [{ ...missing, required: false }] }, /approves it\.$/, true, false],
    [
      'what runs already',
      1,
      { running: { version: '2.14.0', commit: 'new', since: 0 } },
      /That release is already live\. Choose another/,
      false,
      false,
    ],
    [
      'another one on its way',
      0,
      { onItsWay: asked(1041) },
      /Once requested, the deployment starts when D-1041 finishes\. No approval/,
      true,
      false,
    ],
  ];
  for (const [what, required, more, sentence, canAsk, overrides] of table)
    it(what, () => {
      const outlook = outlookOf(rule(required), { ...preview, ...more }, 'deploy 2.14.0');
      assert.match(outlook.sentence, sentence);
      assert.deepEqual([outlook.canAsk, outlook.overrides], [canAsk, overrides]);
    });
});

describe('the evidence that a preview lists', () => {
  it('is what holds, with its age, except what the card says anyway', () => {
    const tests = { title: 'Smoke\u00A0tests', holds: true, words: 'smoke passed in staging 12\u00A0min ago (T-1002)' };
    const health = { title: 'Health\u00A0now', holds: true, words: 'the service is healthy', required: true };
    const named = { title: 'Ticket', holds: true, words: 'SHOP-7', page: 'https://tickets.example/SHOP-7' };
    assert.deepEqual(
      passedEvidence([missing, health, { ...tests, required: true }, { ...named, required: false }], health.title).map(
        evidenceFact,
      ),
      [
        { title: tests.title, value: '✓\u00A0smoke passed in staging 12\u00A0min ago \\(T-1002\\)' },
        { title: 'Ticket', value: '✓\u00A0[SHOP-7](https://tickets.example/SHOP-7)' },
      ],
    );
  });
});

describe('who can approve, on the picker', () => {
  const parsed = parseCatalog(sampleCatalogText);
  const catalog = 'catalog' in parsed ? parsed.catalog : assert.fail();
  const target = { service: 'shop', environment: 'production' };
  const facts = (more: Partial<ApprovalRule>, requester: string, authors?: readonly string[]) => {
    const asked = { ...rule(1), ...more };
    const people = authors && { authors: { people: authors.map((name) => ({ name })), gap: undefined } };
    const request = { target, requester: { id: requester, name: '' }, rule: asked, ...people };
    const approvers = decidersOf(catalog, { request, approvals: [] });
    return approvalFacts(asked, { approvers, isPractice: false, needsSecondApproval: false });
  };

  it('are the people whom the rule lets approve, without the requester', () => {
    assert.deepEqual(facts({}, people.dana.id), [
      { title: 'Approval', value: '1\u00a0approval from an approver; you can’t approve' },
      { title: 'Can\u00A0approve', value: 'Avery Approver or Noor Operator' },
    ]);
    assert.equal(facts({}, people.noor.id)[1]?.value, 'Avery Approver');
  });

  it('leaves out the authors if the rule bars them', () => {
    const barred = { committersMayApprove: false };
    assert.equal(facts(barred, people.dana.id, ['Noor Operator'])[1]?.value, 'Avery Approver');
    assert.match(facts(barred, people.dana.id)[0]?.value ?? '', /you and its authors can’t approve/);
  });

  it('says that nobody can if the only holder requests it', () => {
    assert.equal(facts({ role: 'admin' }, people.ada.id)[1]?.value, 'Nobody yet');
  });

  it('mentions Gavel in practice, and the second approval that the catalog requires', () => {
    const given = { approvers: [], isPractice: false, needsSecondApproval: false };
    assert.deepEqual(approvalFacts(rule(1), { ...given, isPractice: true }), [
      { title: 'Approval', value: 'By Gavel, for practice' },
    ]);
    const second = { ...given, needsSecondApproval: true };
    const value = 'A second person, before it’s requested';
    assert.deepEqual(approvalFacts(rule(0), second), [{ title: 'Approval', value }]);
    for (const isPractice of [true, false])
      assert.deepEqual(approvalFacts(rule(1), { ...second, isPractice }).at(-1), { title: 'Also\u00A0needed', value });
    assert.deepEqual(approvalFacts(rule(0), given), [{ title: 'Approval', value: 'Not needed' }]);
  });
});

describe('the obstacles at the top of a picker', () => {
  it('show the reason as it was written, and offer the line if this person is not in it yet', () => {
    assert.deepEqual(blocksOf({ obstacles: [open] }), {
      blocks: [{ glyph: '▣', color: 'Warning', word: 'Locked', text: 'by Noor: “a (b)”.' }],
      getInLine: 'lock shop in production',
    });
    assert.deepEqual(blocksOf({ obstacles: [lock, freeze] }), {
      blocks: [
        { glyph: '▣', color: 'Warning', word: 'Locked', text: 'by Noor: “a (b)”. You’re number 1 in line.' },
        {
          glyph: '❅',
          color: 'Warning',
          word: 'Frozen',
          text: 'until Monday by Noor: “finance is closing the books”. Ada can override it with a reason.',
        },
      ],
      getInLine: '',
    });
  });
});
