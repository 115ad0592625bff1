import assert from 'node:assert/strict';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as git from 'isomorphic-git';
import { serviceFolders } from '../../../src/connectors/local/records';
import { createSourceControl } from '../../../src/connectors/local/source-control';
import { createServicePlaces } from '../../../src/connectors/machine/places';
import { sandboxCatalog, targetsIn } from './local-world';

/** A real git repository with a completely known history. */
describe('the authors of the changes between two releases', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gavel-authors-'));
  const { repository: gitdir } = serviceFolders(dataDir);
  const source = createSourceControl({
    dataDir,
    places: createServicePlaces('local', () => targetsIn(sandboxCatalog())),
  });
  let head: string | undefined;

  async function commit(who: string, message = 'Change', committer = who): Promise<string> {
    const tree = await git.writeTree({ fs, gitdir, tree: [] });
    const at = (name: string) => ({
      name,
      email: `${name.toLowerCase()}@example.com`,
      timestamp: 1,
      timezoneOffset: 0,
    });
    const parent: string[] = head === undefined ? [] : [head];
    head = await git.writeCommit({
      fs,
      gitdir,
      commit: { message, tree, parent, author: at(who), committer: at(committer) },
    });
    return head;
  }

  const tag = (version: string): Promise<void> =>
    git.writeRef({ fs, gitdir, ref: `refs/tags/shop/${version}`, value: head ?? '', force: true });

  before(async () => {
    await git.init({ fs, dir: gitdir, gitdir, bare: true });
    await commit('Root');
    await tag('1.0.0');
    await commit('Avery');
    for (let index = 0; index < 250; index++) await commit('Dana');
    await commit('Dana', 'Pair\n\nCo-authored-by: Noor <noor@example.com>', 'Robot');
    await tag('1.1.0');
    for (let index = 0; index < 1_050; index++) await commit('Dana');
    await tag('1.2.0');
  });
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  it('are everybody in the whole range, even beyond the commits that are shown', async () => {
    const { commits, authors } = await source.commitsBetween('shop', '1.0.0', '1.1.0');
    assert.equal(commits.length, 200);
    assert.deepEqual(authors?.people.map(({ name }) => name).sort(), ['Avery', 'Dana', 'Noor', 'Robot']);
    assert.equal(authors.gap, undefined);
  });

  it('are incomplete beyond a thousand commits, and it says so', async () => {
    const { authors } = await source.commitsBetween('shop', '1.0.0', '1.2.0');
    assert.match(authors?.gap ?? '', /longer than 1000 commits/);
  });

  it('are complete again for a short range at the end of a long history', async () => {
    await commit('Avery');
    await tag('1.2.1');
    const { authors } = await source.commitsBetween('shop', '1.2.0', '1.2.1');
    assert.deepEqual(authors, { people: [{ name: 'Avery', email: 'avery@example.com' }] });
  });

  it('go back without new commits, however long the history is', async () => {
    const back = await source.commitsBetween('shop', '1.2.1', '1.2.0');
    assert.deepEqual(back, { commits: [], authors: { people: [] }, direction: 'back' });
  });
});
