import assert from 'node:assert/strict';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { openAsApp, openWithToken } from './connection';
import { GitHub } from './double';
import type { Face } from './openapi/operations';
import type { Repository } from './world';
import { deployFile, nightlyFile } from './world';

const withoutName = deployFile.replace(/^run-name.*$/m, '');

for (const face of ['github.com', 'ghes-3.19'] satisfies Face[])
  describe(`the check of a connection to ${face}`, () => {
    let github: GitHub;
    let shop: Repository;
    const open: OpenConnection[] = [];

    beforeEach(async () => {
      github = await GitHub.start(face);
      shop = github.repository('acme/shop', { 'deploy.yml': deployFile });
    });
    afterEach(async () => {
      for (const each of open.splice(0)) await each.close();
      await github.close();
    });

    /** What fails, by what it’s about. */
    async function problemsOf(opened: OpenConnection): Promise<Map<string, string>> {
      open.push(opened);
      const lines = await opened.check();
      assert.ok(lines.length >= 5, 'one line for each right and each place of keys');
      return new Map(lines.flatMap(({ about, problem }) => (problem === undefined ? [] : [[about, problem]])));
    }

    it('finds nothing with a token that has every right', async () => {
      assert.deepEqual(await problemsOf(openWithToken(github)), new Map());
      assert.equal(shop.runs.length, 0);
    });

    it('finds nothing with an App that has every right', async () => {
      assert.deepEqual(await problemsOf(openAsApp(github)), new Map());
    });

    it('finds a token that may only read', async () => {
      github.mayWrite = false;
      const [[about, problem] = ['', '']] = await problemsOf(openWithToken(github));
      assert.equal(about, 'starting, canceling, and rerunning');
      assert.match(problem, /Actions: Read and write/);
    });

    it('finds what the installation of an App may not do', async () => {
      github.permissions = { actions: 'read', contents: 'read' };
      const problems = await problemsOf(openAsApp(github));
      assert.deepEqual([...problems.keys()], ['starting, canceling, and rerunning', 'deciding approvals']);
      assert.match(problems.get('deciding approvals') ?? '', /Deployments: Read and write.*accept the new permission/);
    });

    it('finds the events that an App doesn’t get', async () => {
      github.events = ['workflow_run', 'push'];
      assert.deepEqual(await problemsOf(openAsApp(github)), new Map(), 'nothing calls Gavel');
      const problems = await problemsOf(openAsApp(github, { settings: { hook: { secret: 'GAVEL_GITHUB' } } }));
      assert.deepEqual([...problems.keys()], ['receiving events']);
      assert.match(problems.get('receiving events') ?? '', /workflow_job, deployment_protection_rule/);
    });

    it('finds each workflow that loses the key, with what to add', async () => {
      shop.files.set('nightly.yml', nightlyFile);
      shop.files.set('docs.yml', withoutName);
      const problems = await problemsOf(openWithToken(github));
      assert.match(problems.get('keeping the key in acme/shop/nightly.yml') ?? '', /^Add the input gavel_key/);
      assert.match(problems.get('keeping the key in acme/shop/docs.yml') ?? '', /to the run-name of/);
      assert.equal(problems.size, 2);
    });

    it('waits for a token that GitHub doesn’t know everywhere yet', async () => {
      github.unsettledCalls = 1;
      assert.deepEqual(await problemsOf(openAsApp(github)), new Map());
      assert.equal(github.tokensMade, 1);
    });
  });
