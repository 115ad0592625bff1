import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitHub } from '../connectors/github/double';
import { appId, appKey, installation } from '../connectors/github/identities';
import { deployFile } from '../connectors/github/world';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { deployments } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import { writeQuickCatalog } from './quick-catalog';

describe('a decision that Gavel sends to GitHub Enterprise Server as an App', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  function writeCatalog(url: string): string {
    const app = `app: { id: ${appId}, installation: ${installation} }`;
    const connection = `  github: { kind: github, url: "${url}", credential: GAVEL_GITHUB, ${app}, run: ["acme/shop/*"] }`;
    const file = join(folder.path, 'with-github.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8');
    writeFileSync(file, text.replace(/^connections:$/m, `connections:\n${connection}`));
    return file;
  }

  it('is found again and not sent twice if Gavel is killed before it hears that it arrived', async () => {
    const github = await GitHub.start('ghes-3.19');
    const shop = github.repository('acme/shop', { 'deploy.yml': deployFile });
    shop.environment('staging', [], [appId]);
    const ports = await portsOfProduct();
    const environment = { GAVEL_CATALOG: writeCatalog(github.url), GAVEL_GITHUB: appKey };
    const start = () => startProduct({ dataDir: folder.path, ports, environment });
    let product = await start();
    const see = (who: string, fits: (message: SeenMessage) => boolean): Promise<SeenMessage> =>
      product.client.waitFor(who, deployments, fits);
    const says =
      (words: RegExp) =>
      ({ card, view }: SeenMessage): boolean =>
        words.test(wordsOf(view ?? card));
    try {
      await product.client.say('dana', deployments, 'run acme/shop/deploy.yml version=2.14.0 environment=staging');
      await product.client.click('dana', await see('dana', says(/Nothing has been started yet/)), 'runs.start');
      const run = await eventually('GitHub has the run', () => shop.runs[0]);
      run.wait('staging', ['rule']);
      const asked = await see('avery', ({ card }) =>
        /"verb":"approvals\.view"/.test(JSON.stringify(card?.['refresh'])),
      );
      await product.client.refresh('avery', asked);
      const killed = new Promise<void>((resolve, reject) => {
        github.onStop = () => void product.kill().then(resolve, reject);
      });
      let isPast = false;
      github.stopAt = (id) => {
        if (isPast || id !== 'actions/review-custom-gates-for-run') return undefined;
        isPast = true;
        return 'after';
      };
      // The click may be killed with the rest; what it decided is stored.
      await product.client.click('avery', asked, 'approvals.approve').catch(() => undefined);
      await killed;
      assert.equal(run.reviews.length, 1);
      product = await start();
      await see('dana', says(/Approved by Avery/));
      run.end('success');
      await see('dana', says(/R-1001.*Succeeded/s));
      assert.deepEqual(
        run.reviews.map(({ state, user }) => [state, user]),
        [['approved', 'gavel[bot]']],
      );
      assert.equal(await product.stop(), 0, product.output());
    } finally {
      await product.kill();
      await github.close();
    }
  });
});
