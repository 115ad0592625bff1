import assert from 'node:assert/strict';
import { wordsOf } from '../playground/client';
import { portsOfProduct, startProduct, temporaryFolder } from './product';

const deployments = '19:deployments@thread.tacv2';

describe('kill -9 in the middle of a run', () => {
  it('the same card goes on to the right end after the next start, and nothing runs twice', async () => {
    const folder = temporaryFolder();
    const ports = await portsOfProduct();
    const first = await startProduct({ dataDir: folder.path, ports, pace: 0.25 });
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
      const running = await client.waitFor('dana', deployments, (message) => /Running/.test(wordsOf(message.card)));
      await first.kill();
      second = await startProduct({ dataDir: folder.path, ports, pace: 0.25 });
      const done = await second.client.waitFor('dana', deployments, (message) =>
        /Succeeded/.test(wordsOf(message.card)),
      );
      assert.equal(done.id, running.id, 'the same message');
      const cards = (await second.client.messages('dana', deployments)).filter(
        (message) => /shop 2\.14\.0 to staging/.test(wordsOf(message.card)) && /Succeeded/.test(wordsOf(message.card)),
      );
      assert.equal(cards.length, 1);
      assert.equal(await second.stop(), 0, second.output());
    } finally {
      await (second ?? first).kill();
      folder.remove();
    }
  });
});
