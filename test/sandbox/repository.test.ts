import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as git from 'isomorphic-git';

interface Repository {
  ensureRepository(folder: string): Promise<void>;
  checkOut(repository: string, releases: string, service: string, version: string, commit: string): Promise<string>;
}

describe('the git repository of the sandbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-repository-'));
  const gitdir = join(folder, 'repository');
  let repository: Repository;
  before(async () => {
    repository = (await import(join(__dirname, '../../sandbox/repository.js'))) as Repository;
    await Promise.all([repository.ensureRepository(gitdir), repository.ensureRepository(gitdir)]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has the same commits on every machine', async () => {
    const commit = await git.resolveRef({ fs, gitdir, ref: 'refs/tags/shop/2.14.0' });
    assert.equal(commit, '1270b25f86dfc275ddd575c4c25fa0a2f591f1e0');
  });

  it('has at least four releases of each service, by several authors', async () => {
    const tags = await git.listTags({ fs, gitdir });
    for (const service of ['shop', 'payments', 'search']) {
      assert.ok(tags.filter((tag) => tag.startsWith(`${service}/`)).length >= 4);
      const log = await git.log({ fs, gitdir, ref: service });
      assert.ok(new Set(log.map((entry) => entry.commit.author.name)).size >= 2);
    }
  });

  it('gives out the files of a release as they were committed', async () => {
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
