import assert from 'node:assert/strict';
import { withEffects } from '../../src/workflows';

describe('effects on one topic', () => {
  const on = (topic: string, count: number) => ({ kind: 'draw', topic, count });
  const countsOf = (kept: ReturnType<typeof withEffects>) => kept.pending.map(({ detail }) => detail?.['count']);

  it('are replaced by the latest, except one that may be in progress', () => {
    let kept = withEffects(undefined, {}, [on('card', 1), on('other', 2), on('card', 3)], 1_000);
    kept = withEffects(kept, {}, [on('card', 4)], 2_000);
    kept = withEffects(kept, {}, [on('card', 5), { kind: 'draw', topic: 'third', key: 'own' }], 3_000);
    assert.deepEqual(countsOf(kept), [1, 2, 5, undefined]);
    assert.equal(new Set(kept.pending.map(({ key }) => key)).size, 4);
  });
});
