import assert from 'node:assert/strict';
import { statuses } from '../../src/core/card';
import { filesBelow, textOf } from './source-files';

/**
 * The status words of the visual language: a glyph, its word, the tone of the band and the color in rows. A card can replace the word with a more exact one
 * (`2 failed`), but never the glyph or the tone.
 */
const guide: readonly (readonly [name: string, glyph: string, word: string, tone: string, color: string])[] = [
  ['draft', '○', 'Draft', 'emphasis', 'Default'],
  ['waiting', '◔', 'Waiting', 'warning', 'Warning'],
  ['approved', '◑', 'Approved', 'accent', 'Accent'],
  ['queued', '◔', 'Queued', 'accent', 'Accent'],
  ['held', '◔', 'Held', 'warning', 'Warning'],
  ['running', '◕', 'Running', 'accent', 'Accent'],
  ['stopping', '◧', 'Stopping', 'accent', 'Accent'],
  ['verifying', '◉', 'Verifying', 'accent', 'Accent'],
  ['succeeded', '✓', 'Succeeded', 'good', 'Good'],
  ['passed', '✓', 'Passed', 'good', 'Good'],
  ['flaky', '≈', 'Flaky', 'warning', 'Warning'],
  ['with warnings', '✓', 'With warnings', 'warning', 'Warning'],
  ['was live', '✓', 'Was live', 'emphasis', 'Default'],
  ['failed', '✕', 'Failed', 'attention', 'Attention'],
  ['rolled back', '↺', 'Rolled back', 'warning', 'Warning'],
  ['rejected', '⊘', 'Rejected', 'emphasis', 'Default'],
  ['refused', '⊘', 'Not done', 'emphasis', 'Default'],
  ['expired', '○', 'Expired', 'emphasis', 'Default'],
  ['cancelled', '⊠', 'Canceled', 'emphasis', 'Default'],
  ['superseded', '»', 'Superseded', 'emphasis', 'Default'],
  ['unclear', '?', 'Unclear', 'warning', 'Warning'],
  ['healthy', '●', 'Healthy', 'good', 'Good'],
  ['degraded', '▲', 'Degraded', 'warning', 'Warning'],
  ['down', '▼', 'Down', 'attention', 'Attention'],
  ['unknown', '?', 'Unknown', 'emphasis', 'Default'],
  ['locked', '▣', 'Locked', 'warning', 'Warning'],
  ['frozen', '❅', 'Frozen', 'warning', 'Warning'],
  ['firing', '◆', 'Firing', 'attention', 'Attention'],
  ['acknowledged', '◇', 'Acknowledged', 'warning', 'Warning'],
  ['flapping', '◈', 'Flapping', 'warning', 'Warning'],
  ['resolved', '●', 'Resolved', 'good', 'Good'],
  ['storm over', '●', 'Over', 'emphasis', 'Default'],
  ['silenced', '◌', 'Silenced', 'emphasis', 'Default'],
  ['preview', '○', 'Preview', 'warning', 'Warning'],
  ['emergency', '◆', 'Emergency', 'attention', 'Attention'],
  // Something was done as requested. Green is only for what was verified.
  ['done', '✓', 'Done', 'emphasis', 'Default'],
];

interface State {
  readonly glyph: string;
  readonly word: string;
  readonly tone: string;
}

/** Why this isn't a state of the guide; empty if it is one, or if the card has none. */
function objectionTo({ glyph, word, tone }: State): string {
  if (glyph === '' && word === '' && tone === 'emphasis') return '';
  if (!guide.some(([, known, , itsTone]) => known === glyph && itsTone === tone)) return `${glyph} isn’t ${tone}`;
  const own = guide.find(([, , known]) => known === word);
  const same = guide.some(([, known, itsWord, itsTone]) => known === glyph && itsWord === word && itsTone === tone);
  return own && !same ? `“${word}” has the glyph ${own[1]} and the tone ${own[3]}` : '';
}

describe('the states of the cards', () => {
  it('are in one table, following the visual language', () => {
    for (const [name, { glyph, word, tone, color }] of Object.entries(statuses))
      assert.deepEqual(
        [name, glyph, word, tone, color],
        guide.find(([known]) => known === name),
        name,
      );
  });

  for (const sample of filesBelow('cards', '.sample.json')) {
    const { state } = JSON.parse(textOf(sample)) as { state?: State };
    if (state) it(`${sample} shows one of them, or none`, () => assert.equal(objectionTo(state), ''));
  }

  for (const sample of filesBelow('cards/policy', '.sample.json')) {
    const { rows } = JSON.parse(textOf(sample)) as { rows: readonly { glyph: string }[] };
    it(`${sample} has no bullet that looks like a radio button`, () =>
      assert.ok(rows.every(({ glyph }) => glyph !== '○')));
  }

  it('are rejected with another tone, glyph or word', () => {
    assert.equal(objectionTo({ glyph: '✓', word: '3 passed', tone: 'good' }), '');
    assert.match(objectionTo({ glyph: '◔', word: 'To be reviewed', tone: 'attention' }), /isn’t attention/);
    assert.match(objectionTo({ glyph: '○', word: 'Open', tone: 'good' }), /isn’t good/);
    assert.match(objectionTo({ glyph: '◔', word: 'Approved', tone: 'warning' }), /has the glyph ◑/);
  });
});
