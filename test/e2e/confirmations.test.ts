import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from './browser';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

describe('confirming before harm, and doctor, in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;
  let noor: Window;
  let ada: Window;
  let narrow: Window;
  let start: () => Promise<void>;

  before(async function () {
    browser = await openBrowser(this);
    const ports = await portsOfProduct();
    start = async () => {
      product = await startProduct({ dataDir: folder.path, ports, pace: 0.05 });
    };
    await start();
    windows = createWindows(browser, product);
    [noor, ada, narrow] = await Promise.all([
      windows.of('noor'),
      windows.of('ada'),
      windows.of('ada', { place: 'a:ada', width: 420 }),
    ]);
  });
  after(async () => {
    await windows?.close();
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  async function seen(window: Window, picture: string, ...texts: (string | RegExp)[]): Promise<Locator> {
    const card = window.card(...texts);
    await card.waitFor();
    await card.evaluate('(element) => element.scrollIntoView()');
    await window.picture(picture);
    return card;
  }
  const click = (card: Locator, name: string): Promise<void> => card.getByRole('button', { name }).click();

  it('asks the requester and nobody else; canceling changes nothing', async () => {
    await noor.say('@Gavel freeze production 2h because finance is closing the books');
    await noor.card(/production is frozen/).waitFor();
    await noor.say('@Gavel unfreeze production because the year is open again');
    const question = await seen(noor, 'confirm-asked', 'Ends the freeze on production', 'unfreeze production');
    await click(ada.card('Please confirm', 'unfreeze production'), 'Confirm');
    await seen(ada, 'confirm-refused', 'Noor Operator');
    await click(question, 'Cancel');
    await seen(noor, 'confirm-left', 'Canceled by Noor Operator', 'Nothing was done');
    await noor.say('@Gavel freezes');
    await noor.card(/active freeze/).waitFor();
  });

  it('waits through a restart, and happens once', async () => {
    await noor.say('@Gavel unfreeze production because the books are signed');
    await noor.card('Please confirm', 'the books are signed').waitFor();
    await product.kill();
    await start();
    await noor.page.reload();
    const question = noor.card('Please confirm', 'the books are signed');
    await click(question, 'Confirm');
    await seen(noor, 'confirm-done', /production is no longer frozen/);
    assert.equal(
      await noor.page
        .getByTestId('message')
        .filter({ hasText: /production is no longer frozen/ })
        .count(),
      1,
    );
  });

  it('shows an admin the results of doctor, in a wide and in a narrow window', async () => {
    await ada.say('@Gavel doctor');
    await seen(narrow, 'doctor-narrow', 'Doctor', 'The store');
    const wide = await windows.of('ada', { place: 'a:ada' });
    const card = await seen(wide, 'doctor-wide', 'Doctor', 'the Sandbox connection');
    await click(card, 'Check again');
    assert.deepEqual([...ada.errors, ...narrow.errors, ...noor.errors], []);
  });
});
