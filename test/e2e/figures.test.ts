import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { deployments } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

/** The whole product with a socket in the place of statsd. */
describe('the figures that the whole product sends to statsd', () => {
  const folder = temporaryFolder();
  const socket = createSocket('udp4');
  const lines: string[] = [];
  let product: Product;
  let start: () => Promise<Product>;

  before(async () => {
    socket.on('message', (packet) => lines.push(...packet.toString().split('\n')));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const file = join(folder.path, 'with-statsd.yaml');
    const connection = `  statsd: { kind: statsd, host: 127.0.0.1, port: ${socket.address().port}, figures: team.gavel }`;
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8');
    writeFileSync(file, text.replace(/^connections:$/m, `connections:\n${connection}`));
    const ports = await portsOfProduct();
    start = () => startProduct({ dataDir: folder.path, ports, environment: { GAVEL_CATALOG: file } });
    product = await start();
  });
  after(async () => {
    await product.stop();
    await product.kill();
    socket.close();
    folder.remove();
  });

  const see = (words: RegExp): Promise<SeenMessage> =>
    product.client.waitFor('dana', deployments, ({ card, view }) => words.test(wordsOf(view ?? card)));
  const received = (form: RegExp): readonly string[] => lines.filter((line) => form.test(line));

  it('are what is open in the source of each service', async () => {
    await eventually('the gauges', () => received(/^team\.gavel\.source\.shop\.unreleased_commits:\d+\|g$/).length > 0);
    for (const line of received(/source/)) assert.match(line, /^team\.gavel\.source\.[a-z0-9-]+\.[a-z_]+:\d+\|g$/);
  });

  it('are the outcome and the duration of a run, once, also over a kill', async () => {
    await product.client.say('dana', deployments, 'run load-test requests=5');
    await product.client.click('dana', await see(/Nothing has been started yet/), 'runs.start');
    await see(/Run R-1001.*Succeeded/s);
    const of = /^team\.gavel\.pipelines\.local\.load-test\./;
    await eventually('the figures of the run', () => received(of).length >= 2);
    await product.kill();
    product = await start();
    await product.client.say('dana', deployments, 'run reindex-search archived=true');
    await product.client.click('dana', await see(/Nothing has been started yet.*Reindex search/s), 'runs.start');
    await eventually('the figures of the second run', () => received(/\.reindex-search\.failed:1\|c$/).length > 0);
    assert.deepEqual(
      received(of).map((line) => line.replace(/:\d+\|ms$/, ':…|ms')),
      ['team.gavel.pipelines.local.load-test.succeeded:1|c', 'team.gavel.pipelines.local.load-test.duration:…|ms'],
    );
    assert.equal(received(/\.reindex-search\.(?:failed|succeeded)/).length, 1);
  });
});
