import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { quickly } from './quick-catalog';

const deployments = '19:deployments@thread.tacv2';
const root = join(__dirname, '../..');

/** A team's own runner: the cart fails with a screenshot until it's fixed, and it waits while it's held. */
const runner = `
const fs = require('node:fs');
const path = require('node:path');
const only = process.argv.slice(2).filter((word) => word !== '--only');
const is = (name) => fs.existsSync(path.join(__dirname, name));
const write = () => {
  if (is('hold')) return setTimeout(write, 50);
  fs.mkdirSync(path.join(__dirname, 'results'), { recursive: true });
  const screenshot = '<system-out>[[ATTACHMENT|cart.png]]</system-out>';
  const cart = is('fixed') ? '' : '<failure message="the cart has 2 products"/>' + screenshot;
  const cases = { 'opens the page': '', 'shows the cart': cart };
  const names = Object.keys(cases).filter((name) => only.length === 0 || only.includes(name));
  const lines = names.map((name) => '<testcase classname="pages" name="' + name + '" time="0.1">' + cases[name] + '</testcase>');
  if (!is('fixed')) fs.copyFileSync(path.join(__dirname, 'screen.png'), path.join(__dirname, 'results/cart.png'));
  fs.writeFileSync(path.join(__dirname, 'results/junit.xml'), '<testsuite name="pages">' + lines.join('') + '</testsuite>');
  process.exitCode = is('fixed') ? 0 : 1;
};
write();
`;

/** Test suites of the sandbox, and of a team's own runner, run in the playground as a person does it. */
describe('tests that people run from chat', () => {
  const folder = temporaryFolder();
  const suite = join(folder.path, 'suite');
  const catalogFile = join(folder.path, 'tests.yaml');
  let product: Product;
  let ports: Awaited<ReturnType<typeof portsOfProduct>>;
  const start = () => startProduct({ dataDir: folder.path, ports, environment: { GAVEL_CATALOG: catalogFile } });
  before(async () => {
    mkdirSync(suite);
    writeFileSync(join(suite, 'run.js'), runner);
    writeFileSync(join(suite, 'screen.png'), readFileSync(join(root, 'docs/pictures/approval-light.png')));
    const pages = {
      ...{ command: [process.execPath, join(suite, 'run.js')], folder: suite, results: 'results/*.xml' },
      rerunFailed: { argument: '--only', as: 'names' },
    };
    const bound = `bindings: { tests: { connection: own, suites: { pages: ${JSON.stringify(pages)} } } }`;
    const text = quickly(readFileSync(join(root, 'sandbox/catalog.yaml'), 'utf8'))
      .replace(/^connections:$/m, 'connections:\n  own: { kind: junit }')
      .replace(/^ {2}search:$/m, `  search:\n    ${bound}`);
    assert.match(text, /kind: junit/);
    assert.match(text, /connection: own/);
    writeFileSync(catalogFile, text);
    ports = await portsOfProduct();
    product = await start();
  });
  after(async () => {
    await product.stop();
    await product.kill();
    folder.remove();
  });

  const see = (who: string, words: RegExp): Promise<SeenMessage> =>
    product.client.waitFor(who, deployments, ({ card, view }) => words.test(wordsOf(view ?? card)));
  const runs = () => readdirSync(join(folder.path, 'test-runs')).filter((name) => /^[0-9a-f]{32}$/.test(name)).length;

  it('are chosen in a form, and real requests to the service decide', async () => {
    await product.client.say('dana', deployments, 'tests checkout on shop');
    const form = await see('dana', /Run Checkout where\?/);
    await product.client.click('dana', form, 'chat.choose', { 'chosen-suite': 'checkout on shop in staging' });
    await see('dana', /Tests T-1001.*Passed.*4\stests passed/s);
  });

  it('show what failed with its screenshot, and rerun only that', async () => {
    await product.client.say('dana', deployments, 'tests pages on search in staging');
    const failed = await see('dana', /Tests T-1002.*1 of 2\stests failed.*the cart has 2 products/s);
    assert.match(JSON.stringify(failed.view ?? failed.card), /data:image\/png;base64,/);
    writeFileSync(join(suite, 'fixed'), '');
    await product.client.click('dana', failed, 'tests.rerun');
    await see('dana', /Tests T-1003.*Passed.*1 failed test|Tests T-1003.*Passed.*1\srerun test passed/s);
    await product.client.say('dana', deployments, 'tests history pages on search');
    await see('dana', /T-1003.*T-1002.*1 passed, 1 failed/s);
    await product.client.say('dana', deployments, 'flaky tests of search');
    await see('dana', /1\sflaky test.*shows the cart.*50%/s);
  });

  it('are refused to people without the right', async () => {
    await product.client.say('nico', deployments, 'tests pages on search in staging');
    await see('nico', /You can’t run tests of search in staging/);
  });

  it('run once although Gavel is killed in the middle, and its next start follows them on the same card', async () => {
    const before = runs();
    writeFileSync(join(suite, 'hold'), '');
    await product.client.say('dana', deployments, 'tests pages on search in staging');
    const running = await see('dana', /Tests T-1004.*Running/s);
    await product.kill();
    rmSync(join(suite, 'hold'));
    product = await start();
    const done = await see('dana', /Tests T-1004.*Passed/s);
    assert.equal(done.id, running.id, 'the same message');
    assert.equal(runs(), before + 1);
  });
});
