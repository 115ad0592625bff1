import assert from 'node:assert/strict';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { writeEarlierCatalog, writeQuickCatalog } from './quick-catalog';
import { portsOfProduct, startProduct, temporaryFolder } from './product';

const deployments = '19:deployments@thread.tacv2';

describe('kill -9 in the middle of a run', () => {
  for (const [before, writeFirst] of [
    ['the next start', writeQuickCatalog],
    ['an upgrade whose catalog has connections', writeEarlierCatalog],
  ] as const)
    it(`the same card continues to the right end after ${before}, and nothing runs twice`, () =>
      continueRun(writeFirst));

  async function continueRun(writeFirst: (folder: string) => string): Promise<void> {
    const folder = temporaryFolder();
    const ports = await portsOfProduct();
    const environment = { GAVEL_CATALOG: writeFirst(folder.path) };
    const first = await startProduct({ dataDir: folder.path, ports, pace: 0.25, environment });
    let second: typeof first | undefined;
    try {
      const { client } = first;
      await client.say('dana', deployments, 'deploy shop 2.14.0 to staging');
      const picker = await client.waitFor('dana', deployments, (message) =>
        /shop to staging/.test(wordsOf(message.view)),
      );
      await client.click('dana', picker, 'deployments.request', {
        service: 'shop',
        release: '2.14.0',
        environment: 'staging',
      });
      const ofRun = ({ id, card }: SeenMessage, state: RegExp): boolean =>
        id !== picker.id && state.test(wordsOf(card));
      const running = await client.waitFor('dana', deployments, (message) => ofRun(message, /Running/));
      await first.kill();
      second = await startProduct({ dataDir: folder.path, ports, pace: 0.25 });
      const done = await second.client.waitFor('dana', deployments, (message) => ofRun(message, /Succeeded/));
      assert.equal(done.id, running.id, 'the same message');
      const cards = (await second.client.messages('dana', deployments)).filter(
        (message) => /shop 2\.14\.0 to staging/.test(wordsOf(message.card)) && ofRun(message, /Succeeded/),
      );
      assert.equal(cards.length, 1);
      await second.client.waitFor(
        'dana',
        deployments,
        ({ id, card }) => id === picker.id && /Succeeded/.test(wordsOf(card)),
      );
      assert.equal(await second.stop(), 0, second.output());
    } finally {
      await (second ?? first).kill();
      folder.remove();
    }
  }
});
