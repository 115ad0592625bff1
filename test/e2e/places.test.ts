import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from './browser';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

const crew = '19:release-crew@thread.v2';
const privateOne = '19:release-room@thread.tacv2';
const sharedOne = '19:partners@thread.tacv2';

describe('all kinds of places in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;
  let ada: Window;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 0.05 });
    windows = createWindows(browser, product);
    ada = await windows.of('ada', { place: 'a:ada' });
    await ada.card('Doctor').waitFor();
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
  async function add(window: Window): Promise<void> {
    await window.page.getByRole('button', { name: 'Add Gavel to this' }).click();
    await window.page.getByRole('button', { name: 'Remove Gavel from here' }).waitFor();
  }
  async function remove(window: Window): Promise<void> {
    await window.page.getByRole('button', { name: 'Remove Gavel from here' }).click();
    await window.page.getByRole('button', { name: 'Remove Gavel', exact: true }).click();
    await window.page.getByRole('button', { name: 'Add Gavel to this' }).waitFor();
  }

  it('sets up a group chat on its own card, which says what Teams does not do there', async () => {
    const group = await windows.of('ada', { place: crew, width: 420 });
    await group.say('setup');
    const setup = await seen(ada, '60-setup-group', 'Notifications for');
    await setup.getByText(/A group chat has no threads/).waitFor();
    await setup.getByRole('checkbox', { name: 'shop' }).check();
    await setup.getByRole('button', { name: 'Save and send a test' }).click();
    await seen(group, '61-group-test', /Test message: notifications arrive here/, 'the group chat');
    assert.deepEqual(group.errors, []);
  });

  it('says in the channel that the card can’t arrive if the personal chat is blocked', async () => {
    await remove(ada);
    const general = await windows.of('ada', { place: '19:general@thread.tacv2', width: 420, colorScheme: 'dark' });
    await general.say('setup');
    await seen(general, '62-undeliverable', /I can’t reach you in a personal chat/, /Open a chat with me/);
    const thread = general.page.getByRole('group', { name: 'Thread' }).filter({ hasText: 'Gavel setup' });
    await thread.getByText(/I can’t reach you in a personal chat/).waitFor();
    await add(ada);
    await ada.say('hello');
    await ada.card('Hello, Ada').waitFor();
    await general.say('setup');
    await seen(ada, '63-setup-again', 'Notifications for General');
    assert.deepEqual(general.errors, []);
  });

  it('gets nothing from a private channel until it is added to that channel', async () => {
    const room = await windows.of('ada', { place: privateOne, colorScheme: 'dark' });
    await room.say('help');
    await room.page.getByText('Gavel isn’t installed here. Add it first.').waitFor();
    await room.page.getByRole('textbox', { name: 'Message' }).first().fill('');
    await add(room);
    await room.page.getByText('Gavel isn’t installed here. Add it first.').waitFor({ state: 'hidden' });
    await seen(room, '64-private', 'Hello, I’m Gavel', 'the private channel');
    const setup = await seen(ada, '65-setup-private', 'Notifications for');
    await setup.getByText(/Add me to each private or shared channel separately/).waitFor();
    await room.say('where');
    await room.card('payments').waitFor();
    assert.deepEqual(room.errors, []);
  });

  it('serves its own people in a shared channel, and tells the other organization politely that it does not serve them', async () => {
    const ours = await windows.of('ada', { place: sharedOne });
    await add(ours);
    await ours.card('Hello, I’m Gavel', 'the shared channel').waitFor();
    const pat = await windows.of('pat', { place: sharedOne, width: 420 });
    await pat.say('where');
    await seen(pat, '66-shared-guest', /organization|guest/i);
    await pat.page.getByTestId('message').filter({ hasText: 'payments' }).waitFor({ state: 'hidden' });
    await ours.say('where');
    await ours.card('payments').waitFor();
    assert.deepEqual([...pat.errors, ...ours.errors], []);
  });

  it('answers an edited line, and does not take a thumbs-up for a word', async () => {
    const nico = await windows.of('nico', { place: 'a:nico', width: 420 });
    await nico.say('helth of shop');
    await nico.card(/didn’t understand|Did you mean|Not understood/i).waitFor();
    const mine = nico.page.getByTestId('message').filter({ hasText: 'helth of shop' }).first();
    await mine.hover();
    await mine.getByRole('button', { name: 'Edit this message' }).click();
    const field = nico.page.getByRole('textbox', { name: 'Edit your message' });
    await field.fill('hello');
    await nico.picture('67-editing');
    await field.press('Enter');
    await nico.card('Hello, Nico').waitFor();
    await nico.page.getByText('Edited').first().waitFor();
    const count = await nico.page.getByTestId('message').count();
    const answer = nico.card('Hello, Nico');
    await answer.hover();
    await answer.getByRole('button', { name: 'Like, 0' }).click();
    await answer.getByRole('button', { name: 'Like, 1' }).waitFor();
    await nico.picture('68-liked');
    await nico.say('thanks');
    await nico.card('You’re welcome, Nico').waitFor();
    assert.equal(await nico.page.getByTestId('message').count(), count + 2);
    assert.deepEqual(nico.errors, []);
  });
});
