import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kubernetes, token } from '../connectors/kubernetes/double';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

describe('a restart by Kubernetes', () => {
  const folder = temporaryFolder();
  let kubernetes: Kubernetes;
  let product: Product | undefined;

  before(async () => {
    kubernetes = await Kubernetes.start();
  });
  after(async () => {
    await product?.stop();
    folder.remove();
    await kubernetes.close();
  });

  function writeCatalog(): string {
    const connection = `  cluster: { kind: kubernetes, url: "${kubernetes.url}", credential: GAVEL_KUBERNETES }`;
    const control = 'control: { connection: cluster, namespace: production, deployment: "{service}" }';
    const file = join(folder.path, 'with-kubernetes.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8')
      .replace(/^connections:$/m, `connections:\n${connection}`)
      .replace('control: { connection: local }', control);
    writeFileSync(file, text);
    return file;
  }

  it('goes on after Gavel was killed before it heard that it has arrived, and the pods are replaced once', async () => {
    const shop = kubernetes.deploy('shop', 'registry.example/shop:2.14.0');
    const before = shop.pods.map(({ uid }) => uid);
    const ports = await portsOfProduct();
    const environment = { GAVEL_CATALOG: writeCatalog(), GAVEL_KUBERNETES: token };
    const start = (): Promise<Product> => startProduct({ dataDir: folder.path, ports, environment });
    const first = await start();
    product = first;
    const killed = new Promise<void>((resolve, reject) => {
      kubernetes.losesAnswerOf.add('PATCH deployments');
      kubernetes.onLostAnswer = () => {
        kubernetes.losesAnswerOf.clear();
        first.kill().then(resolve, reject);
      };
    });
    // The answer may be killed with the rest; what it asked for is stored.
    await first.client.say('noor', 'a:noor', 'restart shop in staging because it leaks').catch(() => undefined);
    await killed;
    product = await start();
    await product.client.waitFor('noor', 'a:noor', ({ text }) => /shop in staging was restarted/.test(text));
    assert.equal(shop.object.metadata.generation, 2, 'it was changed once');
    assert.equal(shop.pods.length, 3);
    assert.equal(shop.pods.filter(({ uid }) => before.includes(uid)).length, 0);
  });
});
