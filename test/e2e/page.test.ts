import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from './browser';
import { press, smallTargets, type, violationsIn } from './page-checks';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Windows } from './windows';

const room = '19:release-room@thread.tacv2';

describe('the page of the playground in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 0.05 });
    windows = createWindows(browser, product);
  });
  after(async () => {
    await windows?.close();
    await browser?.close();
    await product?.stop();
    folder.remove();
  });

  async function edit(message: Locator, activity: object): Promise<void> {
    const id = (await message.getAttribute('data-message-id')) ?? '';
    const address = `${product.playgroundUrl}v3/conversations/${encodeURIComponent('a:dana')}/activities/${id}`;
    const body = JSON.stringify({ type: 'message', ...activity });
    const answer = await fetch(address, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    assert.equal(answer.status, 200);
  }

  it('offers one thing in a channel without Gavel: to add it', async () => {
    const ada = await windows.of('ada', { place: room });
    const log = ada.page.getByRole('log');
    await log.getByRole('heading', { name: 'This is Release room' }).waitFor();
    assert.deepEqual(await log.getByRole('button').allTextContents(), ['Add Gavel to this channel']);
    assert.equal(
      await ada.page.locator('#conversation-head').textContent(),
      'RRelease roomStorefront team, private channelDDAvAd',
    );
    assert.deepEqual(await violationsIn(ada.page), []);
    await ada.picture('70-without-gavel');
    await log.getByRole('button').click();
    await ada.card('Hello, I’m Gavel').waitFor();
    await ada.page.getByRole('button', { name: 'Remove Gavel from here' }).waitFor();
    assert.deepEqual(ada.errors, []);
  });

  it('runs a suggested command with one click, and says before Enter what a line will do', async () => {
    const noor = await windows.of('noor', { place: 'a:noor' });
    const box = noor.page.getByRole('textbox', { name: 'Message' }).first();
    const hint = noor.page.locator('#compose .hint');
    await box.fill('health shop');
    await hint.getByText('Press Enter to send.').waitFor();
    assert.match((await hint.textContent()) ?? '', /^health .+\. Press Enter to send\.$/);
    await box.fill('');
    const dana = await windows.of('dana');
    await dana.page.getByRole('button', { name: 'health See the health of every service' }).click();
    await dana.card('shop', /Health/).waitFor();
    const field = dana.page.getByRole('textbox', { name: 'Message' }).first();
    await dana.page.getByRole('button', { name: 'Mention Gavel' }).click();
    await field.fill('are you there?');
    await dana.page.getByText('Gavel won’t read this: it isn’t mentioned.').waitFor();
    await dana.picture('71-not-mentioned');
    assert.deepEqual([...noor.errors, ...dana.errors], []);
  });

  it('offers a family of commands in one line, and its commands once it is chosen', async () => {
    const dana = await windows.of('dana', { place: 'a:dana' });
    const box = dana.page.getByRole('textbox', { name: 'Message' }).first();
    const options = dana.page.getByRole('listbox', { name: 'Commands' }).getByRole('option');
    const family = options.filter({ hasText: 'schedule <…' });
    const lines = options.filter({ has: dana.page.locator('code', { hasText: /^schedule \w/ }) });
    await box.pressSequentially('sched');
    await family.waitFor();
    assert.equal(await family.count(), 1);
    assert.equal(await lines.count(), 0);
    await dana.picture('73-family');
    for (let pressed = 0; (await family.getAttribute('aria-selected')) !== 'true'; pressed++) {
      assert.ok(pressed < (await options.count()), 'the arrow reaches the family');
      await box.press('ArrowDown');
    }
    await box.press('Enter');
    await lines.filter({ hasText: 'schedule list' }).waitFor();
    assert.equal(await box.inputValue(), 'schedule ');
    assert.equal(await lines.count(), await options.count(), 'only commands of the family');
    assert.ok((await lines.count()) > 2);
    await dana.picture('74-lines-of-a-family');
    await box.pressSequentially('li');
    await lines.filter({ hasText: 'schedule every' }).waitFor({ state: 'detached' });
    await box.press('ArrowDown');
    await box.press('Enter');
    assert.equal(await box.inputValue(), 'schedule list');
    await box.press('Enter');
    await dana.card(/schedule/i).waitFor();
    assert.deepEqual(dana.errors, []);
  });

  it('keeps the name, the badge and the time of a message in place when it is edited', async () => {
    const dana = await windows.of('dana', { place: 'a:dana' });
    await dana.say('where');
    const card = dana.card('What runs where');
    await card.waitFor();
    const places = async (message: Locator): Promise<unknown> =>
      message.evaluate(`(message) => ['.name', '.app', 'time'].map((part) => {
        const { left, top } = message.querySelector(part).getBoundingClientRect();
        const { left: x, top: y } = message.getBoundingClientRect();
        return [part, Math.round(left - x), Math.round(top - y)];
      })`);
    const before = await places(card);
    await edit(card, { text: 'Edited since then' });
    const edited = dana.card('Edited since then');
    await edited.getByText('Edited', { exact: true }).waitFor();
    assert.deepEqual(await places(edited), before);
  });

  it('keeps open what a person opened in a card that is edited', async () => {
    const dana = await windows.of('dana', { place: 'a:dana' });
    await dana.say('hello');
    const hello = dana.card('Hello, Dana');
    await hello.waitFor();
    const message = dana.page.locator(`[data-message-id="${await hello.getAttribute('data-message-id')}"]`);
    const inner = { type: 'AdaptiveCard', body: [{ type: 'TextBlock', text: 'Opened' }] };
    const cardThat = (says: string) => ({
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            type: 'AdaptiveCard',
            version: '1.5',
            body: [{ type: 'TextBlock', text: says }],
            actions: [{ type: 'Action.ShowCard', title: 'More', card: inner }],
          },
        },
      ],
    });
    await edit(message, cardThat('First'));
    await message.getByText('First').waitFor();
    await message.getByRole('button', { name: 'More' }).click();
    await message.getByText('Opened').waitFor();
    await edit(message, cardThat('Second'));
    await message.getByText('Second').waitFor();
    assert.ok(await message.getByText('Opened').isVisible());
  });

  it('tells two people with the same initials apart', async () => {
    const ada = await windows.of('ada');
    const faces = await ada.page.locator('.faces .avatar').allTextContents();
    assert.equal(new Set(faces).size, faces.length, faces.join(', '));
    for (const letters of ['Av', 'Ad']) assert.ok(faces.includes(letters), faces.join(', '));
  });

  it('deploys using only the keyboard, from the first word to the approval', async () => {
    const dana = await windows.of('dana', { width: 900 });
    await type(dana, 'deploy shop 2.14.1 to production');
    await dana.card('shop', '2.14.1', 'Draft').waitFor();
    await press(dana, 'Request 2.14.1');
    const avery = await windows.of('avery', { place: 'a:avery', width: 420, colorScheme: 'dark' });
    await avery.card('shop 2.14.1 to production', /One approval/).waitFor();
    await press(avery, 'Approve 2.14.1');
    await avery.card(/Approved/).waitFor();
    await dana.card('shop 2.14.1 to production', /Succeeded/).waitFor();
    await dana.picture('72-keyboard');
    assert.deepEqual([...dana.errors, ...avery.errors], []);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 420])
      it(`has no barrier, faint words or small targets in ${colorScheme} at ${width} px`, async () => {
        const dana = await windows.of('dana', { colorScheme, width });
        await dana.card('shop 2.14.1 to production', /Succeeded/).waitFor();
        const own = await windows.of('dana', { colorScheme, width, place: 'a:dana' });
        await own.say('help');
        await own.card('Help').waitFor();
        for (const { page } of [dana, own]) {
          assert.deepEqual([...(await violationsIn(page)), ...(await smallTargets(page, width > 640 ? 24 : 44))], []);
          const field = page.getByRole('textbox', { name: 'Message' }).first();
          assert.ok(
            await field.evaluate((box) => box.scrollHeight <= box.clientHeight),
            'what the field asks for is clipped',
          );
        }
      });
});
