import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser } from './browser';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const room = '19:release-room@thread.tacv2';

/** What axe finds, as lines; https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md explains each rule. */
async function violationsIn(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** The controls whose area that takes a press is smaller than this: the label where there's a box to tick. Links within a sentence are as high as its line. */
async function smallTargets(page: Page, sizePx: number): Promise<string[]> {
  return page.evaluate(`(() => {
    const reach = (element, x, y) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && element.contains(hit);
    };
    const half = ${sizePx} / 2 - 1;
    return [...document.querySelectorAll('button, a[href], select, textarea, input, [role=button], [role=option]')]
      .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !each.closest('p, .skip'))
      .map((each) => (each.matches('[type=radio], [type=checkbox]') ? each.labels[0] : each))
      .flatMap((each) => {
        each.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = each.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        const wide = width >= ${sizePx} || (reach(each, x - half, y) && reach(each, x + half, y));
        const high = height >= ${sizePx} || (reach(each, x, y - half) && reach(each, x, y + half));
        return wide && high ? [] : [Math.round(width) + ' x ' + Math.round(height) + ': ' + each.outerHTML.slice(0, 160)];
      });
  })()`);
}

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
    await ada.card('Hello, I am Gavel').waitFor();
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

  it('keeps the name, the badge and the time of a message in their place when it is edited', async () => {
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

  it('deploys with the keyboard alone, from the first word to the approval', async () => {
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
        }
      });
});

async function type(window: Window, text: string): Promise<void> {
  const { page } = window;
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: 'Skip to the message box' }).press('Enter');
  await page.keyboard.type(text);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
}

/** Goes back from the message box with Shift+Tab until a button of that name has the focus, and presses it. */
async function press({ page }: Window, name: string): Promise<void> {
  await page.getByRole('button', { name }).last().waitFor();
  await page.getByRole('textbox', { name: 'Message' }).first().focus();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Shift+Tab');
    const focused = (await page.evaluate('document.activeElement.textContent.trim()')) as string;
    if (focused === name) return page.keyboard.press('Enter');
  }
  throw new Error(`no button ${name} can be reached with the keyboard`);
}
