import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitHub } from '../connectors/github/double';
import { appId, appKey, installation } from '../connectors/github/identities';
import { exampleOf, Webhooks } from '../connectors/github/webhooks';
import type { Repository } from '../connectors/github/world';
import { deployFile } from '../connectors/github/world';
import { hookSecret } from '../connectors/hooks/signing';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { deployments } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

describe('an App of GitHub that calls Gavel, with kill -9 of Gavel', () => {
  const folder = temporaryFolder();
  let github: GitHub;
  let shop: Repository;
  let webhooks: Webhooks;
  let product: Product;
  let start: () => Promise<Product>;

  before(async () => {
    github = await GitHub.start();
    shop = github.repository('acme/shop', { 'deploy.yml': deployFile });
    shop.environment('staging', [], [appId]);
    const ports = await portsOfProduct();
    webhooks = new Webhooks(github, `http://127.0.0.1:${ports.port}/api/hooks/github`);
    const environment = {
      ...{ GAVEL_CATALOG: writeCatalog(), GAVEL_GITHUB: appKey, GAVEL_GITHUB_HOOK: hookSecret },
    };
    start = () => startProduct({ dataDir: folder.path, ports, environment });
    product = await start();
  });
  after(async () => {
    await product.stop();
    folder.remove();
    await github.close();
  });

  function writeCatalog(): string {
    const app = `app: { id: ${appId}, installation: ${installation} }, hook: { secret: GAVEL_GITHUB_HOOK }`;
    const connection = `  github: { kind: github, url: "${github.url}", credential: GAVEL_GITHUB, ${app}, run: ["acme/shop/*"] }`;
    const file = join(folder.path, 'with-github.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8');
    writeFileSync(file, text.replace(/^connections:$/m, `connections:\n${connection}`));
    return file;
  }

  it('is heard only with its signature', async () => {
    const sent = { ...exampleOf('workflow_run completed'), guid: 'e1b0f3c2-0000-11ef-9f00-000000000001' };
    assert.equal(await webhooks.post(sent, 'guessed'), 401);
    assert.equal(await webhooks.post(sent), 200);
    assert.equal(await webhooks.post(sent), 200, 'sent again');
    assert.equal(await webhooks.post({ ...sent, body: 'hello', guid: 'e1b0f3c2-0000-11ef-9f00-000000000002' }), 400);
  });

  it('sends what Gavel missed again after its next start, and the run is followed to its end once', async () => {
    const say = `run acme/shop/deploy.yml version=2.14.0 environment=staging`;
    await product.client.say('dana', deployments, say);
    const preview = await product.client.waitFor('dana', deployments, ({ card, view }) =>
      /Nothing has been started yet/.test(wordsOf(view ?? card)),
    );
    await product.client.click('dana', preview, 'runs.start');
    const run = await eventually('GitHub has the run', () => shop.runs[0]);
    run.begin();
    const repository = { full_name: 'acme/shop' };
    const { id } = run;
    assert.equal(await webhooks.send('workflow-run/in-progress', { repository, workflow_run: { id } }), 200);
    github.deliveries.splice(0);
    await product.kill();
    run.end('success');
    const ended = { repository, workflow_run: { id, run_attempt: 1 } };
    assert.equal(await webhooks.send('workflow-run/completed', ended), 502);
    const [lost] = github.deliveries;
    product = await start();
    await eventually('it has arrived', () =>
      github.deliveries.some(({ guid, statusCode }) => guid === lost?.guid && statusCode === 200),
    );
    assert.equal(github.redelivered.filter((each) => each === lost?.id).length, 1);
    await product.client.waitFor('dana', deployments, ({ card, view }) =>
      /R-1001.*Succeeded/s.test(wordsOf(view ?? card)),
    );
    assert.equal(shop.runs.length, 1);
    assert.doesNotMatch(product.output(), new RegExp(hookSecret));
  });
});
