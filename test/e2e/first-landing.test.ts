import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import * as git from 'isomorphic-git';
import { finalStates } from '../../src/features/deployments/contract';
import type { Deployment } from '../../src/features/deployments/contract';
import { deploymentWorkflow } from '../../src/features/deployments/workflow';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { layFirstLanding } from '../store/first-landing';
import { openStoreIn } from '../store/temporary-store';
import { startProduct, temporaryFolder } from './product';

const deployments = '19:deployments@thread.tacv2';

/** The deployment with this number at its end, read from the store by another process. */
async function endOf(folder: string, number: number): Promise<Deployment> {
  const store = openStoreIn(folder, 'looker-on');
  try {
    return await eventually(`the end of D-${number}`, async () => {
      const [found] = (await store.collection(deploymentWorkflow.spec).find({ where: { number } })).items;
      assert.ok(found, `there is no D-${number}`);
      return finalStates.includes(found.value.state) && found.value;
    });
  } finally {
    await store.close();
  }
}

describe('a waiting deployment of the first release', () => {
  it('is approved and run by the current Gavel', async () => {
    const folder = temporaryFolder();
    // That release's sandbox had its own commits; an upgrade keeps its repository.
    const gitdir = join(folder.path, 'sandbox', 'repository');
    const { ensureRepository } = (await import(join(__dirname, '../../sandbox/repository.js'))) as {
      ensureRepository(folder: string): Promise<void>;
    };
    await ensureRepository(gitdir);
    const commit = await git.resolveRef({ fs, gitdir, ref: 'refs/tags/payments/1.10.1' });
    layFirstLanding(folder.path, { a1e8776845611309311483c1b36ff6ad47a47fb3: commit });
    const product = await startProduct({ dataDir: folder.path });
    try {
      const { client } = product;
      await client.say('avery', deployments, 'approve D-1002');
      await client.waitFor('avery', deployments, ({ card, view, text }) =>
        /payments 1\.10\.1 to production.*Approved by/s.test([text, wordsOf(card), wordsOf(view)].join(' ')),
      );
      const ended = await endOf(folder.path, 1002);
      assert.equal(ended.state, 'succeeded', JSON.stringify(ended));
    } finally {
      await product.stop();
      folder.remove();
    }
  });
});
