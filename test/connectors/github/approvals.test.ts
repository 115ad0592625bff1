import assert from 'node:assert/strict';
import type { ApprovalSource, WaitingRun } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { asked } from '../run-requests';
import { createTestClock, openAsApp, openWithToken, pipelinesOf, unpaced } from './connection';
import { GitHub } from './double';
import { appId, person } from './identities';
import type { Face } from './openapi/operations';
import type { Repository, RunState } from './world';
import { deployFile } from './world';

const { by } = asked;
const yes = { approves: true, comment: 'Approved by Noor Ferreira: looks good' };
const no = { approves: false, comment: 'Rejected by Noor Ferreira: not today' };
const ways = [
  ['a listed reviewer', openWithToken, 'reviewer', person],
  ['a protection rule', openAsApp, 'rule', 'gavel[bot]'],
] as const;

for (const face of ['github.com', 'ghes-3.19'] satisfies Face[])
  for (const [what, open, kind, decidedBy] of ways)
    describe(`an environment of ${face} with Gavel as ${what}`, () => {
      let github: GitHub;
      let shop: Repository;
      let connection: OpenConnection;
      let approvals: ApprovalSource;
      let run: RunState;
      let id: string;
      let time: ReturnType<typeof createTestClock>;
      const status = () => unpaced(pipelinesOf(connection), time).runStatus(id);
      const decide = (waiting: WaitingRun, decision = yes) =>
        approvals.decide(waiting.id, waiting.approvals[0]?.id ?? assert.fail('an approval'), decision, by, 'K-9');
      const waiting = async (): Promise<WaitingRun> => (await approvals.waiting())[0] ?? assert.fail('nothing waits');

      beforeEach(async () => {
        github = await GitHub.start(face);
        shop = github.repository('acme/shop', { 'deploy.yml': deployFile });
        shop.environment('production', [person], [appId]);
        time = createTestClock();
        connection = open(github, { clock: time.clock });
        approvals = connection.approvals ?? assert.fail('it has some');
        const values = { version: '2.14.0', environment: 'production' };
        ({ id } = await pipelinesOf(connection).start({
          key: 'K-1',
          pipeline: 'acme/shop/deploy.yml',
          values,
          ...asked,
        }));
        run = shop.runs[0] ?? assert.fail('a run');
        run.wait('production', [kind]);
      });
      afterEach(async () => {
        await connection.close();
        await github.close();
      });

      it('shows that a run waits for it', async () => {
        const seen = await status();
        assert.deepEqual([seen?.state, seen?.reason], ['waiting', 'waiting for approval of production']);
        const { title, pipeline, startedBy, approvals: steps, ...rest } = await waiting();
        assert.deepEqual([rest.id, pipeline, title], [id, 'acme/shop/deploy.yml', 'Deploy 2.14.0 · K-1']);
        assert.deepEqual(startedBy, { name: person });
        assert.deepEqual(
          steps.map((each) => [each.name, each.whyNot]),
          [['production', undefined]],
        );
      });

      it('is approved, once, with the person in the comment', async () => {
        const found = await waiting();
        assert.equal(await decide(found), 'decided');
        assert.deepEqual(run.reviews, [
          { environment: 'production', state: 'approved', user: decidedBy, comment: yes.comment },
        ]);
        assert.equal(await decide(found), 'already decided');
        assert.equal(await decide(found, no), 'already decided');
        assert.equal(run.reviews.length, 1);
        assert.deepEqual(await approvals.waiting(), []);
      });

      it('says who decided', async () => {
        await status();
        await decide(await waiting());
        const seen = await status();
        assert.equal(seen?.state, 'running');
        assert.deepEqual(
          seen.decisions?.map(({ approves, by: who, comment }) => [approves, who, comment]),
          [[true, decidedBy, yes.comment]],
        );
      });

      it('is rejected, which ends the run', async () => {
        assert.equal(await decide(await waiting(), no), 'decided');
        assert.equal(run.reviews[0]?.state, 'rejected');
        assert.equal((await status())?.state, 'failed');
      });

      it('that was decided in GitHub meanwhile isn’t decided again', async () => {
        const found = await waiting();
        run.decide('production', kind, 'approved', 'octocat', 'fine');
        assert.equal(await decide(found), 'already decided');
        assert.equal(run.reviews.length, 1);
      });

      it('whose answer got lost was decided once', async () => {
        const found = await waiting();
        github.losesAnswerOf.add('actions/review-pending-deployments-for-run');
        github.losesAnswerOf.add('actions/review-custom-gates-for-run');
        assert.equal((await failureOf(decide(found))).failure, 'unclear');
        assert.equal((await status())?.approvals, undefined);
        assert.equal(await decide(found), 'already decided');
        assert.equal(run.reviews.length, 1);
      });

      it('that was decided before a restart of Gavel is still known, with who decided', async () => {
        await decide(await waiting());
        const again = open(github, { clock: time.clock });
        const seen = await unpaced(pipelinesOf(again), time)
          .runStatus(id)
          .finally(() => again.close());
        assert.equal(seen?.state, 'running');
        assert.deepEqual(
          seen.decisions?.map(({ approves, comment }) => [approves, comment]),
          [[true, yes.comment]],
        );
      });

      it('of another attempt is another approval', async () => {
        const found = await waiting();
        run.end('failure');
        run.waits = [];
        run.rerun('all');
        run.wait('production', [kind]);
        assert.equal(await decide(found), 'already decided');
        assert.equal(await decide(await waiting()), 'decided');
      });

      it('that Gavel isn’t asked by says why not', async () => {
        const [environment] = shop.environments;
        Object.assign(environment ?? assert.fail('an environment'), { reviewers: ['octocat'], rules: [] });
        const found = await waiting();
        assert.match(
          found.approvals[0]?.whyNot ?? '',
          kind === 'rule' ? /isn’t enabled as a protection rule/ : /isn’t a reviewer/,
        );
        assert.equal((await failureOf(decide(found))).failure, 'refused');
        assert.deepEqual(run.reviews, []);
      });

      it('of a workflow that is neither bound nor offered concerns nobody', async () => {
        const other = open(github, { settings: { run: ['acme/shop/nightly.yml'] } });
        try {
          assert.deepEqual(await other.approvals?.waiting(), []);
        } finally {
          await other.close();
        }
      });
    });
