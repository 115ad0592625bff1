import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { eventually } from '../patience';
import { openBrowser } from './browser';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Windows } from './windows';

/** Two people in two windows do the main job by hand. With PICTURES=<folder>, each step saves a picture. */
describe('people in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 0.1 });
    windows = createWindows(browser, product);
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
    folder.remove();
  });
  afterEach(() => windows.close());

  const windowOf: Windows['of'] = (as, options) => windows.of(as, options);

  it('pick, approve, follow and verify a deployment', async () => {
    const dana = await windowOf('dana');
    await dana.say('deploy');
    const picker = dana.card('Draft');
    await picker.getByLabel('Service').selectOption('shop');
    await picker.getByLabel('Environment').selectOption('production');
    await dana.picture('1-picker');
    await picker
      .getByRole('button', { name: /Show|Next|Choose/ })
      .first()
      .click();
    await picker.getByRole('radio', { name: /^2\.14\.0/ }).check();
    await picker.getByRole('button', { name: /Show changes/ }).click();
    await picker.getByRole('button', { name: 'Request 2.14.0' }).waitFor();
    await dana.picture('2-preview');
    await picker.getByRole('button', { name: 'Request 2.14.0' }).click();

    const nico = await windowOf('nico');
    const forNico = nico.card('shop 2.14.0 to production', /One approval is needed by/);
    await forNico.waitFor();
    assert.equal(
      await forNico.getByRole('button', { name: /Approve|Reject/ }).count(),
      0,
      'the newcomer sees no buttons',
    );
    const danaApproval = dana.card('shop 2.14.0 to production', /One approval is needed by/);
    await danaApproval.waitFor();
    assert.equal(
      await danaApproval.getByRole('button', { name: 'Approve 2.14.0' }).count(),
      0,
      'the requester sees no Approve',
    );

    const avery = await windowOf('avery');
    const noor = await windowOf('noor');
    const approval = avery.card('shop 2.14.0 to production', /One approval is needed by/);
    await approval.getByRole('button', { name: 'Approve 2.14.0' }).waitFor();
    await noor.card('shop 2.14.0 to production').getByRole('button', { name: 'Approve 2.14.0' }).waitFor();
    await avery.picture('3-approval');
    await approval.getByRole('button', { name: 'Approve 2.14.0' }).click();
    await avery.card(/Approved.by\s*Avery Approver/).waitFor();
    await noor.card(/Approved.by\s*Avery Approver/).waitFor();

    await dana.card('shop 2.14.0 to production', /Running|Verifying/).waitFor();
    await dana.picture('4-running');
    const succeeded = dana.card('shop 2.14.0 to production', /Succeeded/);
    await succeeded.waitFor();
    await succeeded.scrollIntoViewIfNeeded();
    await dana.picture('5-succeeded');
    const health = dana.card('shop in production', /Health/);
    // As in Teams, an edit that was on its way replaces the answer to a click; then Dana clicks again.
    while (!(await health.isVisible())) {
      await succeeded.getByRole('button', { name: 'Show health' }).click();
      await health.waitFor({ timeout: 5_000 }).catch(() => undefined);
    }
    await dana.picture('6-health');
    await dana.say('where');
    await dana.card('What runs where', '2.14.0').waitFor();
    await dana.picture('7-where');
    assert.deepEqual([...dana.errors, ...avery.errors, ...noor.errors, ...nico.errors], []);
  });

  it('see a broken release rolled back automatically', async () => {
    const dana = await windowOf('dana', { colorScheme: 'dark' });
    await dana.say('deploy shop 2.15.0 to production');
    await dana.card('Draft', '2.15.0').getByRole('button', { name: 'Request 2.15.0' }).click();
    const avery = await windowOf('avery', { colorScheme: 'dark' });
    await avery
      .card('shop 2.15.0 to production', /One approval is needed by/)
      .getByRole('button', { name: 'Approve 2.15.0' })
      .click();
    await dana.card('shop 2.15.0 to production', /Rolled back/).waitFor();
    await dana.picture('8-rolled-back');
    assert.deepEqual([...dana.errors, ...avery.errors], []);
  });

  it('reload and see the base card, in a narrow window, too', async () => {
    const nico = await windowOf('nico', { width: 420 });
    await nico.card('shop 2.15.0 to production', /Rolled back/).waitFor();
    const overflow = await nico.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
    await nico.picture('9-narrow');
    assert.deepEqual(nico.errors, []);
  });

  it('see text that looks like a mention as plain text', async () => {
    const nico = await windowOf('nico');
    await nico.say('thanks <at>Avery Approver</at>');
    const typed = nico.card('thanks <at>Avery Approver</at>');
    await typed.waitFor();
    assert.deepEqual(await typed.locator('.mention').allTextContents(), ['Gavel']);
    assert.deepEqual(nico.errors, []);
  });

  it('click a button that still counts if its card changes before the release', async () => {
    const place = 'a:dana';
    const [dana, onlooker] = [await windowOf('dana', { place }), await windowOf('dana', { place })];
    const messages = `${product.playgroundUrl}v3/conversations/${encodeURIComponent(place)}/activities`;
    const send = (method: 'POST' | 'PUT', address: string, activity: object): Promise<Response> =>
      fetch(address, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(activity) });
    // A card that Gavel doesn't know: it edits its own cards whenever they change.
    const refresh = {
      ...{ type: 'Action.Execute', title: 'Refresh', verb: 'health.refresh', data: { id: 'shop/production' } },
      fallback: { type: 'Action.Submit', title: 'Refresh', data: { verb: 'health.refresh', id: 'shop/production' } },
    };
    const content = {
      ...{
        type: 'AdaptiveCard',
        version: '1.5',
        fallbackText: 'A button',
        body: [{ type: 'TextBlock', text: 'A button' }],
      },
      actions: [refresh],
    };
    const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
    await send('POST', messages, { type: 'message', attachments });
    const card = dana.card('A button');
    const button = card.getByRole('button', { name: 'Refresh' }).first();
    await button.hover();
    const id = (await card.getAttribute('data-message-id')) ?? '';
    await dana.page.mouse.down();
    const edit = await send('PUT', `${messages}/${id}`, { type: 'message', text: 'Changed meanwhile' });
    assert.equal(edit.status, 200);
    await onlooker.card('Changed meanwhile').waitFor();
    await dana.page.mouse.up();
    // By its id: from now on Gavel keeps this message current, so that the words from before may be gone.
    await dana.page
      .locator(`[data-message-id="${id}"]`)
      .filter({ hasText: 'shop in production' })
      .filter({ hasText: /p95/ })
      .waitFor();
    assert.deepEqual(dana.errors, []);
  });

  it('write and send using only the keyboard', async () => {
    const dana = await windowOf('dana');
    const { page } = dana;
    const box = page.getByRole('textbox', { name: 'Message' }).first();
    await box.focus();
    await page.keyboard.type('health shop in production');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    const health = dana.card('shop in production', /p95/);
    await health.waitFor();
    // A line needs two points, and a point takes half a minute.
    const graph = health.getByRole('img', { name: /Line graph of shop latency/ });
    await eventually('a line graph', async () => {
      await health.getByRole('button', { name: 'Refresh' }).first().click();
      return graph.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
    });
    assert.equal(await graph.count(), 1, 'the graph says what it shows');
    await dana.picture('10-keyboard');
  });
});
