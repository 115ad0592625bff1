import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AdaptiveCards } from '@microsoft/adaptivecards-tools';
import { cardLimitBytes, renderCard, weightBytes } from '../../src/core/card';
import { filesBelow, root, textOf } from './source-files';

const samples = filesBelow('cards', '.sample.json');
const templates = filesBelow('cards', '.json').filter((path) => !path.endsWith('.sample.json'));

interface Element {
  type?: string;
  [key: string]: unknown;
}

/** Every object with a type, at any depth, fallbacks left out. */
function elements(value: unknown): Element[] {
  if (Array.isArray(value)) return value.flatMap(elements);
  if (value === null || typeof value !== 'object') return [];
  const own = typeof (value as Element).type === 'string' ? [value as Element] : [];
  const below = Object.entries(value).filter(([key]) => key !== 'fallback' && key !== 'data');
  return [...own, ...below.flatMap(([, item]) => elements(item))];
}

function withoutFallbacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFallbacks);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(
    ([key]) => !(key === 'fallback' && (value as Element).type === 'Action.Execute'),
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutFallbacks(item)]));
}

describe('every card', () => {
  it('has a sample', () => {
    for (const path of templates)
      assert.ok(existsSync(join(root, path.replace(/\.json$/, '.sample.json'))), `${path} has no sample`);
  });

  for (const sample of samples) {
    const name = `${basename(dirname(sample))}/${basename(sample).split('.')[0]}`;
    describe(sample, () => {
      const data = JSON.parse(textOf(sample)) as Record<string, unknown>;
      const card = renderCard(name, data);
      const parts = elements(card);

      it('is version 1.5 with a summary that is its fallback text', () => {
        assert.equal(card['version'], '1.5');
        assert.equal(typeof data['summary'], 'string');
        assert.equal(card['fallbackText'], data['summary']);
      });

      it('weighs less than the limit', () =>
        assert.ok(weightBytes(card) < cardLimitBytes, `${weightBytes(card)} bytes`));

      it('wraps its text, labels its inputs and describes its pictures', () => {
        for (const part of parts) {
          if (part.type === 'TextBlock') assert.equal(part['wrap'], true, JSON.stringify(part));
          if (part.type?.startsWith('Input.')) assert.ok(part['label'], JSON.stringify(part));
          if (part.type === 'Image') assert.ok(part['altText'] && part['url'], JSON.stringify(part).slice(0, 200));
        }
      });

      it('offers at most three buttons in a row, each with its verb and its fallback', () => {
        for (const part of parts) {
          if (part.type === 'ActionSet') assert.ok((part['actions'] as unknown[]).length <= 3, JSON.stringify(part));
          if (part.type !== 'Action.Execute') continue;
          assert.match(String(part['verb']), /^[a-z]+\.[a-z-]+$/);
          const fallback = part['fallback'] as { type: string; data: { verb: string } };
          assert.equal(fallback.type, 'Action.Submit');
          assert.equal(fallback.data.verb, part['verb']);
          // `by` is the id of whoever wrote the line that the button runs.
          const keys = Object.keys(part['data'] as object).filter((key) => key !== 'by');
          assert.deepEqual(keys, ['id'], 'ids, never facts');
        }
      });

      it('uses no element or color outside the visual language', () => {
        for (const part of parts) {
          assert.ok(!['ProgressBar', 'Badge', 'Media'].includes(part.type ?? ''), part.type);
          if (part.type === 'TextBlock') assert.equal(part['color'], undefined, JSON.stringify(part));
        }
      });

      it('comes out of adaptivecards-tools just the same', () => {
        const template = JSON.parse(textOf(`cards/${name}.json`)) as object;
        const byTools = AdaptiveCards.declare(template).render(data);
        assert.deepEqual(withoutFallbacks(card), withoutFallbacks(JSON.parse(JSON.stringify(byTools))));
      });
    });
  }
});
