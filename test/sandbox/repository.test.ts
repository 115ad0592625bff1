import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as git from 'isomorphic-git';

interface Repository {
  ensureRepository(folder: string, now?: number): Promise<void>;
  checkOut(repository: string, releases: string, service: string, version: string, commit: string): Promise<string>;
}

describe('the git repository of the sandbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-repository-'));
  const gitdir = join(folder, 'repository');
  const madeAt = Date.parse('2026-03-10T07:00:00Z');
  let repository: Repository;
  before(async () => {
    repository = (await import(join(__dirname, '../../sandbox/repository.js'))) as Repository;
    await Promise.all([repository.ensureRepository(gitdir, madeAt), repository.ensureRepository(gitdir, madeAt)]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has releases of the last weeks, on the day it is created', async () => {
    const newest = await git.resolveRef({ fs, gitdir, ref: 'refs/tags/shop/2.15.0' });
    const { committer } = (await git.readCommit({ fs, gitdir, oid: newest })).commit;
    assert.equal(new Date(committer.timestamp * 1000).toISOString(), '2026-03-08T10:30:00.000Z');
  });

  it('stays as it is once it is created', async () => {
    const commit = (): Promise<string> => git.resolveRef({ fs, gitdir, ref: 'refs/tags/shop/2.14.0' });
    const before = await commit();
    await repository.ensureRepository(gitdir, madeAt + 40 * 86_400_000);
    assert.equal(await commit(), before);
  });

  it('has exactly one release with hostile commit messages', async () => {
    const log = async (ref: string) => (await git.log({ fs, gitdir, ref })).map(({ commit: { message } }) => message);
    const all = await Promise.all(['shop', 'payments', 'search'].map(log));
    const hostile = all.flat().filter((message) => /[*_`<>$[\]|]/.test(message));
    const [newest, ...others] = await log('refs/tags/search/3.2.3-markup');
    assert.deepEqual(hostile, [newest, ...others.slice(0, 2)]);
  });

  it('has at least four releases of each service, by several authors', async () => {
    const tags = await git.listTags({ fs, gitdir });
    for (const service of ['shop', 'payments', 'search']) {
      assert.ok(tags.filter((tag) => tag.startsWith(`${service}/`)).length >= 4);
      const log = await git.log({ fs, gitdir, ref: service });
      assert.ok(new Set(log.map((entry) => entry.commit.author.name)).size >= 2);
    }
  });

  it('has commits that wait for the next release, and branches of several days that aren’t merged', async () => {
    const log = async (ref: string) => git.log({ fs, gitdir, ref });
    const [main, released, branch] = await Promise.all(['shop', 'refs/tags/shop/2.15.0', 'shop-gift-cards'].map(log));
    const ids = (entries: Awaited<ReturnType<typeof log>> = []) => entries.map(({ oid }) => oid);
    assert.equal(ids(main).filter((oid) => !ids(released).includes(oid)).length, 2);
    const open = branch?.filter(({ oid }) => !ids(main).includes(oid)) ?? [];
    const ages = open.map(({ commit: { author } }) => (madeAt - author.timestamp * 1000) / 86_400_000);
    assert.deepEqual(ages, [7, 9]);
  });

  it('returns the files of a release as they were committed', async () => {
    const commit = await git.resolveRef({ fs, gitdir, ref: 'refs/tags/shop/2.15.0' });
    const out = () => repository.checkOut(gitdir, join(folder, 'releases'), 'shop', '2.15.0', commit);
    const [one, other] = await Promise.all([out(), out()]);
    assert.equal(one, other);
    assert.deepEqual(fs.readdirSync(one).sort(), ['CHANGELOG.md', 'README.md', 'app.js', 'checks.js', 'release.json']);
    const release = JSON.parse(fs.readFileSync(join(one, 'release.json'), 'utf8')) as {
      behaviour: { healthy: boolean };
    };
    assert.equal(release.behaviour.healthy, false);
  });

  it('leaves no draft behind', () => assert.deepEqual(fs.readdirSync(folder).sort(), ['releases', 'repository']));
});
