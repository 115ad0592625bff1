import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { startCluster } from '../servers/kubernetes/cluster';
import type { Cluster } from '../servers/kubernetes/cluster';
import { image, manifest, roleOfReadme } from '../servers/kubernetes/objects';
import { deployments } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

const apps = '/apis/apps/v1/namespaces/production';

/** The whole product, and a real API server with its controllers. */
describe('a workload of a real Kubernetes, changed from chat', () => {
  const folder = temporaryFolder();
  let cluster: Cluster;
  let product: Product;

  before(async () => {
    cluster = await startCluster(join(folder.path, 'cluster'));
    await make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'production' } });
    for (const each of roleOfReadme())
      await make(`/apis/rbac.authorization.k8s.io/v1/namespaces/production/${each.path}`, each.object);
    await make(`${apps}/deployments`, manifest('Deployment', 'shop', 3));
    product = await startProduct({
      dataDir: folder.path,
      environment: {
        GAVEL_CATALOG: writeCatalog(),
        GAVEL_KUBERNETES: cluster.tokens.gavel,
        GAVEL_KUBERNETES_CA: cluster.ca,
      },
    });
    await podsAre(/3 of 3\spods are ready/);
  });
  after(async () => {
    await product.stop();
    await product.kill();
    await cluster.stop();
    folder.remove();
  });

  async function make(path: string, object: object): Promise<void> {
    const { status, body } = await cluster.ask('POST', path, object);
    assert.ok(status < 300, JSON.stringify(body));
  }

  /** Staging is bound to it, because changes there need no approval. */
  function writeCatalog(): string {
    const file = join(folder.path, 'with-kubernetes.yaml');
    const keys = 'credential: GAVEL_KUBERNETES, ca: GAVEL_KUBERNETES_CA';
    const place = 'connection: cluster, namespace: production, deployment: "{service}"';
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8')
      .replace(/^connections:$/m, `connections:\n  cluster: { kind: kubernetes, url: "${cluster.url}", ${keys} }`)
      .replace('control: { connection: local }', `control: { ${place} }\n  workload: { ${place} }`);
    writeFileSync(file, text);
    return file;
  }

  const see = (words: RegExp): Promise<SeenMessage> =>
    product.client.waitFor('noor', deployments, ({ card, view, text }) =>
      words.test(`${text} ${wordsOf(view ?? card)}`),
    );
  const podsAre = (words: RegExp): Promise<unknown> =>
    eventually(`pods: ${words.source}`, async () => {
      const asked = await product.client.say('noor', deployments, 'pods shop in staging');
      const { card } = await product.client.waitFor(
        'noor',
        deployments,
        ({ from, root }) => from.isBot && root === asked.id,
      );
      return words.test(wordsOf(card));
    });
  const setImage = (tag: string): Promise<unknown> =>
    cluster.ask(
      'PATCH',
      `${apps}/deployments/shop`,
      { spec: { template: { spec: { containers: [{ name: 'app', image: image(tag) }] } } } },
      'application/strategic-merge-patch+json',
    );

  it('shows a stuck rollout with its reason, and rolls it back', async () => {
    await setImage('2.14.0');
    await podsAre(/3 of 3\spods are ready.*2\.14\.0/s);
    await setImage('2.15.0-broken');
    await podsAre(/The rollout is stuck.*ImagePullBackOff.*The earlier pods keep running/s);
    await product.client.say('dana', deployments, 'rollout undo shop in staging because 2.15.0 has no image');
    await see(/is being rolled back to revision 2 \(2\.14\.0\).*Requested by Dana Developer/s);
    await podsAre(/^(?!.*stuck).*3 of 3\spods are ready/s);
    const { body } = await cluster.ask('GET', `${apps}/deployments/shop`);
    assert.match(JSON.stringify(body), /Rolled back to 2\.14\.0 by Dana Developer/);
  });

  it('scales it, and tells who asked why a pod can’t be removed', async () => {
    await product.client.say('noor', deployments, 'scale shop in staging to 4 because Black Friday');
    await see(/was scaled from 3 to 4\spods.*Requested by Noor Operator/s);
    await podsAre(/4 of 4\spods are ready/);
    await make('/apis/policy/v1beta1/namespaces/production/poddisruptionbudgets', {
      ...{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'shop' } },
      spec: { minAvailable: 4, selector: { matchLabels: { app: 'shop' } } },
    });
    const { body } = await cluster.ask('GET', '/api/v1/namespaces/production/pods');
    const [pod] = (body as { readonly items: readonly { readonly metadata: { readonly name: string } }[] }).items;
    const name = pod?.metadata.name ?? assert.fail('a pod');
    await product.client.say('noor', deployments, `remove pod ${name} of shop in staging`);
    await see(/wasn’t removed.*disruption budget/s);
    await podsAre(new RegExp(name));
  });

  it('restarts it one pod after the other', async () => {
    await cluster.ask('DELETE', '/apis/policy/v1beta1/namespaces/production/poddisruptionbudgets/shop');
    await product.client.say('noor', deployments, 'restart shop in staging because it leaks');
    await see(/shop in staging was restarted/);
    await podsAre(/4 of 4\spods are ready/);
  });
});
