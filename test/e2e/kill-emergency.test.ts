import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { openStoreIn } from '../store/temporary-store';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';

describe('kill -9 in the middle of an emergency deployment', () => {
  const folder = temporaryFolder();
  let ports: Awaited<ReturnType<typeof portsOfProduct>>;
  let product: Product;

  before(async () => {
    ports = await portsOfProduct();
    product = await begin();
  });
  after(async () => {
    await product?.kill();
    folder.remove();
  });

  const begin = (): Promise<Product> => startProduct({ dataDir: folder.path, ports, pace: 0.3 });
  async function killAndStart(): Promise<void> {
    await product.kill();
    product = await begin();
  }

  /** Waits for a card in a place, as this person sees it, whose words have all of these. */
  const card = (who: string, place: string, ...words: readonly RegExp[]): Promise<SeenMessage> =>
    product.client.waitFor(who, place, ({ view }) => words.every((each) => each.test(wordsOf(view))));

  async function confirm(release: string): Promise<void> {
    const line = `emergency deploy shop ${release} to production because customers cannot pay`;
    await product.client.say('ada', deployments, line);
    const preview = await card('ada', deployments, /Nothing has started/, new RegExp(`Deploy ${release} now`));
    const answer = await product.client.click('ada', preview, 'emergencies.start', { reason: 'customers cannot pay' });
    assert.match(JSON.stringify(answer), /started this as D\W\d+/);
  }

  /** How many messages of this kind there are in a place. */
  async function count(who: string, place: string, words: RegExp): Promise<number> {
    return (await product.client.messages(who, place)).filter(({ card: shown }) => words.test(wordsOf(shown))).length;
  }

  async function noticesOf(label: string, ...more: readonly string[]): Promise<readonly number[]> {
    const notice = new RegExp(`Emergency ${label}`);
    const people = ['avery', 'noor', ...more];
    return Promise.all([
      count('dana', deployments, notice),
      ...people.map((person) => count(person, `a:${person}`, notice)),
    ]);
  }

  it('right after the confirmation: it starts once, everybody is told once, and its review opens', async () => {
    await confirm('2.14.0');
    await killAndStart();
    await card('dana', deployments, /Emergency D-1001/, /Review due/);
    await card('avery', 'a:avery', /Emergency D-1001/, /Review due/);
    assert.deepEqual(await noticesOf('D-1001'), [1, 1, 1]);
  });

  it('while it waits and while it runs: a lock that began meanwhile is told once, and nothing runs twice', async () => {
    await confirm('2.14.1');
    await confirm('2.13.2');
    await card('dana', deployments, /Emergency D-1003/, /The deployment starts when D-1002 finishes/);
    await product.client.say('dana', deployments, 'lock shop in production because I am testing the tax fix');
    await killAndStart();
    await card('dana', 'a:dana', /Emergency D-1003/, /you hold the lock on shop in production/);
    await card('dana', deployments, /Emergency D-1003/, /Lock by Dana Developer/, /The run has started/);
    await killAndStart();
    await card('dana', deployments, /Emergency D-1003/, /Review due/);
    await card('avery', 'a:avery', /Emergency D-1003/, /Review due/);
    assert.deepEqual(await noticesOf('D-1002'), [1, 1, 1]);
    assert.deepEqual(await noticesOf('D-1003', 'dana'), [1, 1, 1, 1]);
    const review = await card('avery', 'a:avery', /Emergency D-1003/, /Review due/);
    await product.client.click('avery', review, 'emergencies.close', { findings: 'A check was missing.' });
    await card('dana', deployments, /Emergency D-1003/, /Reviewed by Avery Approver/);
  });

  it('leaves one request, one start and one run for each of them', async () => {
    assert.equal(await product.stop(), 0, product.output());
    const store = openStoreIn(folder.path, 'gavel');
    const lines = await store.audit.read({});
    await store.close();
    const labelsOf = (what: string): readonly string[] =>
      lines.filter((each) => each.what === what).map(({ target }) => target.replace(' shop in production', ''));
    const byPeople = lines.filter(({ what, who }) => what === 'deployments.request' && who !== 'gavel');
    assert.equal(byPeople.length, 3);
    // On a slow machine a verification can fail, and then Gavel starts a rollback of its own.
    const started = labelsOf('deployments.start');
    assert.equal(new Set(started).size, started.length);
    assert.deepEqual(
      ['D-1001', 'D-1002', 'D-1003'].filter((label) => !started.includes(label)),
      [],
    );
    assert.deepEqual(labelsOf('emergencies.close'), ['D-1003']);
    const runs = readdirSync(join(folder.path, 'runs')).filter((name) => !name.startsWith('.'));
    assert.equal(runs.length, started.length);
  });
});
