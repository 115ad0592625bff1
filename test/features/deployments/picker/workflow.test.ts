import assert from 'node:assert/strict';
import { blockedCardTransition } from '../../../../src/features/deployments/picker/workflow';

const card = {
  ...{ service: 'shop', environment: 'production', kind: 'deploy' as const, owner: 'dana' },
  ...{ blocks: ['freeze', 'lock'], expiresAt: 3_600_000 },
} as const;
const noted = { ...card, wakeAt: 5_000 };
const redraw = { kind: 'redraw', topic: 'redraw' };

describe('a card that a freeze or a lock blocks', () => {
  const cases = [
    ['is checked again while the same blocks it', ['freeze', 'lock'], 1_000, 6_000, []],
    ['is drawn again when one of them has ended, and still checked', ['lock'], 1_000, 6_000, [redraw]],
    ['is drawn again when nothing blocks it anymore, and no longer checked', [], 1_000, undefined, [redraw]],
    ['is no longer checked once it expires', ['freeze', 'lock'], 3_599_000, undefined, []],
  ] as const;
  for (const [title, blocks, now, wakeAt, effects] of cases)
    it(title, () => {
      const verdict = blockedCardTransition(noted, { type: 'checked', blocks }, { now });
      assert.deepEqual(verdict, { record: { ...card, blocks, wakeAt }, effects });
    });

  it('is noted with what blocks it, and again after its owner chose something else', () => {
    assert.deepEqual(blockedCardTransition(undefined, { type: 'blocked', card }, { now: 0 }), { record: noted });
    const other = { ...card, environment: 'staging' };
    const again = blockedCardTransition(noted, { type: 'blocked', card: other }, { now: 1_000 });
    assert.deepEqual(again, { record: { ...other, wakeAt: 6_000 } });
  });

  it('that was never noted is left alone', () => {
    assert.equal(blockedCardTransition(undefined, { type: 'checked', blocks: [] }, { now: 0 }), undefined);
  });
});
