import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { filesBelow, textOf } from './source-files';

const sources = filesBelow('src', '.ts');
const bannedNames = /(^|[-/])(helper|helpers|util|utils|common|manager|misc|internal)([-/.]|$)/i;

/** The file names of every feature, so that somebody who knows one feature knows them all. */
const featureFiles: readonly string[] = [
  ...['index', 'contract', 'record', 'workflow', 'transitions', 'effects', 'store', 'commands', 'actions', 'dialogs'],
  ...['parse', 'cards', 'text', 'policy', 'checks', 'facts', 'follow', 'list', 'plan'],
  ...['graph', 'search', 'older', 'audit'],
];

describe('the house style', () => {
  it('names files in lower case with dashes, without empty words', () => {
    for (const path of [...sources, ...filesBelow('test', '.ts'), ...filesBelow('sandbox', '.js')]) {
      assert.match(basename(path), /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|proof|server))?\.(ts|js)$/, path);
      assert.doesNotMatch(path, bannedNames);
    }
  });

  it('gives the files of every feature the same names', () => {
    const others = sources.filter(
      (path) => path.startsWith('src/features/') && !featureFiles.includes(basename(path, '.ts')),
    );
    assert.deepEqual(others, []);
    const used = new Set(sources.map((path) => path.startsWith('src/features/') && basename(path, '.ts')));
    assert.deepEqual(
      featureFiles.filter((name) => !used.has(name)),
      [],
    );
  });

  it('calls limits max and min, and functions by what they do', () => {
    for (const path of sources) {
      assert.doesNotMatch(textOf(path), /\b(?:most|least)[A-Z]\w*/, path);
      const wordy = [...textOf(path).matchAll(/\bfunction (\w+Words)\b/g)].map(([, name = '']) => name);
      assert.deepEqual(wordy, [], `${path}: a function that puts something into words is called describe…`);
    }
  });

  it('writes can’t, never can not', () => {
    for (const path of [...sources, 'README.md', 'SECURITY.md'])
      assert.doesNotMatch(textOf(path), /\b(?:[Cc]an not|[Cc]annot(?! (?:tell|read)|'))\b/, path);
  });

  it('has no loose types, enums, default exports or unfinished work', () => {
    for (const path of sources) {
      const text = textOf(path);
      assert.doesNotMatch(text, /:\s*any\b|\bas any\b|@ts-ignore|eslint-disable/, path);
      assert.doesNotMatch(text, /^\s*(export )?(const )?enum /m, path);
      assert.doesNotMatch(text, /^export default/m, path);
      assert.doesNotMatch(text, /\b(TODO|FIXME|XXX|HACK)\b/, path);
    }
  });

  it('documents each exported function of core and of the contracts', () => {
    const bare: string[] = [];
    for (const path of sources.filter((each) => /src\/core\/|contract\.ts$/.test(each))) {
      const lines = textOf(path).split('\n');
      lines.forEach((line, index) => {
        if (!/^export (async )?function /.test(line)) return;
        if (!/\*\/\s*$/.test(lines[index - 1] ?? '')) bare.push(`${path}:${index + 1}`);
      });
    }
    assert.deepEqual(bare, []);
  });
});
