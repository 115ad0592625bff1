import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { startGallery } from '../../src/playground/gallery';
import type { LocalServer } from '../../src/playground/http';
import { openBrowser } from './browser';

describe('the gallery of cards', () => {
  let gallery: LocalServer;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  before(async function () {
    browser = await openBrowser(this);
    gallery = await startGallery(0);
    page = await browser.newPage({ viewport: { width: 1900, height: 1200 } });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(gallery.url);
    await page.waitForSelector('body[data-drawn]', { timeout: 0 });
  });
  after(async () => {
    await browser?.close();
    await gallery?.close();
  });

  it('draws every card in light and dark, wide and narrow, with nothing out of bounds, unresolved, unnamed or faint', async () => {
    assert.deepEqual(await page.locator('#flaws li').allTextContents(), []);
    assert.deepEqual(errors, []);
  });

  it('finds a field without a label, an element out of bounds, an unresolved value and faint words', async () => {
    const seen = (await page.evaluate(`(async () => {
      const { faintWords, flaws } = await import('/gallery-checks.js');
      const card = document.querySelector('.frame .card');
      const added = document.createElement('div');
      added.innerHTML = '<input><div style="position:relative;left:900px;width:50px">far</div><p style="color:#aaa">pale</p>';
      added.append('$' + '{name}');
      card.append(added);
      const seen = [...flaws(), ...faintWords()];
      added.remove();
      return seen;
    })()`)) as string[];
    for (const flaw of [/without a label/, /far is out of bounds/, /unresolved/, /“pale” 2/])
      assert.ok(
        seen.some((each) => flaw.test(each)),
        `${flaw.source} in ${seen.join('; ')}`,
      );
  });

  it('draws the titles of choices literally, as radio buttons and as checkboxes', async () => {
    const drawn = (await page.evaluate(`(async () => {
      const { drawCard } = await import('/card-view.js');
      const title = '**B0LD** [L1NK](https://evil.example)';
      const set = { type: 'Input.ChoiceSet', style: 'expanded', label: 'a', choices: [{ title, value: 'a' }] };
      const toggle = { type: 'Input.Toggle', id: 'c', title };
      const body = [{ ...set, id: 'a' }, { ...set, id: 'b', isMultiSelect: true }, toggle];
      const card = drawCard({ type: 'AdaptiveCard', version: '1.5', body }, () => undefined);
      return { marked: card.querySelectorAll('a, strong').length, text: card.textContent };
    })()`)) as { marked: number; text: string };
    assert.equal(drawn.marked, 0);
    assert.equal(drawn.text.split('**B0LD** [L1NK](https://evil.example)').length - 1, 3, drawn.text);
  });

  it('is for this machine only', async () => {
    const answer = await fetch(gallery.url, { headers: { origin: 'https://example.com' } });
    assert.equal(answer.status, 403);
  });
});
