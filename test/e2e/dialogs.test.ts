import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { eventually } from '../patience';
import { openBrowser } from './browser';
import { press, smallTargets, violationsIn } from './page-checks';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

/** A dialog in a real browser: usable with the keyboard alone, accessible, and without effect until its button is clicked. */
describe('a dialog of the playground', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 1 });
    windows = createWindows(browser, product);
  });
  after(async () => {
    await windows?.close();
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  const focused = ({ page }: Window): Promise<string> =>
    page.evaluate(
      "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim() || document.activeElement.getAttribute('aria-label')",
    );
  const dialogOf = ({ page }: Window, name: string): Locator => page.getByRole('dialog', { name });
  const health = async (who: string, options: Parameters<Windows['of']>[1] = {}): Promise<Window> => {
    const window = await windows.of(who, { place: `a:${who}`, ...options });
    await window.say('health shop in staging');
    await window.card('shop in staging', 'Restart…').waitFor();
    return window;
  };

  it('opens, keeps the focus inside, and closes without doing anything', async () => {
    const noor = await health('noor', { width: 900 });
    const dialog = dialogOf(noor, 'Restart shop in staging?');
    for (const close of ['Escape', 'Close', 'Cancel']) {
      await press(noor, 'Restart…');
      await dialog.waitFor();
      assert.match(await focused(noor), /^Reason/, 'the first field has the focus');
      const visited = new Set<string>();
      for (let step = 0; step < 8; step++) {
        await noor.page.keyboard.press('Tab');
        visited.add(await focused(noor));
        const isInside =
          'document.activeElement === document.body || document.activeElement.closest("dialog") !== null';
        assert.ok(await noor.page.evaluate(isInside), [...visited].join(', '));
      }
      for (const name of ['Restart shop', 'Cancel', 'Close']) assert.ok(visited.has(name), [...visited].join(', '));
      if (close === 'Escape') await noor.page.keyboard.press('Escape');
      else {
        await dialog.getByRole('button', { name: close, exact: true }).focus();
        await noor.page.keyboard.press('Enter');
      }
      await noor.page.locator('dialog').waitFor({ state: 'detached' });
      assert.equal(await focused(noor), 'Restart…', `the focus is where it was, after ${close}`);
    }
    const said = await product.client.messages('noor', 'a:noor');
    assert.ok(said.length > 1);
    for (const { text, summary } of said)
      assert.doesNotMatch(`${text} ${summary}`, /[Rr]estart/, 'nothing was restarted');
    assert.deepEqual(noor.errors, []);
  });

  it('asks for what is missing, and shows the result', async () => {
    const noor = await health('noor', { width: 900 });
    await press(noor, 'Restart…');
    const dialog = dialogOf(noor, 'Restart shop in staging?');
    await dialog.getByRole('button', { name: 'Restart shop' }).press('Enter');
    await dialog.getByText('Enter a reason.').waitFor();
    await dialog.getByRole('textbox').fill('It leaks memory');
    await noor.picture('80-dialog');
    await dialog.getByRole('button', { name: 'Restart shop' }).press('Enter');
    await dialog.getByText(/^I’m restarting shop in staging/).waitFor();
    assert.equal(await focused(noor), 'Close');
    await noor.picture('81-dialog-answered');
    await noor.page.keyboard.press('Enter');
    await noor.page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(noor), 'Restart…');
    await noor.card('shop in staging was restarted', 'It leaks memory').waitFor();
    assert.deepEqual(noor.errors, []);
  });

  it('leads to other cards and dialogs', async () => {
    const noor = await health('noor');
    await noor.page.getByRole('button', { name: 'More…' }).last().click();
    const more = dialogOf(noor, 'shop in staging');
    await more.waitFor();
    await noor.picture('82-more');
    assert.deepEqual(await violationsIn(noor.page), []);
    await more.getByRole('button', { name: /^Show all services/ }).click();
    const fleet = dialogOf(noor, 'Gavel');
    await fleet.getByRole('button', { name: 'Show a service…' }).click();
    const choose = dialogOf(noor, 'Show the health of a service');
    await choose.getByRole('radio', { name: 'shop in production' }).or(choose.getByRole('combobox')).first().waitFor();
    await noor.picture('83-choose');
    assert.deepEqual(noor.errors, []);
  });

  it('stays open while the card below is edited, and cancels the deployment', async () => {
    const dana = await windows.of('dana');
    await dana.say('@Gavel deploy shop 2.14.1 to staging');
    await dana.card('shop', '2.14.1', 'Draft').getByRole('button', { name: 'Deploy 2.14.1' }).click();
    const card = dana.card('shop 2.14.1 to staging', /Running/);
    await card.getByRole('button', { name: 'Cancel deployment…' }).click();
    const dialog = dialogOf(dana, 'Cancel shop 2.14.1 to staging?');
    await dialog.getByRole('textbox').fill('The wrong release');
    const steps = new Set<string>();
    await eventually('two edits of the card', async () => {
      steps.add((await card.textContent()) ?? '');
      return steps.size > 1 ? true : undefined;
    });
    assert.equal(await dialog.getByRole('textbox').inputValue(), 'The wrong release');
    await dana.picture('85-cancel');
    await dialog.getByRole('button', { name: 'Cancel deployment' }).press('Enter');
    await dana.page.locator('dialog').waitFor({ state: 'detached' });
    await dana.card('shop 2.14.1 to staging', /Canceled by Dana Developer/, /[Tt]he wrong release/).waitFor();
    assert.deepEqual(dana.errors, []);
  });

  it('rejects with a reason, from the channel or the personal copy', async () => {
    const dana = await windows.of('dana');
    await dana.say('@Gavel deploy shop 2.14.0 to production');
    await dana.card('shop', '2.14.0', 'Draft').getByRole('button', { name: 'Request 2.14.0' }).click();
    const avery = await windows.of('avery', { place: 'a:avery' });
    const card = avery.card('shop 2.14.0 to production', 'Waiting');
    await card.getByRole('button', { name: 'Reject…' }).click();
    const dialog = dialogOf(avery, 'Reject shop 2.14.0 to production?');
    await dialog.getByRole('textbox').fill('Not before the weekend');
    await avery.picture('86-reject');
    await dialog.getByRole('button', { name: 'Reject request' }).click();
    await avery.page.locator('dialog').waitFor({ state: 'detached' });
    await avery.card('shop 2.14.0 to production', 'Rejected', 'Not before the weekend').waitFor();
    await dana.card('shop 2.14.0 to production', 'Rejected', 'Not before the weekend').waitFor();
    assert.deepEqual([...avery.errors, ...dana.errors], []);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 380])
      it(`has no barrier, faint words or small targets in ${colorScheme} at ${width} px`, async () => {
        const noor = await health('noor', { colorScheme, width });
        await noor.page.getByRole('button', { name: 'Restart…' }).last().click();
        const dialog = dialogOf(noor, 'Restart shop in staging?');
        await dialog.waitFor();
        assert.deepEqual(
          [...(await violationsIn(noor.page)), ...(await smallTargets(noor.page, width > 640 ? 24 : 44, 'dialog'))],
          [],
        );
        const box = await dialog.boundingBox();
        assert.ok(box && box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
        assert.equal(box.width >= width - 1, width === 380, 'a phone shows it in full width');
        if (width === 380) await noor.picture(`84-narrow`);
      });
});
