import assert from 'node:assert/strict';
import { readExportGraph } from './exports';
import type { Declared } from './exports';
import { textOf } from './source-files';

/** How many unused exports a feature can still have. The list only shrinks: a feature with fewer has to be removed or lowered. */
const unusedIn: Readonly<Record<string, number>> = {};

/** Names that still mean several things. The list only shrinks. */
const shared: ReadonlySet<string> = new Set(['readZone']);

describe('exports', () => {
  const { declared, importersOf, passedOnBy, passedOnToNobody } = readExportGraph([
    'src',
    'test',
    'manifest',
    'sandbox',
  ]);
  const ours = declared.filter(({ file }) => file.startsWith('src/'));
  const place = ({ file, name }: Declared): string => `${file} ${name}`;

  it('are all used by another file', () => {
    const unused = ours.filter((one) => importersOf(one).length === 0 && passedOnBy(one).length === 0);
    const counts = new Map<string, string[]>();
    for (const one of unused) {
      const folder = one.file.split('/').slice(1, 3).join('/');
      counts.set(folder, [...(counts.get(folder) ?? []), place(one)]);
    }
    for (const [folder, places] of counts)
      assert.ok(places.length <= (unusedIn[folder] ?? 0), `nobody uses these exports:\n${places.join('\n')}`);
    for (const folder of Object.keys(unusedIn))
      assert.ok(counts.has(folder), `${folder} has no unused export: take it off the list`);
  });

  it('are not only used by tests', () => {
    const isForTests = (one: Declared): boolean => {
      const importers = importersOf(one);
      const uses = textOf(one.file).match(new RegExp(`\\b${one.name}\\b`, 'g'))?.length ?? 0;
      return uses === 1 && importers.length > 0 && importers.every((file) => file.startsWith('test/'));
    };
    assert.deepEqual(ours.filter(isForTests).map(place), []);
  });

  it('pass nothing through an index file that nobody imports from there', () => {
    assert.deepEqual(
      passedOnToNobody.filter((key) => key.startsWith('src/')),
      [],
    );
  });

  it('give one name to one thing', () => {
    const byName = new Map<string, string[]>();
    for (const { name, file } of ours) byName.set(name, [...new Set([...(byName.get(name) ?? []), file])]);
    const several = [...byName].filter(([, files]) => new Set(files.map(roleOf)).size > 1).map(([name]) => name);
    assert.deepEqual(several.sort(), [...shared].sort());
  });

  it('of a contract all have a docstring', () => {
    const silent = ours.filter((one) => !one.hasDocstring && [one.file, ...passedOnBy(one)].some(isContract));
    assert.deepEqual(silent.map(place), []);
  });
});

/** What other parts rely on, and therefore what an index file passes on. */
const isContract = (file: string): boolean =>
  /^src\/(chat\/contract|workflows)\/|^src\/(store|jobs)\/contract\.ts$|^src\/connectors\/([a-z-]+|[a-z-]+\/index)\.ts$|^src\/features\/([a-z-]+\/)?(index|contract)\.ts$/.test(
    file,
  );

/** Both stores, and all features, have the same file names for the same roles, so their contents can have the same names. */
function roleOf(file: string): string {
  return file
    .replace(/^src\/(features|connectors)\/[^/]+\//, 'src/$1/*/')
    .replace(/^src\/store\/(mongo|sqlite)\//, 'src/store/*/');
}
