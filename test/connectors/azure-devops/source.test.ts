import assert from 'node:assert/strict';
import type { SourceControl } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { openAzure } from './connection';
import { AzureDevops } from './double';
import { RepositoryState } from './source-world';

describe('source control of Azure DevOps', () => {
  let azure: AzureDevops;
  let shop: RepositoryState;
  let connection: OpenConnection;
  const source = (binding: object = {}): SourceControl =>
    bind(connection, 'source', { repository: '{service}', ...binding }, target);

  beforeEach(async () => {
    azure = await AzureDevops.start();
    shop = new RepositoryState('shop');
    azure.world.repositories.push(shop);
    shop.commit('Dana Reyes', 'Begin');
    shop.tag('v1.9.0');
    shop.commit('Avery Chen', 'Gift cards\n\nCo-authored-by: Noor Ferreira <noor@mail.example>');
    shop.tag('v1.10.0', false);
    shop.tag('nightly');
    shop.commit('Dana Reyes', 'Stock levels');
    connection = openAzure(azure);
  });
  afterEach(async () => {
    await connection.close();
    await azure.close();
  });

  it('has its tags as releases, annotated or not, the newest first', async () => {
    const releases = await source().releases();
    assert.deepEqual(
      releases.map(({ version, commit }) => [version, commit]),
      [
        ['1.10.0', shop.commits[1]?.id],
        ['1.9.0', shop.commits[0]?.id],
      ],
    );
    assert.equal((await source().release('1.9.0'))?.commit, shop.commits[0]?.id);
    assert.equal(await source().release('1.9'), undefined);
    assert.equal(await source().release('../main'), undefined);
  });

  it('has builds that succeeded as releases, if the binding says so, and what isn’t released yet', async () => {
    const build = azure.world.pipeline('ci');
    for (const [index, number] of ['1.0.1', '1.0.2', '1.0.3'].entries()) {
      const made = azure.world.build(build, {}, { commit: shop.commits[index]?.id ?? '' });
      made.number = number;
      made.end(index === 2 ? 'failed' : 'succeeded');
    }
    const bound = source({ build: 'ci' });
    assert.deepEqual((await bound.releases()).map(({ version, branch }) => [version, branch]).sort(), [
      ['1.0.1', 'main'],
      ['1.0.2', 'main'],
    ]);
    assert.equal(await bound.release('1.0.3'), undefined);
    const between = await bound.commitsBetween('1.0.1', '1.0.2');
    assert.deepEqual(
      between.commits.map(({ message }) => message),
      ['Gift cards'],
    );
    const main = await bound.mainBranch?.('1.0.2');
    assert.deepEqual(
      main?.ahead.commits.map(({ message }) => message),
      ['Stock levels'],
    );
    assert.equal((await failureOf(source({ build: 'gone' }).releases())).failure, 'not found');
  });

  it('tells what is between two releases, with everybody who wrote it', async () => {
    const { commits, direction, authors } = await source().commitsBetween('1.9.0', '1.10.0');
    assert.deepEqual(
      [commits.map(({ message, author }) => [message, author]), direction],
      [[['Gift cards', 'Avery Chen']], 'forward'],
    );
    assert.deepEqual(authors?.people.map(({ name }) => name).sort(), ['Avery Chen', 'Noor Ferreira']);
    assert.equal(authors?.gap, undefined);
    assert.equal((await source().commitsBetween('1.10.0', '1.9.0')).direction, 'back');
    assert.equal((await source().commitsBetween('1.9.0', '1.9.0')).direction, 'same');
    assert.equal((await source().commitsBetween(undefined, '1.10.0')).commits.length, 2);
    assert.equal((await failureOf(source().commitsBetween('1.9.0', '3.0.0'))).failure, 'not found');
  });

  it('tells what the main branch has beyond a release, over several pages', async () => {
    for (let count = 0; count < 120; count++) shop.commit('Avery Chen', `Change ${count}`);
    const main = await source().mainBranch?.('1.10.0');
    assert.deepEqual([main?.name, main?.commit, main?.ahead.commits.length], ['main', shop.commits.at(-1)?.id, 121]);
    shop.commit('Avery Chen', 'Other', 'release/2');
    const other = await source({ branch: 'release/2' }).mainBranch?.('1.10.0');
    assert.deepEqual([other?.name, other?.ahead.commits[0]?.message], ['release/2', 'Other']);
  });

  it('lists pull requests by age, with who has to review and what was said', async () => {
    shop.pull('Old', {
      reviewers: [
        { name: 'Dana Reyes', vote: 10, isRequired: true },
        { name: 'Avery Chen', vote: 0 },
      ],
      statuses: [
        { name: 'lint', state: 'pending' },
        { name: 'lint', state: 'succeeded' },
      ],
      policies: [
        { type: 'Build', name: 'PR build', status: 'rejected' },
        { type: 'Minimum number of reviewers', name: null, status: 'rejected' },
      ],
    });
    shop.pull('Rejected', { reviewers: [{ name: 'Dana Reyes', vote: -5 }] });
    shop.pull('Draft', { isDraft: true, reviewers: [{ name: 'Dana Reyes', vote: 0 }] });
    shop.pull('Waits', {
      reviewers: [
        { name: 'Dana Reyes', vote: 0, isRequired: true },
        { name: 'Avery Chen', vote: 5 },
      ],
    });
    const found = await source().pullRequests?.();
    assert.deepEqual(
      found?.open.map(({ label, title, review, reviewers, isDraft }) => [label, title, review, reviewers, isDraft]),
      [
        ['!400', 'Old', 'approved', ['Avery Chen'], false],
        ['!401', 'Rejected', 'changes requested', [], false],
        ['!402', 'Draft', 'waiting', [], true],
        ['!403', 'Waits', 'waiting', ['Dana Reyes'], false],
      ],
    );
    assert.deepEqual(
      found?.open[0]?.checks?.map(({ name, state }) => [name, state]),
      [
        ['lint', 'passed'],
        ['PR build', 'failed'],
      ],
    );
    assert.equal(found?.open[0]?.url, 'https://dev.azure.example/acme/Shop/_git/shop/pullrequest/400');
    assert.equal(found?.total, 4);
  });

  it('tells what ran for a commit', async () => {
    const commit = shop.commits[0]?.id ?? '';
    shop.statuses.set(commit, [
      { name: 'build', state: 'succeeded' },
      { name: 'scan', state: 'error' },
      { name: 'load', state: 'pending' },
      { name: 'docs', state: 'notApplicable' },
    ]);
    assert.deepEqual(
      (await source().checks?.(commit))?.map(({ name, state }) => [name, state]),
      [
        ['build', 'passed'],
        ['scan', 'failed'],
        ['load', 'running'],
        ['docs', 'skipped'],
      ],
    );
  });

  it('tells what is live by the newest deployment that succeeded', async () => {
    const running = (binding: object = {}) => bind(connection, 'running', binding, target).read();
    assert.equal(await running(), undefined);
    const [deploy, other] = [azure.world.pipeline('deploy'), azure.world.pipeline('other')];
    const [older, newer, failed, foreign] = [deploy, deploy, deploy, other].map((pipeline, index) => {
      const build = azure.world.build(pipeline, { version: `2.${index}.0` });
      build.end(index === 2 ? 'failed' : 'succeeded');
      return { build, result: index === 2 ? 'failed' : 'succeeded' };
    });
    assert.ok(older && newer && failed && foreign);
    azure.world.deployments.set('production-eu', [older]);
    azure.world.deployments.set('production', [foreign, failed, newer, older]);
    const live = await running({ pipeline: 'deploy', versionParameter: 'version' });
    assert.deepEqual(
      [live?.version, live?.commit, live?.since],
      ['2.1.0', newer.build.sourceVersion, newer.build.finishedAt],
    );
    assert.equal((await running())?.version, foreign.build.number);
    assert.equal((await running({ environmentName: '{environment}-eu' }))?.version, older.build.number);
    assert.equal(await running({ environmentName: 'staging' }), undefined);
    const tagged = azure.world.build(deploy, {}, { ref: 'refs/tags/v3.1.0' });
    tagged.end('succeeded');
    azure.world.deployments.set('production', [{ build: tagged, result: 'succeeded' }]);
    assert.equal((await running())?.version, '3.1.0');
  });

  it('isn’t read without the right to', async () => {
    azure.forbidden.add('read code');
    assert.equal((await failureOf(source().releases())).failure, 'refused');
    assert.equal((await failureOf(source().pullRequests?.() ?? assert.fail())).failure, 'refused');
  });
});
