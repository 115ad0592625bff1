import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from '../patience';
import { actionsOf, wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { askFor, deployments, titled } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

/** It counts as resolved after a minute of calm. */
const settledMs = 60_000 + patienceMs;
/** The watch counts what it sees twice, and a slow service shows once its figures do. */
const noticedMs = 60_000 + patienceMs;

describe('an alert whose likely cause is the deployment that just happened', () => {
  const folder = temporaryFolder();
  let product: Product;
  before(async () => void (product = await startProduct({ dataDir: folder.path })));
  after(async () => {
    await product.kill();
    folder.remove();
  });

  const alertsIn = async (title: RegExp): Promise<SeenMessage[]> =>
    (await product.client.messages('noor', deployments)).filter(({ card }) => {
      const words = wordsOf(card);
      return /Alert A-/.test(words) && title.test(words);
    });
  const isAlert =
    (title: RegExp) =>
    ({ card }: SeenMessage): boolean =>
      /Alert A-/.test(wordsOf(card)) && title.test(wordsOf(card));

  it('names it and has Roll back, whose form leads to the release before and resolves it', async () => {
    const { client } = product;
    await client.say('ada', deployments, 'subscription announce payments here');
    await askFor(client, 'payments', '1.10.0', 'staging');
    await client.waitFor('dana', deployments, titled('payments 1.10.0 to staging', /Succeeded/));
    // The release is several times slower than the one before; its verification knew no limit that it passes.
    const file = writeQuickCatalog(folder.path);
    const limits = 'limits: { p95Ms: 400, p50Ms: 200, errorPercent: 100, minimumRequestsPerSecond: 0.1 }';
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/(payments:[^]*?)limits: \{[^}]*\}/, (_, before: string) => before + limits),
    );
    const told = await client.waitFor('noor', deployments, isAlert(/payments in staging is slow/), noticedMs);
    assert.match(wordsOf(told.card), /Likely cause:[^]*1\.10\.0, requested by Dana Developer, went live (?:at|on)/);
    await client.refresh('noor', told);
    const shown = (await client.messages('noor', deployments)).find(({ id }) => id === told.id);
    const titles = actionsOf(shown?.view).map(({ title }) => title);
    assert.ok(
      titles.some((each) => /^Roll back to 1\.\d+\.\d+…$/.test(each)),
      titles.join(', '),
    );
    const form = await client.open('noor', shown ?? told, 'deployments.rollback-service');
    assert.match(`${form.title} ${wordsOf(form.card)}`, /Roll back payments in staging\?[^]*replaces 1\.10\.0/);
    await form.press('deployments.rollback-service', { reason: 'charges are slow' });
    await client.waitFor('noor', deployments, isAlert(/payments in staging was slow[^]*Resolved/), settledMs);
    assert.equal((await alertsIn(/payments in staging (?:is|was) slow/)).length, 1, 'one card to its end');
  });

  it('has Restart and Roll back when the service was killed, and is told once', async () => {
    const { client, dataDir } = product;
    await client.say('ada', deployments, 'subscription announce shop here');
    await askFor(client, 'shop', '2.14.1', 'staging');
    await client.waitFor('dana', deployments, titled('shop 2.14.1 to staging', /Succeeded/));
    const record = join(dataDir, 'sandbox/services/shop.staging/process.json');
    const { processId } = JSON.parse(readFileSync(record, 'utf8')) as { readonly processId: number };
    process.kill(processId, 'SIGKILL');
    const told = await client.waitFor('noor', deployments, isAlert(/shop in staging isn’t responding/), noticedMs);
    await client.refresh('noor', told);
    const shown = (await client.messages('noor', deployments)).find(({ id }) => id === told.id);
    const titles = actionsOf(shown?.view).map(({ title }) => title);
    assert.ok(titles.includes('Restart shop…'), titles.join(', '));
    assert.ok(
      titles.some((each) => /^Roll back to 2\.\d+\.\d+…$/.test(each)),
      titles.join(', '),
    );
    assert.ok(titles.length <= 5, titles.join(', '));
    assert.equal((await alertsIn(/shop in staging isn’t responding/)).length, 1);
  });
});
