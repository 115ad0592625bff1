import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitHub } from '../connectors/github/double';
import { token } from '../connectors/github/identities';
import { wordsOf } from '../playground/client';
import { deployments } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

describe('what runs where, by the sandbox and by GitHub', () => {
  const folder = temporaryFolder();
  let github: GitHub;
  let product: Product;

  before(async () => {
    github = await GitHub.start('github.com');
    const { source } = github.repository('acme/shop', {});
    source.commit('main', 'Dana Developer', 'Gift cards');
    source.tag('v9.9.9');
    source.deployments.push({
      ...{ id: 7, body: { ref: 'v9.9.9', environment: 'production' } },
      statuses: [{ state: 'success', createdAt: '2026-11-20T11:00:00Z' }],
    });
    const connection = `  github: { kind: github, url: "${github.url}", credential: GAVEL_GITHUB }`;
    const file = join(folder.path, 'with-github.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8')
      .replace(/^connections:$/m, `connections:\n${connection}`)
      .replace(
        'running: [{ connection: local }]',
        "running: [{ connection: local }, { connection: github, repository: 'acme/{service}' }]",
      );
    writeFileSync(file, text);
    const environment = { GAVEL_CATALOG: file, GAVEL_GITHUB: token };
    product = await startProduct({ dataDir: folder.path, environment });
  });
  after(async () => {
    await product?.stop();
    await github?.close();
    folder.remove();
  });

  const read = async (service: string, title: string): Promise<string> => {
    await product.client.say('dana', deployments, `where ${service}`);
    const shown = await product.client.waitFor('dana', deployments, ({ card }) => wordsOf(card).includes(title));
    return wordsOf(shown.card);
  };

  it('says which of them says what', async () => {
    const words = await read('shop', 'Where shop runs');
    assert.match(words, /production.*Sandbox says \d+\.\d+\.\d+; GitHub says 9\.9\.9\./s);
    assert.match(words, /staging.*Sandbox says \d+\.\d+\.\d+; GitHub says nothing is deployed\..*production/s);
  });

  it('says that it couldn’t ask one of them, and shows what the other one knows', async () => {
    const words = await read('search', 'Where search runs');
    assert.match(words, /\d+\.\d+\.\d+.*Gavel couldn’t get the release from GitHub\./s);
    assert.doesNotMatch(words, /GitHub says/);
  });
});
