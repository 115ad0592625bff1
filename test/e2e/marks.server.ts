import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { startGraphite } from '../servers/graphite';
import type { Graphite } from '../servers/graphite';
import { startStatsd } from '../servers/statsd';
import type { Statsd } from '../servers/statsd';
import { askFor, deployments } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

const flushMs = 1_000;

describe('a deployment of the whole product with a real Graphite and a real statsd', () => {
  const folder = temporaryFolder();
  let graphite: Graphite;
  let statsd: Statsd;
  let product: Product | undefined;
  let environment: Readonly<Record<string, string>>;
  const running = (): Product => {
    assert.ok(product);
    return product;
  };

  before(async () => {
    graphite = await startGraphite(join(folder.path, 'graphite'));
    statsd = await startStatsd(join(folder.path, 'statsd'), graphite.linePort, flushMs);
    environment = { GAVEL_CATALOG: writeCatalog() };
    product = await startProduct({ dataDir: folder.path, environment });
  });
  after(async () => {
    await product?.stop();
    await statsd.stop();
    await graphite.stop();
    folder.remove();
  });

  function writeCatalog(): string {
    const connections = [
      `  graphite: { kind: graphite, url: "${graphite.url}" }`,
      `  statsd: { kind: statsd, host: 127.0.0.1, port: ${statsd.port}, adminPort: ${statsd.adminPort} }`,
    ];
    const finished = `{ query: "stats.counters.gavel.{service}.{environment}.deploy.succeeded.count" }`;
    const bindings = [
      '  annotations: [{ connection: graphite, tags: [deploy, "{service}", "{environment}"] }, { connection: statsd }]',
      `  metrics: [{ connection: local }, { connection: graphite, queries: { finished: ${finished} } }]`,
    ];
    const file = join(folder.path, 'with-graphite.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8')
      .replace(/^connections:$/m, `connections:\n${connections.join('\n')}`)
      .replace(/^ {2}metrics: .*$/m, bindings.join('\n'));
    writeFileSync(file, text);
    return file;
  }

  const events = async (): Promise<readonly { what: string; data: string; tags: readonly string[] }[]> => {
    const answer = await fetch(`${graphite.url}/events/get_data?tags=deploy%20search`);
    return (await answer.json()) as { what: string; data: string; tags: readonly string[] }[];
  };

  const counted = async (): Promise<readonly number[]> => {
    const target = 'stats.counters.gavel.search.staging.deploy.succeeded.count';
    const answer = await fetch(`${graphite.url}/render?format=json&from=-10min&target=${target}`);
    const lines = (await answer.json()) as { datapoints: [number | null, number][] }[];
    return lines.flatMap(({ datapoints }) => datapoints.flatMap(([value]) => (value ? [value] : [])));
  };

  it('becomes marks in Graphite and numbers of statsd, each once', async () => {
    await askFor(running().client, 'search', '3.2.2', 'staging');
    const marks = await eventually('the marks of the start and of the end', async () => {
      const seen = await events();
      return seen.some(({ what }) => /succeeded/.test(what)) && seen;
    });
    assert.deepEqual(marks.map(({ what }) => what).sort(), [
      'search 3.2.2 to staging',
      'search 3.2.2 to staging: succeeded',
    ]);
    for (const { tags } of marks) assert.deepEqual(tags.slice(0, 3), ['deploy', 'search', 'staging']);
    assert.deepEqual(
      await eventually('the counter', async () => ((await counted()).length > 0 ? counted() : false)),
      [1],
    );
  });

  it('shows on a graph in chat, with its mark', async () => {
    const { client } = running();
    const askForGraph = async (): Promise<string> => {
      const asked = await client.say('dana', deployments, 'graph finished of search in staging');
      const answer = await client.waitFor(
        'dana',
        deployments,
        ({ from, root, card }) => from.isBot && root === asked.id && /Finished of search/.test(wordsOf(card)),
      );
      return wordsOf(answer.card);
    };
    // While Graphite moves a number from its memory to its disk, a question can find it in neither.
    const words = await eventually('the number on the graph', async () => {
      const drawn = await askForGraph();
      return !drawn.includes('There is no data') && drawn;
    });
    assert.match(words, /3\.2\.2 went live/);
  });

  it('is recorded by the command line: the answers of Graphite, and nothing that identifies it', () => {
    const to = join(folder.path, 'recorded');
    const recorded = spawnSync(
      process.execPath,
      ['bin/gavel.js', 'connectors', 'record', 'graphite', '--to', to, '--writes'],
      {
        cwd: join(__dirname, '../..'),
        env: { PATH: process.env['PATH'], ...environment, GAVEL_DATA: folder.path },
        encoding: 'utf8',
      },
    );
    assert.equal(recorded.status, 0, recorded.stdout + recorded.stderr);
    const texts = readdirSync(to).map((name) => readFileSync(join(to, name), 'utf8'));
    assert.ok(texts.some((text) => text.includes('/render')));
    for (const text of texts) assert.ok(!text.includes('127.0.0.1'), text);
  });
});
