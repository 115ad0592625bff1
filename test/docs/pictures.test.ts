import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, root, textOf } from '../rules/source-files';
import { hashPicture, hashPictureSources, pictureFolder, pictureRecord } from './pictures';
import type { PictureRecord } from './pictures';

describe('the pictures of the docs', () => {
  const record = JSON.parse(textOf(pictureRecord)) as PictureRecord;
  const names = filesBelow(pictureFolder, '.png').map((path) => path.split(/[\\/]/).at(-1) ?? '');
  const pages = ['README.md', ...filesBelow('docs', '.md')].map((path) => textOf(path)).join('\n');
  const shown = [...pages.matchAll(/pictures\/([\w-]+\.png)/g)].map(([, name]) => name ?? '');

  it('show the current product; otherwise, run `npm run pictures`', () =>
    assert.equal(record.sources, hashPictureSources()));

  it('are those that the script took', () =>
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, hashPicture(name)])), record.pictures));

  it('are all shown somewhere, and none is missing', () =>
    assert.deepEqual([...new Set(shown)].sort(), [...names].sort()));

  for (const name of names)
    it(`${name} is small enough to load quickly`, () =>
      assert.ok(statSync(join(root, pictureFolder, name)).size < 200_000));
});
