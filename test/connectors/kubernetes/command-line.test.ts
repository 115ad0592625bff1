import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli';
import { sampleCatalogText } from '../../features/fakes';
import { Kubernetes, token } from './double';

describe('the command line with Kubernetes in the catalog', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-kubernetes-catalog-'));
  let kubernetes: Kubernetes;

  before(async () => {
    kubernetes = await Kubernetes.start();
    for (const name of ['shop', 'payments', 'search']) kubernetes.deploy(name, `registry.example/${name}:2.14.0`);
    const bound = `{ connection: cluster, namespace: production, deployment: "{service}" }`;
    const lines = [
      `connections: { cluster: { kind: kubernetes, url: "${kubernetes.url}", credential: GAVEL_KUBERNETES } }`,
      `bindings: { running: [${bound}], control: ${bound}, workload: ${bound} }`,
    ];
    writeFileSync(join(folder, 'catalog.yaml'), `${sampleCatalogText}${lines.join('\n')}\n`);
  });
  after(async () => {
    await kubernetes.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(...line: string[]): Promise<string> {
    const said: string[] = [];
    const environment = { GAVEL_CATALOG: join(folder, 'catalog.yaml'), GAVEL_DATA: join(folder, 'data') };
    const code = await runCommandLine(['connectors', ...line], { ...environment, GAVEL_KUBERNETES: token }, (words) =>
      said.push(words),
    );
    assert.equal(code, 0, said.join('\n'));
    return said.join('\n');
  }

  it('tries each permission and each workload', async () => {
    const said = await run('test', 'cluster');
    for (const words of ['create pods/eviction in production', 'keeping keys in deployment shop in production'])
      assert.ok(said.includes(words), said);
  });

  it('records what a workload is, and changes nothing', async () => {
    const to = join(folder, 'recorded');
    await run('record', 'cluster', '--to', to);
    assert.equal(kubernetes.countOf('POST pods/eviction'), 0);
    const paths = readdirSync(to).map((name) => {
      const text = readFileSync(join(to, name), 'utf8');
      assert.ok(!text.includes(token));
      return (JSON.parse(text) as { readonly request: { readonly path: string } }).request.path;
    });
    assert.ok(paths.some((path) => path.startsWith('/api/v1/namespaces/production/pods?')));
    assert.ok([...kubernetes.applications.values()].every(({ object }) => object.metadata.generation === 1));
  });
});
