import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { startWireDoubleProcess } from '../store/wire-double/process';
import type { WireDoubleProcess } from '../store/wire-double/process';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';

describe('the whole product on MongoDB', () => {
  const folder = temporaryFolder();
  const dataFile = join(folder.path, 'double.ndjson');
  let double: WireDoubleProcess;
  let product: Product;
  let settings: Record<string, string>;

  before(async () => {
    double = await startWireDoubleProcess({ dataFile });
    settings = { MONGODB_URI: double.url, GAVEL_AUDIT_KEY: 'ab'.repeat(32), GAVEL_INSTANCE: 'first' };
    product = await startProduct({ dataDir: folder.path, environment: settings });
  });
  after(async () => {
    await product?.stop();
    await double?.kill();
    folder.remove();
  });

  async function gavel(...words: string[]): Promise<string> {
    const lines: string[] = [];
    await runCommandLine(words, { GAVEL_DATA: folder.path, ...settings }, (line) => lines.push(line));
    return lines.join('\n');
  }
  const card = (state: RegExp) => (message: SeenMessage) => {
    const words = wordsOf(message.card);
    return message.from.isBot && words.includes('shop 2.14.0 to production') && state.test(words);
  };

  it('deploys, although MongoDB is killed and comes back in the middle', async () => {
    const { client } = product;
    const asked = await client.say('dana', deployments, 'deploy shop 2.14.0 to production');
    const picker = await client.waitFor('dana', deployments, (each) => each.from.isBot && each.root === asked.id);
    const choice = { service: 'shop', release: '2.14.0', environment: 'production' };
    const answer = await client.click('dana', picker, 'deployments.request', choice);
    assert.match(wordsOf(answer.kind === 'card' ? answer.card : ''), /D-\d+/, JSON.stringify(answer));
    const approval = await client.waitFor(
      'dana',
      deployments,
      (each) => each.id !== picker.id && card(/Waiting/)(each),
    );
    await client.refresh('avery', approval);
    const approved = await client.click('avery', approval, 'approvals.approve');
    assert.match(wordsOf(approved.kind === 'card' ? approved.card : ''), /Approved by/);
    await double.kill();
    double = await startWireDoubleProcess({ port: double.port, dataFile });
    await client.waitFor('dana', deployments, card(/Succeeded/));
    assert.equal(existsSync(join(folder.path, 'gavel.db')), false, 'nothing lies in the embedded store');
  });

  it('verifies and exports its audit log at the same time', async () => {
    assert.match(await gavel('audit', 'verify'), /The audit log is intact: [1-9]/);
    assert.match(await gavel('audit', 'export'), /approvals\.approve/);
  });
});
