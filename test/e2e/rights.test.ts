import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from './browser';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

describe('rights and help in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;
  let nico: Window;
  let alone: Window;
  let ada: Window;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 0.05 });
    windows = createWindows(browser, product);
    nico = await windows.of('nico', { width: 420 });
    alone = await windows.of('nico', { place: 'a:nico' });
    ada = await windows.of('ada');
  });
  after(async () => {
    await windows?.close();
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  const show = (message: Locator): Promise<void> => message.evaluate('(element) => element.scrollIntoView()');
  async function seen(window: Window, picture: string, ...texts: (string | RegExp)[]): Promise<Locator> {
    const card = window.card(...texts);
    await card.waitFor();
    await show(card);
    await window.picture(picture);
    return card;
  }

  it('refuses a newcomer and names who can, and passes their request to an admin', async () => {
    await nico.say('@Gavel deploy shop to staging');
    const refused = await seen(nico, 'rights-refused', 'You can’t deploy shop to staging');
    await refused.getByRole('button', { name: 'Request access' }).click();
    await seen(nico, 'rights-asked', 'I asked Ada Admin');
    const request = await seen(ada, 'rights-request', 'developer on shop in staging for Nico Newcomer');
    await request.getByRole('combobox').last().selectOption({ label: 'At most 7 days' });
    await request.getByRole('button', { name: 'Grant role' }).click();
    await seen(alone, 'rights-told', 'You have a new role');
    await nico.say('@Gavel my roles');
    await seen(alone, 'rights-my-roles', 'You have', 'granted by Ada Admin');
    await nico.say('@Gavel deploy shop to staging');
    await seen(nico, 'rights-deploy', 'shop to staging');
  });

  it('shows who can, and revokes it at once', async () => {
    await ada.say('@Gavel who can deploy shop in staging');
    await seen(ada, 'rights-who-can', 'Who has the deploy permission on shop in staging', 'Nico Newcomer');
    await ada.say('@Gavel revoke developer on shop in staging from Nico Newcomer because it was a try');
    await seen(ada, 'rights-revoked', 'no longer has the developer role');
    await seen(alone, 'rights-taken', 'One of your roles was revoked');
    await nico.say('@Gavel what can I do');
    await seen(alone, 'rights-what', 'What you can do');
    await nico.say('@Gavel deploy shop to staging');
    await nico.card('You can’t deploy shop to staging').waitFor();
  });

  it('helps by topic and by search, and offers a person after three lines that it did not understand', async () => {
    await ada.say('@Gavel help');
    const help = await seen(ada, 'help-overview', 'What you can do here');
    await help.getByRole('textbox', { name: 'Search' }).fill('roll back a release');
    await help.getByRole('button', { name: 'Search', exact: true }).click();
    await seen(ada, 'help-found', 'About “roll back a release”', 'rollback');
    await ada.say('@Gavel help decide');
    await seen(ada, 'help-topic', 'Decide, 1 of 2');
    await ada.say('@Gavel help grant');
    await seen(ada, 'help-command', 'For example', 'grant approver');
    for (const line of ['frobnicate', 'frobnicate it', 'wheer shop']) {
      await nico.say(`@Gavel ${line}`);
      await nico.card(`You wrote: ${line}`).waitFor();
    }
    const lost = await seen(nico, 'help-person', 'can help you');
    await lost.getByRole('button', { name: 'Ask Ada Admin' }).click();
    await seen(nico, 'help-asked', 'I told Ada Admin');
    assert.deepEqual([...nico.errors, ...ada.errors], []);
  });
});
