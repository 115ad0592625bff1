import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from './browser';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

describe('subscriptions in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;
  let general: Window;
  let deployments: Window;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 0.05 });
    windows = createWindows(browser, product);
    general = await windows.of('ada', { place: '19:general@thread.tacv2', width: 420 });
    deployments = await windows.of('dana');
  });
  after(async () => {
    await windows?.close();
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  async function seen(picture: string, ...texts: (string | RegExp)[]): Promise<Locator> {
    const card = general.card(...texts);
    await card.waitFor();
    await card.evaluate('(element) => element.scrollIntoView()');
    await general.picture(picture);
    return card;
  }

  async function deploy(release: string): Promise<void> {
    await deployments.say(`@Gavel deploy shop ${release} to staging`);
    const picker = deployments.card('Draft', release);
    await picker.getByRole('button', { name: `Deploy ${release}` }).click();
    await deployments.card(release, /Succeeded|Rolled back|Failed/).waitFor();
  }

  it('subscribes a channel, shows that messages arrive, and sends one message for one thing', async () => {
    await general.say('@Gavel subscribe shop in staging on everything');
    await seen('subscribed', 'Subscribed to shop in staging');
    await general.say('@Gavel subscriptions');
    const list = await seen('subscriptions', 'Subscriptions here', 'shop in staging');
    await list.getByRole('button', { name: 'Send a test' }).click();
    await seen('subscription-test', 'Test message');
    await deploy('2.14.0');
    await seen('subscription-told', 'shop 2.14.0 was deployed to staging');
    assert.equal(await general.page.getByTestId('message').filter({ hasText: 'shop 2.14.0' }).count(), 1);
  });

  it('holds everything while it is muted, and sends it as one card', async () => {
    await general.say('@Gavel subscriptions');
    await general.card('Subscriptions here').getByRole('button', { name: 'Mute for 2 h' }).click();
    await seen('subscription-muted', 'Muted until');
    await deploy('2.14.1');
    await deploy('2.15.0');
    await general.say('@Gavel unmute');
    const summary = await seen(
      'subscription-summary',
      'Here’s what happened while notifications were muted',
      'shop in staging',
    );
    assert.match(await summary.innerText(), /1 failed: D\W\d+.*1 succeeded: D\W\d+/s);
    assert.deepEqual([...general.errors, ...deployments.errors], []);
  });
});
