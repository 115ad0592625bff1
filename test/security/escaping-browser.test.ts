import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../e2e/browser';
import { startProduct, temporaryFolder } from '../e2e/product';
import type { Product } from '../e2e/product';

const deployments = '19:deployments@thread.tacv2';

describe('hostile text in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path });
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  it('is drawn as text in messages and in cards, and runs nothing', async () => {
    const page = await browser.newPage();
    const alarms: string[] = [];
    page.on('dialog', (dialog) => {
      alarms.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url().includes('evil.example')) alarms.push(request.url());
    });
    await page.goto(`${product.playgroundUrl}?as=dana&in=${encodeURIComponent(deployments)}`);
    const box = page.getByRole('textbox', { name: 'Message' }).first();
    const hostile = [
      '<img src=x onerror=alert(1)>',
      '**B0LD**',
      '[L1NK](https://evil.example/)',
      '![P1CT](https://evil.example/p.png)',
    ];
    const dates = '{{DATE(2020-01-01T00:00:00Z,LONG)}} {{TIME(2020-01-01T09:00:00Z)}}';
    for (const text of [...hostile, dates]) {
      // The answer repeats what it didn't understand: on a card with suggestions, and in a sentence.
      for (const line of [`deplyo ${text}`, `where ${text}`]) {
        const seen = await page.getByTestId('message').count();
        await box.fill(line);
        await box.press('Escape');
        await box.press('Enter');
        await page
          .getByTestId('message')
          .nth(seen + 1)
          .waitFor();
      }
    }
    const drawn = page.getByTestId('message');
    assert.equal(await drawn.locator('img[src="x"], img[src*="evil"], a[href*="evil"], script').count(), 0);
    assert.equal(await drawn.locator('strong', { hasText: /^B0LD$/ }).count(), 0);
    for (const text of hostile)
      assert.ok((await drawn.getByText(text).count()) >= 1, `${text} is to be read as it was written`);
    assert.ok(
      (await drawn.getByText('{ {DATE(2020-01-01T00:00:00Z,LONG)}}').count()) >= 1,
      'the text of a date function',
    );
    assert.equal(await drawn.getByText(/January 1, 2020|\b9:00/).count(), 0, 'no date of each reader');
    assert.deepEqual(alarms, []);
  });
});
