import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from './browser';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { createWindows } from './windows';
import type { Window, Windows } from './windows';

describe('personal data and schedules in a real browser', () => {
  const folder = temporaryFolder();
  let product: Product;
  let browser: Browser;
  let windows: Windows;
  let here: Window;
  let alone: Window;

  before(async function () {
    browser = await openBrowser(this);
    product = await startProduct({ dataDir: folder.path, pace: 0.05 });
    windows = createWindows(browser, product);
    here = await windows.of('dana');
    alone = await windows.of('dana', { place: 'a:dana', width: 420 });
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

  it('schedules queries, lists them, and refuses the rest', async () => {
    await here.say('@Gavel every weekday at 9 health of shop in staging');
    await seen(here, 'schedule-made', 'Schedule 1', 'every weekday at 09:00');
    await here.say('@Gavel in 2 hours remind me to look at the graphs');
    await here.card('Schedule 2').waitFor();
    await here.say('@Gavel every day at 9 deploy shop to staging');
    await seen(here, 'schedule-refused', 'can’t be scheduled');
    await here.say('@Gavel schedules');
    await seen(here, 'schedules', 'Schedules here', 'look at the graphs');
  });

  it('shows, exports and deletes a person’s data, for that person only', async () => {
    await here.say('@Gavel every weekday at 9 health of shop in staging');
    await here.card(/Schedule \d/).waitFor();
    await here.say('@Gavel remember release day is Thursday');
    await here.card('Saved', 'release day').waitFor();
    await here.say('@Gavel my data');
    const overview = await seen(alone, 'my-data', 'What Gavel stores about you', 'Schedules');
    await overview.getByRole('button', { name: 'Export my data' }).click();
    await alone.say('data export 1');
    await seen(alone, 'my-data-export', /Your data, /, '"schedules"');
    await alone.say('delete my data');
    const question = await seen(alone, 'my-data-question', 'Delete your data?');
    await question.getByRole('button', { name: 'Delete my data' }).click();
    await seen(alone, 'my-data-deleted', /Your data is deleted/);
    await alone.say('recall release day');
    await alone.card('Nothing is saved under').waitFor();
  });
});
