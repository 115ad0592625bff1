import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';

/** Pipelines of the sandbox, started in the playground as a person does it. */
describe('pipelines that people run from chat', () => {
  const folder = temporaryFolder();
  let product: Product;
  let ports: Awaited<ReturnType<typeof portsOfProduct>>;
  const start = (pace: number) => startProduct({ dataDir: folder.path, ports, pace });
  before(async () => {
    ports = await portsOfProduct();
    product = await start(0.6);
  });
  after(async () => {
    await product.stop();
    await product.kill();
    folder.remove();
  });

  const see = (who: string, words: RegExp): Promise<SeenMessage> =>
    product.client.waitFor(who, deployments, ({ card, view }) => words.test(wordsOf(view ?? card)));
  const click = (who: string, message: SeenMessage, verb: string, data: Record<string, string> = {}) =>
    product.client.click(who, message, verb, data);
  /** Prepares a run with this line and starts it. */
  const begin = async (line: string, preview: RegExp): Promise<void> => {
    await product.client.say('dana', deployments, line);
    await click('dana', await see('dana', preview), 'runs.start');
  };
  const requests = () =>
    readdirSync(join(folder.path, 'pipeline-runs'))
      .filter((name) => /^[0-9a-f]{32}$/.test(name))
      .map(
        (name) =>
          JSON.parse(readFileSync(join(folder.path, 'pipeline-runs', name, 'request.json'), 'utf8')) as {
            values: Record<string, unknown>;
          },
      );

  it('run from the form with typed parameters, and are followed to their end', async () => {
    await product.client.say('dana', deployments, 'run load-test');
    const form = await see('dana', /How many, from 1 to 5000/);
    await click('dana', form, 'runs.preview', {
      'value-0': '0',
      'value-1': '0',
      'value-2': '30',
      'value-3': '',
    });
    const preview = await see('dana', /Nothing has been started yet.*Load test.*requests.*30/s);
    await click('dana', preview, 'runs.start');
    await see('dana', /Run R-1001.*Succeeded.*30 sent, 0 failed/s);
  });

  it('show the log of the step that fails', async () => {
    await begin('run reindex-search archived=true', /Nothing has been started yet.*Reindex search/s);
    await see('dana', /R-1002.*“check” failed.*product 4711: has no name/s);
  });

  it('are refused to people without the right', async () => {
    await product.client.say('nico', deployments, 'run load-test');
    await see('nico', /You can’t run a pipeline.*Dana Developer/s);
  });

  it('stop when somebody cancels them', async () => {
    await begin('run load-test requests=3000', /Nothing has been started yet.*3000/s);
    const card = await see('dana', /R-1003.*(Starting|Running)/s);
    await click('dana', card, 'runs.cancel');
    await see('dana', /R-1003.*Canceled by Dana Developer/s);
  });

  it('run once although Gavel is killed in the middle, and its next start follows them on the same card', async () => {
    await begin('run load-test requests=2500', /Nothing has been started yet.*2500/s);
    const running = await see('dana', /R-1004.*Running “/s);
    await product.kill();
    product = await start(0.6);
    const done = await see('dana', /R-1004.*Succeeded/s);
    assert.equal(done.id, running.id, 'the same message');
    assert.equal(requests().filter(({ values }) => values['requests'] === '2500').length, 1);
  });

  it('wait for an approval, survive a kill meanwhile, and go on once somebody other than their starter approves', async () => {
    await begin('run pay-refunds limit=100', /Nothing has been started yet.*Pay refunds/s);
    const waiting = await see(
      'dana',
      /Waiting for approval of “Pay \d+ refunds.*from Avery Approver or Noor Operator/s,
    );
    const [, number = ''] = /\(A.([0-9a-f]{6})\)/.exec(wordsOf(waiting.view ?? waiting.card)) ?? [];
    const label = `A-${number}`;
    await product.client.say('dana', deployments, `approve ${label}`);
    await see('dana', /You can’t approve your own request A/);
    await product.kill();
    product = await start(0.6);
    await product.client.say('avery', deployments, `approve ${label} pay="the first 5" checked with finance`);
    await see('dana', /Run R-\d+.*Succeeded.*5 paid/s);
    await see('dana', /Approval A.*Approved by Avery Approver.*The run continues/s);
    const [decided] = readdirSync(join(folder.path, 'pipeline-runs')).flatMap((run) => {
      const file = join(folder.path, 'pipeline-runs', run, 'decision.json');
      return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as { comment: string }] : [];
    });
    assert.equal(decided?.comment, `Approved by Avery Approver in Gavel (${label}): checked with finance`);
  });
});
