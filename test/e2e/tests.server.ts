import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { startGrid, webDriverClient } from '../servers/selenium';
import type { Grid } from '../servers/selenium';
import { askFor, deployments, titled } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { quickly } from './quick-catalog';

const root = join(__dirname, '../..');
const webDriverSuite = join(root, 'test/connectors/selenium/webdriver-suite.js');

/** The whole product, with a real Selenium Grid, Chromium, and services of the sandbox. */
describe('a suite of WebDriver, run from chat on a real Grid', () => {
  const folder = temporaryFolder();
  const suiteFolder = join(folder.path, 'suite');
  let grid: Grid;
  let product: Product;
  before(async function () {
    this.timeout(240_000);
    mkdirSync(suiteFolder);
    grid = await startGrid(folder.path);
    await grid.addNode(1);
    product = await startProduct({
      dataDir: folder.path,
      environment: { GAVEL_CATALOG: writeCatalog(), GAVEL_GRID: grid.credentials.password },
    });
  });
  after(async () => {
    await product.stop();
    await product.kill();
    await grid.stop();
    folder.remove();
  });

  /** Staging keeps a broken release, so that the suite meets it. */
  function writeCatalog(): string {
    const file = join(folder.path, 'grid.yaml');
    const browsed = {
      title: 'Browsed checkout',
      command: [process.execPath, webDriverSuite, webDriverClient, folder.path],
      ...{ folder: suiteFolder, results: 'results/*.xml', timeLimitMinutes: 2 },
      rerunFailed: { argument: '--only', as: 'names' },
    };
    const connection = { kind: 'selenium', url: grid.url, user: grid.credentials.user, credential: 'GAVEL_GRID' };
    const bound = { tests: { connection: 'grid', suites: { browsed } } };
    const text = quickly(readFileSync(join(root, 'sandbox/catalog.yaml'), 'utf8'))
      .replace(/^connections:$/m, `connections:\n  grid: ${JSON.stringify(connection)}`)
      .replace(/^ {2}shop:$/m, `  shop:\n    bindings: ${JSON.stringify(bound)}`)
      .replace('rollBackAutomatically: true', 'rollBackAutomatically: false');
    writeFileSync(file, text);
    return file;
  }
  const see = (words: RegExp): Promise<SeenMessage> =>
    product.client.waitFor('dana', deployments, ({ card, view }) => words.test(wordsOf(view ?? card)));
  const screenshotsOn = ({ card, view }: SeenMessage): Buffer[] =>
    [...JSON.stringify(view ?? card).matchAll(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g)].map(([, bytes = '']) =>
      Buffer.from(bytes, 'base64'),
    );

  it('fails on the broken release, with the screenshot of the browser on the card', async () => {
    await askFor(product.client, 'shop', '2.15.0', 'staging');
    await product.client.waitFor('dana', deployments, titled('shop 2.15.0 to staging', /Failed/));
    await product.client.say('dana', deployments, 'tests browsed on shop in staging');
    const failed = await see(/Tests T-1001.*1 of 2\stests failed.*the checkout shows a total/s);
    const [screenshot, ...others] = screenshotsOn(failed);
    assert.equal(others.length, 0);
    assert.equal(screenshot?.subarray(1, 4).toString(), 'PNG');
    assert.deepEqual(await grid.sessionNames(), [], 'its browser is closed');
  });

  it('passes on a good release, with only what failed', async () => {
    await askFor(product.client, 'shop', '2.14.0', 'staging');
    await product.client.waitFor('dana', deployments, titled('shop 2.14.0 to staging', /Succeeded/));
    await product.client.click('dana', await see(/Tests T-1001/), 'tests.rerun');
    const passed = await see(/Tests T-1002.*Passed/s);
    assert.deepEqual(screenshotsOn(passed), []);
  });
});
