import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationId } from '../connectors/cloudbees-cd/contract';
import { automation, CloudBees } from '../connectors/cloudbees-cd/double';
import { keyed } from '../connectors/cloudbees-cd/world';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { deployments } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

/** Where Gavel is killed: once CloudBees CD has done it and before Gavel knows, and just after it has heard. */
const points: readonly {
  readonly what: string;
  readonly at: OperationId;
  readonly when: 'before' | 'after' | 'answered';
}[] = [
  { what: 'before it hears that the start has arrived', at: 'runPipeline', when: 'after' },
  { what: 'just after it has heard of the run', at: 'runPipeline', when: 'answered' },
];

describe('a pipeline of CloudBees CD that somebody starts, with kill -9 of Gavel', () => {
  const folder = temporaryFolder();
  let cloudbees: CloudBees;
  let product: Product | undefined;
  let start: () => Promise<Product>;

  before(async () => {
    cloudbees = await CloudBees.start();
    const stages = [{ name: 'production', tasks: [{ name: 'deploy' }] }];
    cloudbees.project('acme').pipeline('deploy', [{ name: 'version', required: true }, ...keyed], stages);
    const ports = await portsOfProduct();
    const environment = { GAVEL_CATALOG: writeCatalog(), GAVEL_CD: automation.password };
    start = () => startProduct({ dataDir: folder.path, ports, environment });
    product = await start();
  });
  after(async () => {
    await product?.stop();
    folder.remove();
    await cloudbees.close();
  });

  function writeCatalog(): string {
    const connection = `  cd: { kind: cloudbees-cd, url: "${cloudbees.url}", user: ${automation.user}, credential: GAVEL_CD, run: ["acme/pipeline/*"] }`;
    const file = join(folder.path, 'with-cloudbees.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8');
    writeFileSync(file, text.replace(/^connections:$/m, `connections:\n${connection}`));
    return file;
  }

  const see = (words: RegExp): Promise<SeenMessage> =>
    (product ?? assert.fail('it runs')).client.waitFor('dana', deployments, ({ card, view }) =>
      words.test(wordsOf(view ?? card)),
    );

  for (const [index, { what, at, when }] of points.entries())
    it(`${what}: it goes on after the next start, and there is exactly one run`, async () => {
      const running = product ?? assert.fail('it runs');
      const version = `2.14.${index}`;
      await running.client.say('dana', deployments, `run acme/pipeline/deploy version=${version}`);
      const preview = await see(new RegExp(`Nothing has been started yet.*${version.replaceAll('.', '\\.')}`, 's'));
      const killed = new Promise<void>((resolve, reject) => {
        cloudbees.onStop = () => void running.kill().then(resolve, reject);
      });
      let isPast = false;
      cloudbees.stopAt = (id) => {
        const [newest] = cloudbees.runtimes;
        if (id === 'getPipelineRuntimeDetails' && newest && !newest.isCompleted) newest.next();
        if (isPast || id !== at) return undefined;
        isPast = true;
        return when;
      };
      // The click may be killed with the rest; what it asked for is stored.
      await running.client.click('dana', preview, 'runs.start').catch(() => undefined);
      await killed;
      product = await start();
      await see(new RegExp(`R-${1001 + index}.*Succeeded`, 's'));
      assert.equal(cloudbees.runtimes.length, index + 1);
      assert.equal(cloudbees.runtimes[0]?.values['version'], version);
      assert.match(cloudbees.runtimes[0].values['gavel_key'] ?? '', /^run:/);
    });
});
