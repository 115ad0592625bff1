import assert from 'node:assert/strict';
import { target } from '../contract';
import { readTemplates } from '../../../src/core/catalog/templates';
import { openKubernetes, shopBinding } from './connection';
import { Kubernetes } from './double';

describe('the check of Kubernetes', () => {
  let kubernetes: Kubernetes;

  beforeEach(async () => {
    kubernetes = await Kubernetes.start();
    kubernetes.deploy('shop', 'registry.example/shop:2.14.0');
  });
  afterEach(() => kubernetes.close());

  async function check(binding: object = shopBinding, settings: object = {}) {
    const { value: values } = readTemplates(binding);
    const connection = openKubernetes(kubernetes, { settings, targets: () => [{ ...target, values }] });
    try {
      return await connection.check();
    } finally {
      await connection.close();
    }
  }

  it('has a line for each right and each place of keys', async () => {
    assert.deepEqual(
      (await check()).map(({ about, problem }) => [about, problem]),
      [
        'signing in',
        'get deployments in production',
        'list replicasets in production',
        'patch deployments in production',
        'list pods in production',
        'list events in production',
        'get pods/log in production',
        'create pods/eviction in production',
        'list horizontalpodautoscalers in production',
        'keeping keys in deployment shop in production',
      ].map((about) => [about, undefined]),
    );
  });

  it('changes nothing', async () => {
    const before = structuredClone(kubernetes.applications.get('shop')?.object);
    await check();
    assert.deepEqual(kubernetes.applications.get('shop')?.object, before);
  });

  it('says which right is missing', async () => {
    kubernetes.denied.add('create pods/eviction');
    const problems = (await check()).filter(({ problem }) => problem !== undefined);
    assert.deepEqual(problems, [
      {
        about: 'create pods/eviction in production',
        problem: 'Gavel’s account can’t create pods/eviction in production. Add it to the role of Gavel’s account.',
      },
    ]);
  });

  const last = async (binding?: object): Promise<string | undefined> => (await check(binding)).at(-1)?.problem;

  it('says that the workload or its container isn’t there', async () => {
    assert.match((await last({ ...shopBinding, container: 'web' })) ?? '', /^It has no container web\./);
    assert.match((await last({ ...shopBinding, deployment: 'shopp' })) ?? '', /^It isn’t there\./);
  });

  it('says that something removes the annotation with the keys', async () => {
    kubernetes.dropsAnnotations = true;
    assert.match((await last()) ?? '', /isn’t kept/);
  });

  it('with a wrong token has one line', async () => {
    const lines = await check(shopBinding, { credential: undefined });
    assert.equal(lines.length, 1);
    assert.match(lines[0]?.problem ?? '', /rejected the credential/);
  });
});
