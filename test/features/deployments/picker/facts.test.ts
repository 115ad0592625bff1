import assert from 'node:assert/strict';
import { parseCatalog } from '../../../../src/core/catalog';
import type { ApprovalRule } from '../../../../src/core/catalog';
import { outlookOf } from '../../../../src/features/deployments/picker/facts';
import { nameApprovers } from '../../../../src/features/deployments/picker/cards';
import type { Preview } from '../../../../src/features/deployments/picker/facts';
import { asked } from './picker-world';
import { people, sampleCatalogText } from '../../fakes';

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
    running: undefined,
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
};
const freeze = {
  rule: 'freeze',
  what: 'production is frozen until Monday',
  cure: 'Ada may.',
  overridable: false,
} as const;
const lock = { rule: 'lock', what: 'Noor holds the lock', cure: 'Wait.', overridable: false } as const;
const missing = { title: 'Verified', holds: false, words: '2.14.0 was not verified in staging', required: true };

describe('what a picker says would come of asking', () => {
  const table: [string, number, Partial<Preview>, RegExp, boolean, boolean][] = [
    ['nothing in the way', 0, {}, /^It starts as soon as you ask/, true, false],
    ['an approval', 1, {}, /^It starts once another person has approved\.$/, true, false],
    ['two approvals', 2, {}, /^It starts once 2 people have approved\.$/, true, false],
    [
      'a freeze',
      2,
      { obstacles: [freeze] },
      /^It can't be requested now: production is frozen until Monday\.$/,
      false,
      false,
    ],
    ['a lock', 0, { obstacles: [lock] }, /^It can't be requested now: Noor holds the lock\.$/, false, false],
    [
      'a freeze that this person may override',
      1,
      { obstacles: [{ ...freeze, overridable: true }] },
      /^Production is frozen.*all the same, with a reason\. It starts once another/,
      true,
      true,
    ],
    [
      'a freeze that may be overridden and a lock that may not',
      1,
      { obstacles: [{ ...freeze, overridable: true }, lock] },
      /^It can't be requested now: Noor holds the lock\.$/,
      false,
      false,
    ],
    [
      'required evidence that is missing',
      1,
      { evidence: [missing] },
      /No approval counts yet: 2\.14\.0 was not verified in staging\.$/,
      true,
      false,
    ],
    ['evidence that is only shown', 1, { evidence: [{ ...missing, required: false }] }, /approved\.$/, true, false],
    [
      'what runs already',
      1,
      { running: { version: '2.14.0', commit: 'new', since: 0 } },
      /already live there/,
      false,
      false,
    ],
    ['another one on its way', 0, { onItsWay: asked(1041) }, /^It starts when D-1041 has ended/, true, false],
  ];
  for (const [what, required, more, sentence, canAsk, overrides] of table)
    it(what, () => {
      const outlook = outlookOf(rule(required), { ...preview, ...more });
      assert.match(outlook.sentence, sentence);
      assert.deepEqual([outlook.canAsk, outlook.overrides], [canAsk, overrides]);
    });
});

describe('who can approve, on the picker', () => {
  const parsed = parseCatalog(sampleCatalogText);
  const catalog = 'catalog' in parsed ? parsed.catalog : assert.fail();
  const names = (more: Partial<ApprovalRule>, asker: string): string =>
    nameApprovers(catalog, { ...rule(1), ...more }, { service: 'shop', environment: 'production' }, asker);

  it('names nobody who might be excluded as an author without saying so', () => {
    assert.equal(names({}, people.dana.id), 'Avery Approver or Noor Operator');
    assert.equal(
      names({ committersMayApprove: false }, people.dana.id),
      'Avery Approver or Noor Operator, but nobody who wrote part of it',
    );
  });

  it('says that nobody can decide where the only holder asks', () => {
    assert.equal(names({ role: 'admin' }, people.ada.id), 'Nobody who can decide yet');
  });
});
