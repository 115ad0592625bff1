import assert from 'node:assert/strict';
import { narrowed } from '../../../src/features/roles/narrow';

const now = Date.UTC(2026, 10, 20, 13, 0);
const day = 86_400_000;
const known = { services: ['shop', 'search'], environments: ['staging', 'production'] };
const read = (note: string, wanted = {}): unknown => {
  const found = narrowed(wanted, note, known, now, 'UTC');
  return 'unread' in found ? `? ${found.unread}` : found.given;
};

describe('what an approver writes to give less', () => {
  for (const [note, given] of [
    ['', {}],
    ['welcome aboard', {}],
    ['only staging', { environments: ['staging'] }],
    ['only on shop in staging', { services: ['shop'], environments: ['staging'] }],
    ['only staging until 2026-11-25 because she is new', { environments: ['staging'], until: Date.UTC(2026, 10, 26) }],
    ['for 7 days in staging please', { environments: ['staging'], until: Date.UTC(2026, 10, 28) }],
  ] as const)
    it(`reads “${note}”`, () => assert.deepEqual(read(note), given));

  it('gives nothing when the words are not understood: it may be less that was meant', () => {
    for (const note of ['only the small things', 'not production', 'until he knows it', 'just shop and billing'])
      assert.match(String(read(note)), /^\? /, note);
  });

  it('never gives more than was asked', () => {
    const asked = { environments: ['staging'], until: now + day };
    assert.match(String(read('only production', asked)), /production, which was not asked for/);
    assert.deepEqual(read('for 30 days', asked), asked);
  });

  it('takes the earlier of two ends, of the card and of the note', () => {
    assert.deepEqual(read('for 30 days for 1 day'), { until: Date.UTC(2026, 10, 22) });
  });
});
