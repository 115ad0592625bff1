import assert from 'node:assert/strict';
import type { AnnotationSink, RunningSource, SourceControl } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { checkFromRun, checkFromStatus } from '../../../src/connectors/github/source/checks';
import { reviewStateOf } from '../../../src/connectors/github/source/pull-requests';
import { versionOf } from '../../../src/connectors/github/source/source-control';
import { releaseOf } from '../../../src/connectors/github/deployments/running';
import { readTemplates } from '../../../src/core/catalog/templates';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { openAsApp, openWithToken } from './connection';
import { GitHub } from './double';
import type { Face } from './openapi/operations';
import type { SourceState } from './source-world';

const repository = { repository: 'acme/{service}' };

for (const face of ['github.com', 'ghes-3.19'] satisfies Face[])
  describe(`source control of ${face}`, () => {
    let github: GitHub;
    let shop: SourceState;
    let connection: OpenConnection;
    let source: SourceControl;

    beforeEach(async () => {
      github = await GitHub.start(face);
      shop = github.repository('acme/shop').source;
      shop.commit('main', 'Dana Reyes', 'Begin');
      shop.tag('v1.0.0');
      shop.commit('main', 'Avery Chen', 'Gift cards\n\nCo-authored-by: Noor Ferreira <noor@mail.example>');
      shop.tag('v1.1.0');
      shop.published.set('v1.1.0', '2026-11-20T10:00:00Z');
      shop.tag('nightly');
      shop.commit('main', 'Dana Reyes', 'Stock levels');
      connection = (face === 'github.com' ? openWithToken : openAsApp)(github, { maxBytes: 10_000_000 });
      source = bind(connection, 'source', repository, target);
    });
    afterEach(async () => {
      await connection.close();
      await github.close();
    });

    it('has the tags with the prefix as releases, published or not', async () => {
      const found = await source.releases();
      assert.deepEqual(
        found.map(({ version, commit, createdAt }) => [version, commit, new Date(createdAt).toISOString()]),
        [
          ['1.1.0', shop.tags.get('v1.1.0'), '2026-11-20T10:00:00.000Z'],
          ['1.0.0', shop.tags.get('v1.0.0'), '2026-11-01T00:00:00.000Z'],
        ],
      );
      assert.equal((await source.release('1.0.0'))?.commit, shop.tags.get('v1.0.0'));
      assert.equal(await source.release('9.9.9'), undefined);
      assert.equal(await source.release('../heads/main'), undefined);
    });

    it('knows by the form of the answer that there is no such commit, however GitHub words it', async () => {
      shop.unknownReference = { message: 'Nothing here by that name' };
      assert.equal(await source.release('9.9.9'), undefined);
      shop.unknownReference = {
        message: 'No commit found, Validation Failed',
        errors: [{ resource: 'Commit', field: 'ref', code: 'invalid' }],
      };
      assert.equal((await failureOf(source.release('9.9.9'))).failure, 'refused');
    });

    it('compares releases with everybody who wrote the commits, also co-authors, but not the button that merged', async () => {
      const { commits, direction, authors } = await source.commitsBetween('1.0.0', '1.1.0');
      assert.deepEqual([direction, commits.map(({ message }) => message)], ['forward', ['Gift cards']]);
      assert.deepEqual(authors?.people.map(({ name }) => name).sort(), ['Avery Chen', 'Noor Ferreira']);
      assert.equal((await source.commitsBetween('1.1.0', '1.0.0')).direction, 'back');
      assert.equal((await source.commitsBetween('1.1.0', '1.1.0')).direction, 'same');
      assert.equal((await source.commitsBetween(undefined, '1.1.0')).commits.length, 2);
      assert.equal((await failureOf(source.commitsBetween('1.0.0', '9.9.9'))).failure, 'not found');
    });

    it('reads long changes to their end, beyond the 250 that one answer has', async () => {
      for (let index = 0; index < 330; index += 1) shop.commit('main', `Person ${index % 7}`, `Change ${index}`);
      shop.tag('v2.0.0');
      const { commits, authors } = await source.commitsBetween('1.1.0', '2.0.0');
      assert.deepEqual([commits.length, commits[0]?.message], [200, 'Change 329']);
      assert.equal(authors?.people.length, 8);
      assert.equal(authors.gap, undefined);
    });

    it('knows the main branch and what of it isn’t released', async () => {
      const main = await source.mainBranch?.('1.1.0');
      assert.deepEqual([main?.name, main?.commit], ['main', shop.branches.get('main')]);
      assert.deepEqual(
        main?.ahead.commits.map(({ message }) => message),
        ['Stock levels'],
      );
    });

    it('lists open pull requests with reviewers, the last word of each review, and both kinds of checks', async () => {
      const head = shop.commit('gift', 'Dana Reyes', 'Refund gift cards');
      shop.checkRuns.set(head, [
        { name: 'lint', status: 'completed', conclusion: 'failure' },
        { name: 'types', status: 'in_progress', conclusion: null },
      ]);
      shop.statuses.set(head, [{ context: 'ci/build', state: 'success' }]);
      const usual = { author: 'dana', head, reviewers: [], teams: [], reviews: [], isDraft: false };
      shop.pulls.push(
        {
          ...{ ...usual, number: 418, title: 'Refunds', createdAt: '2026-11-10T00:00:00Z' },
          ...{ reviewers: ['avery'], teams: ['Checkout'] },
          timeline: [
            { event: 'review_requested', at: '2026-11-10T01:00:00Z', reviewer: 'noor' },
            { event: 'review_requested', at: '2026-11-11T00:00:00Z', reviewer: 'avery' },
            { event: 'review_requested', at: '2026-11-12T00:00:00Z', team: 'Checkout' },
            { event: 'review_requested', at: '2026-11-14T00:00:00Z', reviewer: 'avery' },
          ],
          reviews: [
            { user: 'noor', state: 'CHANGES_REQUESTED' },
            { user: 'noor', state: 'APPROVED' },
          ],
        },
        { ...usual, number: 420, title: 'Try', createdAt: '2026-11-11T00:00:00Z', isDraft: true },
      );
      const found = await source.pullRequests?.();
      assert.deepEqual([found?.called, found?.total], ['pull request', 2]);
      const [first, draft] = found?.open ?? [];
      assert.deepEqual(
        [first?.label, first?.author, first?.reviewers, first?.review],
        ['#418', 'dana', ['avery', 'Checkout'], 'approved'],
      );
      assert.equal(new Date(first?.reviewRequestedAt ?? 0).toISOString(), '2026-11-12T00:00:00.000Z');
      assert.deepEqual(
        first?.checks?.map(({ name, state }) => [name, state]),
        [
          ['lint', 'failed'],
          ['types', 'running'],
          ['ci/build', 'passed'],
        ],
      );
      assert.deepEqual([draft?.isDraft, draft?.review], [true, undefined]);
    });

    it('doesn’t say since when somebody has been asked if GitHub doesn’t', async () => {
      const usual = { author: 'dana', head: shop.branches.get('main') ?? '', teams: [], reviews: [], isDraft: false };
      shop.pulls.push(
        { ...usual, number: 1, title: 'One', createdAt: '2026-11-10T00:00:00Z', reviewers: ['avery'] },
        {
          ...{ ...usual, number: 2, title: 'Two', createdAt: '2026-11-10T00:00:00Z', reviewers: ['avery'] },
          timeline: [
            { event: 'review_requested', at: '2026-11-11T00:00:00Z', reviewer: 'avery' },
            { event: 'ready_for_review', at: '2026-11-13T00:00:00Z' },
          ],
        },
      );
      const found = await source.pullRequests?.();
      assert.deepEqual(
        found?.open.map(({ reviewRequestedAt }) => reviewRequestedAt),
        [undefined, Date.parse('2026-11-13T00:00:00Z')],
      );
    });

    it('counts every pull request, though it lists a hundred', async () => {
      const head = shop.branches.get('main') ?? '';
      for (let number = 1; number <= 130; number += 1)
        shop.pulls.push({
          ...{ number, title: `Change ${number}`, author: 'dana', createdAt: '2026-11-10T00:00:00Z', head },
          ...{ isDraft: true, reviewers: [], teams: [], reviews: [] },
        });
      const found = await source.pullRequests?.();
      assert.deepEqual([found?.total, found?.open.length], [130, 100]);
    });

    describe('and its deployments', () => {
      let sink: AnnotationSink;
      let running: RunningSource;
      const mark = (state: 'running' | 'succeeded' | 'failed', version: string) => ({
        ...{ key: `mark ${state}`, at: 1, title: 'shop', text: 'D-1001, requested by Dana', tags: [] },
        recorded: { key: `deployment ${version}`, version, commit: shop.tags.get(`v${version}`) ?? '', state },
      });
      beforeEach(() => {
        sink = bind(connection, 'annotations', repository, target);
        running = bind(connection, 'running', repository, target);
      });

      it('are recorded once each, without merging anything, and end as they ended', async () => {
        await sink.annotate(mark('running', '1.0.0'));
        await sink.annotate(mark('running', '1.0.0'));
        await sink.annotate(mark('succeeded', '1.0.0'));
        await sink.annotate(mark('succeeded', '1.0.0'));
        await sink.annotate(mark('running', '1.0.0'));
        const [only, ...others] = shop.deployments;
        assert.deepEqual(others, []);
        assert.deepEqual(
          only?.statuses.map(({ state }) => state),
          ['success', 'in_progress'],
        );
        assert.deepEqual(only?.body['required_contexts'], []);
      });

      it('are found again after a lost answer, so none is made twice', async () => {
        github.losesAnswerOf.add('repos/create-deployment');
        await assert.rejects(sink.annotate(mark('running', '1.1.0')));
        github.losesAnswerOf.clear();
        await sink.annotate(mark('running', '1.1.0'));
        assert.equal(shop.deployments.length, 1);
      });

      it('aren’t recorded a second time if GitHub makes one for the workflow', async () => {
        const pipelines = { deploy: { pipeline: 'acme/shop/deploy.yml', ref: 'main' } };
        const opened = (face === 'github.com' ? openWithToken : openAsApp)(github, {
          targets: (capability) =>
            capability === 'pipelines' ? [{ ...target, values: readTemplates(pipelines).value }] : [],
        });
        const recording = bind(opened, 'annotations', repository, target);
        const { files } = github.repositories.get('acme/shop') ?? assert.fail('it is there');
        const recordedWith = async (jobs: string, more: Readonly<Record<string, string>> = {}): Promise<number> => {
          shop.deployments.splice(0);
          files.clear();
          files.set('deploy.yml', `on: workflow_dispatch\njobs:\n  deploy: ${jobs}\n`);
          for (const [file, text] of Object.entries(more)) files.set(file, text);
          await recording.annotate(mark('running', '1.0.0'));
          await recording.annotate(mark('succeeded', '1.0.0'));
          return shop.deployments.length;
        };
        const called = (environment: string) => ({
          'called.yml': `on: workflow_call\njobs: { deploy: { environment: ${environment} } }`,
        });
        try {
          assert.equal(await recordedWith('{ runs-on: ubuntu-latest }'), 1);
          assert.equal(await recordedWith('{ environment: Production }'), 0);
          assert.equal(await recordedWith('{ environment: { name: production, url: https://shop.example } }'), 0);
          assert.equal(await recordedWith('{ environment: "${{ inputs.environment }}" }'), 0);
          assert.equal(await recordedWith('{ environment: { name: production, deployment: false } }'), 1);
          assert.equal(await recordedWith('{ environment: previews }'), 1, 'another environment');
          assert.equal(await recordedWith('{ uses: ./.github/workflows/called.yml }', called('production')), 0);
          assert.equal(
            await recordedWith('{ uses: acme/shop/.github/workflows/called.yml@v1 }', called('production')),
            0,
          );
          assert.equal(await recordedWith('{ uses: ./.github/workflows/called.yml }', called('previews')), 1);
          assert.equal(await recordedWith('{ uses: ./.github/workflows/deploy.yml }'), 1, 'one that calls itself');
        } finally {
          await opened.close();
        }
      });

      it('tell what is live: the newest whose latest status is a success', async () => {
        assert.equal(await running.read(), undefined);
        await sink.annotate(mark('succeeded', '1.0.0'));
        await sink.annotate(mark('failed', '1.1.0'));
        const live = await running.read();
        assert.deepEqual([live?.version, live?.commit], ['1.0.0', shop.tags.get('v1.0.0')]);
      });
    });
  });

describe('what GitHub says', () => {
  it('of a check', () => {
    const run = (status: string, conclusion: string | null) =>
      checkFromRun({ name: 'x', status, conclusion, html_url: '' }).state;
    const endings = ['success', 'neutral', 'skipped', 'cancelled', 'stale', 'failure', 'timed_out', 'action_required'];
    assert.deepEqual(
      endings.map((conclusion) => run('completed', conclusion)),
      ['passed', 'passed', 'skipped', 'skipped', 'skipped', 'failed', 'failed', 'failed'],
    );
    assert.deepEqual([run('queued', null), run('in_progress', null)], ['running', 'running']);
    const status = (state: string) => checkFromStatus({ context: 'x', state, target_url: '' }).state;
    assert.deepEqual(['success', 'pending', 'failure', 'error'].map(status), ['passed', 'running', 'failed', 'failed']);
  });

  it('of reviews: the last word of each person counts, and a comment is none', () => {
    const state = (...all: readonly string[]) =>
      reviewStateOf(
        all.map((each) => ({ user: { login: each.split(' ')[0] ?? '' }, state: each.split(' ')[1] ?? '' })),
      );
    assert.equal(state(), 'waiting');
    assert.equal(state('a COMMENTED'), 'waiting');
    assert.equal(state('a APPROVED', 'a COMMENTED'), 'approved');
    assert.equal(state('a APPROVED', 'b CHANGES_REQUESTED'), 'changes requested');
    assert.equal(state('a CHANGES_REQUESTED', 'a DISMISSED', 'b APPROVED'), 'approved');
    assert.equal(state('a APPROVED', 'a DISMISSED'), 'waiting');
  });

  it('of releases: the tag without its prefix, or what was written down', () => {
    assert.equal(versionOf('v2.14.0', 'v'), '2.14.0');
    assert.equal(versionOf('shop/2.14.0', 'shop/'), '2.14.0');
    for (const tag of ['nightly', '2.14.0', 'verify']) assert.equal(versionOf(tag, 'v'), undefined, tag);
    const deployed = (ref: string, version?: string) =>
      releaseOf(
        { id: 1, sha: 'abcdef1234', ref, created_at: 0, payload: version === undefined ? undefined : { version } },
        'v',
      );
    assert.equal(deployed('v2.14.0'), '2.14.0');
    assert.equal(deployed('refs/tags/v2.14.0'), '2.14.0');
    assert.equal(deployed('abcdef1234', '2.13.0'), '2.13.0');
    assert.equal(deployed('abcdef1234'), 'abcdef1');
    assert.equal(deployed('main'), 'main');
  });
});
