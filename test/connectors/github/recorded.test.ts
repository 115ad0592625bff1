import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli';
import { githubConnector } from '../../../src/connectors/github';
import { sampleCatalogText } from '../../features/fakes';
import { target } from '../contract';
import { bind, openConnection } from '../open-connection';
import { startReplay } from '../replay';
import { GitHub } from './double';
import { person, token } from './identities';
import { deployFile, nightlyFile } from './world';

/** What `npx gavel connectors record` keeps of the double. `RECORD_TO=test/connectors/github/recorded npx mocha test/connectors/github/recorded.test.ts` makes it anew. */
const recorded = join(__dirname, 'recorded');

/** A repository with a release, a pull request, a deployment and a run that waits for Gavel’s account. */
async function startGitHub(): Promise<GitHub> {
  const github = await GitHub.start();
  const shop = github.repository('acme/shop', { 'deploy.yml': deployFile, 'nightly.yml': nightlyFile });
  shop.environment('production', [person]);
  const { source } = shop;
  source.commit('main', 'Dana Reyes', 'Begin');
  source.tag('v1.0.0');
  source.published.set('v1.0.0', '2026-11-20T10:00:00Z');
  source.commit('main', 'Avery Chen', 'Gift cards');
  const head = source.commit('refunds', 'Dana Reyes', 'Refund gift cards');
  source.checkRuns.set(head, [{ name: 'lint', status: 'completed', conclusion: 'failure' }]);
  source.pulls.push({
    ...{ number: 418, title: 'Refunds', author: 'dana-reyes', createdAt: '2026-11-21T00:00:00Z', head, isDraft: false },
    ...{ reviewers: ['avery-chen'], teams: [], reviews: [] },
    timeline: [{ event: 'review_requested', at: '2026-11-23T00:00:00Z', reviewer: 'avery-chen' }],
  });
  source.deployments.push({
    ...{ id: 7, body: { ref: 'v1.0.0', environment: 'production' } },
    statuses: [{ state: 'success', createdAt: '2026-11-20T11:00:00Z' }],
  });
  const run = shop.dispatch('deploy.yml', 'main', { version: '1.0.0', environment: 'production' });
  if (typeof run === 'string') assert.fail(run);
  run.wait('production', ['reviewer']);
  return github;
}

/** Everything of it that the recording has, without moments of the recording. */
async function readAll(url: string) {
  const settings = { url, credential: 'GAVEL_GITHUB', repositories: ['acme/shop'], run: ['acme/shop/*'] };
  const connection = openConnection(githubConnector, settings, { secrets: { GAVEL_GITHUB: token } });
  const repository = { repository: 'acme/{service}' };
  try {
    const source = bind(connection, 'source', repository, target);
    const pipelines = await connection.pipelines?.list();
    const [waiting] = (await connection.approvals?.waiting()) ?? [];
    return {
      pipelines: pipelines?.map(({ id }) => id),
      parameters: (await connection.pipelines?.describe('acme/shop/deploy.yml'))?.parameters.map(({ name }) => name),
      waiting: waiting && [waiting.title, waiting.approvals.map(({ name, whyNot }) => [name, whyNot])],
      releases: (await source.releases()).map(({ version, createdAt }) => [version, new Date(createdAt).toISOString()]),
      notReleased: (await source.mainBranch?.('1.0.0'))?.ahead.commits.map(({ message }) => message),
      requests: (await source.pullRequests?.())?.open.map(({ label, reviewRequestedAt, checks = [] }) => [
        ...[label, reviewRequestedAt && new Date(reviewRequestedAt).toISOString()],
        checks.map(({ name, state }) => `${name} ${state}`),
      ]),
      live: (await bind(connection, 'running', repository, target).read())?.version,
    };
  } finally {
    await connection.close();
  }
}

async function readAgain(folder: string) {
  const replay = await startReplay(folder);
  const seen = await readAll(replay.url).finally(() => replay.stop());
  assert.deepEqual(replay.unknown, []);
  return seen;
}

describe('a recording of GitHub', () => {
  it('is made with reading calls alone, shows no token and no person, and replays as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-record-github-'));
    const github = await startGitHub();
    try {
      const catalog = join(folder, 'catalog.yaml');
      const connection = `{ kind: github, url: "${github.url}", credential: GAVEL_GITHUB, repositories: [acme/shop], run: ["acme/shop/*"] }`;
      const repository = '{ connection: github, repository: "acme/{service}" }';
      writeFileSync(
        catalog,
        `${sampleCatalogText}connections: { github: ${connection} }\nbindings: { source: ${repository}, running: [${repository}] }\n`,
      );
      const environment = { GAVEL_CATALOG: catalog, GAVEL_DATA: join(folder, 'data'), GAVEL_GITHUB: token };
      const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
      const said: string[] = [];
      const words = ['connectors', 'record', 'github', '--to', to];
      const code = await runCommandLine(words, environment, (line) => said.push(line));
      assert.equal(code, 0, said.join('\n'));
      assert.deepEqual(
        said.filter((line) => line.startsWith('not recorded')),
        [],
      );
      const files = readdirSync(to).map((name) => readFileSync(join(to, name), 'utf8'));
      for (const text of files) {
        const { request } = JSON.parse(text) as { request: { method: string; path: string } };
        // The check asks whether it could cancel a run that can’t exist.
        assert.match(`${request.method} ${request.path}`, /^GET |^POST .*\/runs\/0\/cancel$/);
        for (const gone of [token, '127.0.0.1', 'Dana Reyes', 'avery-chen', 'dana.reyes@'])
          assert.ok(!text.includes(gone), `${gone} in ${text}`);
      }
      assert.deepEqual(await readAgain(to), await readAll(github.url));
    } finally {
      await github.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('still says the same to the connector', async () => {
    assert.deepEqual(await readAgain(recorded), {
      pipelines: ['acme/shop/deploy.yml', 'acme/shop/nightly.yml'],
      parameters: ['version', 'environment', 'dry_run', 'workers', 'strategy'],
      waiting: ['Deploy 1.0.0 ·', [['production', undefined]]],
      releases: [['1.0.0', '2026-11-20T10:00:00.000Z']],
      notReleased: ['Gift cards'],
      requests: [['#418', '2026-11-23T00:00:00.000Z', ['lint failed']]],
      live: '1.0.0',
    });
  });
});
