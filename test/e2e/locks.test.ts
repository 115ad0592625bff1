import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionsOf, wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { quickly } from './quick-catalog';

/** The path of the sandbox's catalog in this folder, changed so that everybody is asked every two seconds whether they still need their lock. */
function writeAskingCatalog(folder: string): string {
  const text = quickly(readFileSync(join(__dirname, '../../sandbox/catalog.yaml'), 'utf8'));
  const file = join(folder, 'asking.yaml');
  writeFileSync(file, text.replace(/^( +)staging:\n/m, '$&$1  lockAskAfterSeconds: 2\n'));
  return file;
}

describe('the card that asks whether a lock is still needed', () => {
  const folder = temporaryFolder();
  const personal = 'a:dana';
  let product: Product;

  before(async () => {
    const environment = { GAVEL_CATALOG: writeAskingCatalog(folder.path) };
    product = await startProduct({ dataDir: folder.path, environment });
  });
  after(async () => {
    await product?.stop();
    folder.remove();
  });

  const question = (reason: string): Promise<SeenMessage> =>
    product.client.waitFor(
      'dana',
      personal,
      ({ view }) => wordsOf(view).includes(reason) && actionsOf(view).some(({ verb }) => verb === 'locks.keep'),
    );

  it('no longer frees or keeps anything once the same person has another lock there', async () => {
    const { client } = product;
    await client.say('dana', personal, 'lock shop in staging because I am testing the tax fix');
    const old = await question('testing the tax fix');
    await client.say('dana', personal, 'unlock shop in staging');
    await client.waitFor('dana', personal, ({ text }) => /shop in staging is unlocked/.test(text));
    await client.say('dana', personal, 'lock shop in staging because I am moving its data');
    for (const verb of ['locks.unlock', 'locks.keep'])
      assert.match(
        JSON.stringify(await client.click('dana', old, verb)),
        /That lock on shop in staging has already ended. Nothing was changed. Dana Developer holds the lock on shop in staging: “I am moving its data/,
      );
    const current = await question('moving its data');
    assert.match(JSON.stringify(await client.click('dana', current, 'locks.unlock')), /shop in staging is unlocked/);
  });
});
