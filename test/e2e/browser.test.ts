import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchBrowser } from './browser';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';
const waitMs = 40_000;

/** Two people in two windows do the main job by hand. With PICTURES=<folder> each step leaves a picture. */
describe('people in a real browser', function () {
  this.timeout(150_000);
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  const contexts: BrowserContext[] = [];

  before(async function () {
    browser = await launchBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 0.1 });
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
    folder.remove();
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  async function windowOf(
    as: string,
    options: { colorScheme?: 'light' | 'dark'; width?: number } = {},
  ): Promise<{ page: Page; errors: string[] }> {
    const { colorScheme = 'light', width = 1280 } = options;
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: 1000 },
      reducedMotion: 'reduce',
    });
    contexts.push(context);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${product.playgroundUrl}?as=${as}&in=${encodeURIComponent(deployments)}`);
    await page.getByRole('textbox', { name: 'Message' }).first().waitFor();
    return { page, errors };
  }

  async function picture(page: Page, name: string): Promise<void> {
    const where = process.env['PICTURES'];
    if (!where) return;
    mkdirSync(where, { recursive: true });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(where, `${name}-${colorScheme}.png`) });
    }
  }

  const say = async (page: Page, text: string): Promise<void> => {
    const box = page.getByRole('textbox', { name: 'Message' }).first();
    await box.fill(text);
    await box.press('Escape');
    await box.press('Enter');
  };
  const card = (page: Page, ...texts: (string | RegExp)[]): Locator =>
    texts.reduce<Locator>((found, text) => found.filter({ hasText: text }), page.getByTestId('message')).last();

  it('pick, approve, follow and verify a deployment', async () => {
    const dana = await windowOf('dana');
    await say(dana.page, 'deploy');
    const picker = card(dana.page, 'Draft');
    await picker.getByLabel('Service').selectOption('shop');
    await picker.getByLabel('Environment').selectOption('production');
    await picture(dana.page, '1-picker');
    await picker
      .getByRole('button', { name: /Show|Next|Choose/ })
      .first()
      .click();
    await picker.getByRole('radio', { name: /^2\.14\.0/ }).check({ timeout: waitMs });
    await picker.getByRole('button', { name: /Show changes/ }).click();
    await picker.getByRole('button', { name: 'Ask to deploy 2.14.0' }).waitFor({ timeout: waitMs });
    await picture(dana.page, '2-preview');
    await picker.getByRole('button', { name: 'Ask to deploy 2.14.0' }).click();

    const nico = await windowOf('nico');
    const forNico = card(nico.page, 'shop 2.14.0 to production', /One approval by/);
    await forNico.waitFor({ timeout: waitMs });
    assert.equal(
      await forNico.getByRole('button', { name: /Approve|Reject/ }).count(),
      0,
      'the newcomer sees no buttons',
    );
    const danaApproval = card(dana.page, 'shop 2.14.0 to production', /One approval by/);
    await danaApproval.waitFor({ timeout: waitMs });
    assert.equal(
      await danaApproval.getByRole('button', { name: 'Approve 2.14.0' }).count(),
      0,
      'the requester sees no Approve',
    );

    const avery = await windowOf('avery');
    const noor = await windowOf('noor');
    const approval = card(avery.page, 'shop 2.14.0 to production', /One approval by/);
    await approval.getByRole('button', { name: 'Approve 2.14.0' }).waitFor({ timeout: waitMs });
    await card(noor.page, 'shop 2.14.0 to production')
      .getByRole('button', { name: 'Approve 2.14.0' })
      .waitFor({ timeout: waitMs });
    await picture(avery.page, '3-approval');
    await approval.getByRole('button', { name: 'Approve 2.14.0' }).click();
    await card(avery.page, /Approved by Avery Approver/).waitFor({ timeout: waitMs });
    await card(noor.page, /Approved by Avery Approver/).waitFor({ timeout: waitMs });

    await card(dana.page, 'shop 2.14.0 to production', /Running|Verifying/).waitFor({ timeout: waitMs });
    await picture(dana.page, '4-running');
    const succeeded = card(dana.page, 'shop 2.14.0 to production', /Succeeded/);
    await succeeded.waitFor({ timeout: 60_000 });
    await succeeded.scrollIntoViewIfNeeded();
    await picture(dana.page, '5-succeeded');
    await card(dana.page, 'shop in production', /Health/).waitFor({ timeout: waitMs });
    await picture(dana.page, '6-health');
    await say(dana.page, 'where');
    await card(dana.page, 'What runs where', '2.14.0').waitFor({ timeout: waitMs });
    await picture(dana.page, '7-where');
    assert.deepEqual([...dana.errors, ...avery.errors, ...noor.errors, ...nico.errors], []);
  });

  it('see a broken release put back by itself', async () => {
    const dana = await windowOf('dana', { colorScheme: 'dark' });
    await say(dana.page, 'deploy shop 2.15.0 to production');
    await card(dana.page, 'Draft', '2.15.0')
      .getByRole('button', { name: 'Ask to deploy 2.15.0' })
      .click({ timeout: waitMs });
    const avery = await windowOf('avery', { colorScheme: 'dark' });
    await card(avery.page, 'shop 2.15.0 to production', /One approval by/)
      .getByRole('button', { name: 'Approve 2.15.0' })
      .click({ timeout: waitMs });
    await card(dana.page, 'shop 2.15.0 to production', /Rolled back/).waitFor({ timeout: 60_000 });
    await picture(dana.page, '8-rolled-back');
    assert.deepEqual([...dana.errors, ...avery.errors], []);
  });

  it('reload and find the base card, in a narrow window too', async () => {
    const nico = await windowOf('nico', { width: 420 });
    await card(nico.page, 'shop 2.15.0 to production', /Rolled back/).waitFor({ timeout: waitMs });
    const overflow = await nico.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
    await picture(nico.page, '9-narrow');
    assert.deepEqual(nico.errors, []);
  });

  it('write and send with the keyboard alone', async () => {
    const { page } = await windowOf('dana');
    const box = page.getByRole('textbox', { name: 'Message' }).first();
    await box.focus();
    await page.keyboard.type('health shop in production');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    const health = card(page, 'shop in production', /p95/);
    await health.waitFor({ timeout: waitMs });
    // A line needs two points, and a point half a minute.
    const graph = health.getByRole('img', { name: /Line graph of shop latency/ });
    for (const until = Date.now() + 80_000; !(await graph.count()) && Date.now() < until;) {
      await page.waitForTimeout(3_000);
      await health.getByRole('button', { name: 'Refresh' }).first().click();
    }
    assert.equal(await graph.count(), 1, 'the graph says what it shows');
    await picture(page, '10-keyboard');
  });
});
