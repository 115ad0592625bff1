import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitHub } from '../connectors/github/double';
import { token } from '../connectors/github/identities';
import type { Face, OperationId } from '../connectors/github/openapi/operations';
import type { Repository } from '../connectors/github/world';
import { deployFile } from '../connectors/github/world';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { deployments } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

/** Where Gavel is killed. `before`: the call is never answered. `after`: once GitHub has done it, and before Gavel knows. */
interface Point {
  readonly what: string;
  readonly at: OperationId;
  readonly when: 'before' | 'after' | 'answered';
}

const dispatch: OperationId = 'actions/create-workflow-dispatch';
const lost: Point = { what: 'before it hears that the start has arrived', at: dispatch, when: 'after' };

const points: readonly Point[] = [
  lost,
  { what: 'just after it has heard of the run', at: dispatch, when: 'answered' },
  { what: 'while it reads the jobs', at: 'actions/list-jobs-for-workflow-run-attempt', when: 'before' },
];

/** Enterprise Server doesn't say which run a start became, and refuses the first call of each process, which asks it to. */
const pointsOf: Readonly<Record<Face, readonly Point[]>> = { 'github.com': points, 'ghes-3.19': points.slice(0, 2) };

for (const face of ['github.com', 'ghes-3.19'] satisfies Face[])
  describe(`a workflow of ${face} that somebody starts, with kill -9 of Gavel`, () => {
    const folder = temporaryFolder();
    let github: GitHub;
    let shop: Repository;
    let product: Product | undefined;
    let start: () => Promise<Product>;

    before(async () => {
      github = await GitHub.start(face);
      shop = github.repository('acme/shop', { 'deploy.yml': deployFile });
      shop.environment('staging');
      const ports = await portsOfProduct();
      const environment = { GAVEL_CATALOG: writeCatalog(), GAVEL_GITHUB: token };
      start = () => startProduct({ dataDir: folder.path, ports, environment });
      product = await start();
    });
    after(async () => {
      await product?.stop();
      folder.remove();
      await github.close();
    });

    function writeCatalog(): string {
      const connection = `  github: { kind: github, url: "${github.url}", credential: GAVEL_GITHUB, run: ["acme/shop/*"] }`;
      const file = join(folder.path, 'with-github.yaml');
      const text = readFileSync(writeQuickCatalog(folder.path), 'utf8');
      writeFileSync(file, text.replace(/^connections:$/m, `connections:\n${connection}`));
      return file;
    }

    const see = (words: RegExp): Promise<SeenMessage> =>
      (product ?? assert.fail('it runs')).client.waitFor('dana', deployments, ({ card, view }) =>
        words.test(wordsOf(view ?? card)),
      );

    for (const [index, { what, at, when }] of pointsOf[face].entries())
      it(`${what}: it goes on after the next start, and there is exactly one run`, async () => {
        const running = product ?? assert.fail('it runs');
        const version = `2.14.${index}`;
        const number = `R-${1001 + index}`;
        await running.client.say(
          'dana',
          deployments,
          `run acme/shop/deploy.yml version=${version} environment=staging`,
        );
        const preview = await see(new RegExp(`Nothing has been started yet.*${version.replaceAll('.', '\\.')}`, 's'));
        const killed = new Promise<void>((resolve, reject) => {
          github.onStop = () => void running.kill().then(resolve, reject);
        });
        let isPast = false;
        let calls = 0;
        github.stopAt = (id) => {
          const [newest] = shop.runs;
          if (id === 'actions/get-workflow-run' && newest?.status === 'in_progress') newest.end('success');
          else if (id === 'actions/get-workflow-run' && newest?.status === 'queued') newest.begin();
          if (isPast || id !== at) return undefined;
          if (face === 'ghes-3.19' && (calls += 1) === 1) return undefined;
          isPast = true;
          return when;
        };
        // The click may be killed with the rest; what it asked for is stored.
        await running.client.click('dana', preview, 'runs.start').catch(() => undefined);
        await killed;
        product = await start();
        await see(new RegExp(`${number}.*Succeeded`, 's'));
        assert.equal(shop.runs.length, index + 1);
        assert.match(shop.runs[0]?.title ?? '', new RegExp(`^Deploy ${version.replaceAll('.', '\\.')} · run:`));
      });

    it('reruns what failed from its card, once', async () => {
      const { client } = product ?? assert.fail('it runs');
      github.stopAt = () => undefined;
      await client.say('dana', deployments, 'run acme/shop/deploy.yml version=2.15.0 environment=staging');
      await client.click('dana', await see(/Nothing has been started yet.*2\.15\.0/s), 'runs.start');
      const run = await eventually('GitHub has the run', () => shop.runs.find(({ title }) => title.includes('2.15.0')));
      run.begin();
      run.end('failure');
      const failed = await see(/2\.15\.0.*Rerun failed steps|Failed.*2\.15\.0/s);
      await client.click('dana', failed, 'runs.rerun');
      await eventually('GitHub runs it again', () => run.attempt === 2);
      // The card from before is clicked once more.
      await client.click('dana', failed, 'runs.rerun').catch(() => undefined);
      run.begin();
      run.end('success');
      await see(/Succeeded.*the failed steps of R-\d+/s);
      assert.equal(run.attempt, 2);
    });
  });
