import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { renderCard } from '../../src/core/card';
import { filesBelow, textOf } from './source-files';

type Part = Readonly<Record<string, unknown>>;

/** Every object with a type, at any depth, without fallbacks and the actions of rows, whose titles are only read aloud. */
function partsIn(value: unknown): Part[] {
  if (Array.isArray(value)) return value.flatMap(partsIn);
  if (value === null || typeof value !== 'object') return [];
  const own = typeof (value as Part)['type'] === 'string' ? [value as Part] : [];
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, item]) =>
      ['fallback', 'selectAction'].includes(key) ? [] : partsIn(item),
    ),
  ];
}

const samples = filesBelow('cards', '.sample.json').map((path) => {
  const name = `${basename(dirname(path))}/${basename(path).split('.')[0]}`;
  const data = JSON.parse(textOf(path)) as object;
  return { path, card: renderCard(name, data) };
});
/** What fits in one line on a phone, with a service and an environment in it. */
const longestButton = 28;

describe('the layout of every card', () => {
  it('has the kind and the state of its band on one line', () => {
    for (const { path, card } of samples) {
      const [band] = card['body'] as readonly Part[];
      const line = partsIn(band).find(({ type }) => type === 'ColumnSet');
      for (const column of (line?.['columns'] ?? []) as readonly Part[])
        assert.equal(column['verticalContentAlignment'], 'Center', path);
    }
  });

  it('says what to do in a list of choices where nothing is chosen', () => {
    for (const { path, card } of samples)
      for (const { type, style, value, placeholder, id } of partsIn(card))
        if (type === 'Input.ChoiceSet' && style !== 'expanded' && (value ?? '') === '')
          assert.ok(placeholder, `${path}: ${String(id)}`);
  });

  it('says what blocks a deployment before anything else', () => {
    const blocked = samples.filter(({ path }) => /deploy-picker\.(?:locked|frozen)\.|rollback\.locked\./.test(path));
    assert.equal(blocked.length, 3);
    for (const { path, card } of blocked) {
      const shown = JSON.stringify(card['body']);
      const others = ['"Input.', '"FactSet"', '"ActionSet"'].map((part) => shown.indexOf(part)).filter((at) => at >= 0);
      const block = shown.indexOf('by Noor Operator until');
      assert.ok(block > 0 && block < Math.min(...others), path);
    }
  });

  it('has buttons that fit on a phone', () => {
    for (const { path, card } of samples)
      for (const { type, title } of partsIn(card))
        if (String(type).startsWith('Action.') && type !== 'Action.OpenUrl')
          assert.ok(String(title).length <= longestButton, `${path}: ${String(title)}`);
  });
});
