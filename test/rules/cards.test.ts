import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AdaptiveCards } from '@microsoft/adaptivecards-tools';
import { cardLimitBytes, completeCard, renderCard, weightBytes } from '../../src/core/card';
import type { CardJson } from '../../src/core/card';
import { filesBelow, root, textOf } from './source-files';

const samples = filesBelow('cards', '.sample.json');
const templates = filesBelow('cards', '.json').filter((path) => !path.endsWith('.sample.json'));

interface Element {
  type?: string;
  [key: string]: unknown;
}

/** Every object with a type, at any depth, without fallbacks. */
function elements(value: unknown): Element[] {
  if (Array.isArray(value)) return value.flatMap(elements);
  if (value === null || typeof value !== 'object') return [];
  const own = typeof (value as Element).type === 'string' ? [value as Element] : [];
  const below = Object.entries(value).filter(([key]) => key !== 'fallback' && key !== 'data');
  return [...own, ...below.flatMap(([, item]) => elements(item))];
}

const hasWords = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const listIn = (part: Element, name: string): { title: string; value: string }[] =>
  (part[name] ?? []) as { title: string; value: string }[];
/** For every element except a fact. */
const namesWithoutMarkdown = ['fallbackText', 'title', 'label', 'placeholder', 'errorMessage', 'altText', 'tooltip'];

describe('every card', () => {
  it('has a sample', () => {
    for (const path of templates)
      assert.ok(existsSync(join(root, path.replace(/\.json$/, '.sample.json'))), `${path} has no sample`);
  });

  it('folds nothing out, because an edit of the message would close it', () => {
    for (const path of templates) assert.doesNotMatch(textOf(path), /Action\.ShowCard/, path);
  });

  for (const sample of samples) {
    const name = `${basename(dirname(sample))}/${basename(sample).split('.')[0]}`;
    describe(sample, () => {
      const data = JSON.parse(textOf(sample)) as Record<string, unknown>;
      const card = renderCard(name, data);
      const parts = elements(card);
      // Its buttons also carry the line that shows it again.
      const isHelp = name.startsWith('help/');

      it('is version 1.5 with a summary that is its fallback text', () => {
        assert.equal(card['version'], '1.5');
        assert.equal(typeof data['summary'], 'string');
        assert.equal(card['fallbackText'], data['summary']);
      });

      it('is smaller than the limit', () =>
        assert.ok(weightBytes(card) < cardLimitBytes, `${weightBytes(card)} bytes`));

      it('wraps its text and describes its pictures', () => {
        for (const part of parts) {
          if (part.type === 'TextBlock') assert.equal(part['wrap'], true, JSON.stringify(part));
          if (part.type === 'Image') assert.ok(part['altText'] && part['url'], JSON.stringify(part).slice(0, 200));
        }
      });

      it('has no action without a title, no input without a label and no empty text', () => {
        for (const part of parts) {
          const { type = '' } = part;
          if (type.startsWith('Action.')) assert.ok(hasWords(part['title']), JSON.stringify(part));
          if (type.startsWith('Input.')) assert.ok(hasWords(part['label']), JSON.stringify(part));
          // A line of a log can be blank, and keeps its place.
          if (type === 'TextRun') assert.notEqual(part['text'], '', JSON.stringify(part));
          if (type === 'TextBlock') assert.ok(hasWords(part['text']), JSON.stringify(part));
          for (const { title, value } of listIn(part, 'facts')) assert.ok(hasWords(title) && hasWords(value), title);
          for (const { title, value } of listIn(part, 'choices')) assert.ok(hasWords(title) && hasWords(value), title);
        }
      });

      it('has no part with nothing in it, which would leave a gap', () => {
        for (const part of parts)
          for (const list of ['items', 'columns', 'facts', 'actions', 'inlines', 'rows'])
            assert.notDeepEqual(part[list], [], `an empty ${part.type}`);
      });

      it('keeps the title of a fact in one line', () => {
        for (const part of parts)
          for (const { title } of listIn(part, 'facts')) {
            if (title.length <= 20) assert.doesNotMatch(title, / /);
            // Longer words of ours break in the middle: the column of titles is narrow.
            assert.ok(title.length <= 14 || title.includes(' '), title);
          }
      });

      it('escapes nothing where there is no Markdown', () => {
        for (const part of [card, ...parts]) {
          const names = part.type === 'TextRun' ? ['text'] : namesWithoutMarkdown;
          const texts = [...names.map((name) => part[name]), ...listIn(part, 'choices').map(({ title }) => title)];
          for (const text of texts) assert.doesNotMatch(String(text), /\\[\\`*_[\]()<>#~|!.+-]/);
        }
      });

      if (sample.includes('hostile'))
        it('shows outside text as text: without links, mentions, date functions and invisible characters', () => {
          for (const part of [card, ...parts]) {
            const facts = listIn(part, 'facts').flatMap(({ title, value }) => [title, value]);
            const markdown = part.type === 'TextBlock' ? [part['text'], ...facts] : facts;
            for (const text of markdown)
              assert.doesNotMatch(String(text), /(?<!\\)\[[^\]]*[^\\]\]\(|(?<!\\)<at>|(?<![\\*])\*(?!\*)/);
          }
          assert.doesNotMatch(JSON.stringify(card), /\{\{\s*(?:DATE|TIME)|[\u200B-\u200F\u202A-\u202E\u001B]/i);
        });

      it('opens a dialog where it asks something, and folds nothing into a card that is edited', () => {
        for (const part of parts) {
          assert.notEqual(part.type, 'Action.ShowCard', JSON.stringify(part).slice(0, 200));
          if (part.type !== 'Action.Submit') continue;
          const { msteams, verb, ...rest } = part['data'] as Record<string, unknown>;
          assert.deepEqual(msteams, { type: 'task/fetch' }, JSON.stringify(part));
          assert.match(String(verb), /^[a-z]+\.[a-z-]+$/);
          assert.deepEqual(Object.keys(rest), ['id'], 'ids, never facts');
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
          // `by` is the id of the author of the line that the button runs, `revision` the state that a form was drawn from, `form` the form.
          const known = ['by', 'revision', 'form', ...(isHelp && part['verb'] === 'chat.run' ? ['from'] : [])];
          const keys = Object.keys(part['data'] as object).filter((key) => !known.includes(key));
          assert.deepEqual(keys, ['id'], 'ids, never facts');
        }
      });

      it('uses no element or color outside the visual language', () => {
        for (const part of parts) {
          assert.ok(!['ProgressBar', 'Badge', 'Media'].includes(part.type ?? ''), part.type);
          if (part.type === 'TextBlock') assert.equal(part['color'], undefined, JSON.stringify(part));
        }
      });

      it('matches the output of adaptivecards-tools', () => {
        const template = JSON.parse(textOf(`cards/${name}.json`)) as object;
        const byTools = AdaptiveCards.declare(template).render(data);
        assert.deepEqual(card, completeCard(JSON.parse(JSON.stringify(byTools)) as CardJson));
      });
    });
  }
});
