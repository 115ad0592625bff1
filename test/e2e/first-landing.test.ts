import assert from 'node:assert/strict';
import { finalStates } from '../../src/features/deployments/contract';
import { deploymentWorkflow } from '../../src/features/deployments/workflow';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { layFirstLanding } from '../store/first-landing';
import { openStoreIn } from '../store/temporary-store';
import { startProduct, temporaryFolder } from './product';

const deployments = '19:deployments@thread.tacv2';

/** How the deployment with this number ended, as another process sees it in the store. */
async function endOf(folder: string, number: number): Promise<string> {
  const store = openStoreIn(folder, 'looker-on');
  try {
    return await eventually(`the end of D-${number}`, async () => {
      const [found] = (await store.collection(deploymentWorkflow.spec).find({ where: { number } })).items;
      assert.ok(found, `there is no D-${number}`);
      return finalStates.includes(found.value.state) && found.value.state;
    });
  } finally {
    await store.close();
  }
}

describe('a deployment that the first release left waiting', () => {
  it('is approved and run by today’s Gavel', async () => {
    const folder = temporaryFolder();
    layFirstLanding(folder.path);
    const product = await startProduct({ dataDir: folder.path });
    try {
      const { client } = product;
      await client.say('avery', deployments, 'approve D-1002');
      await client.waitFor('avery', deployments, ({ card, view, text }) =>
        /payments 1\.10\.1 to production.*Approved by/s.test([text, wordsOf(card), wordsOf(view)].join(' ')),
      );
      assert.equal(await endOf(folder.path, 1002), 'succeeded');
    } finally {
      await product.stop();
      folder.remove();
    }
  });
});
