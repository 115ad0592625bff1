import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { findBrowser } from '../e2e/browser';
import { writePolicyCatalog } from '../e2e/policy-catalog';
import { startProduct, temporaryFolder } from '../e2e/product';
import { writeShortCatalog } from '../e2e/quick-catalog';
import type { Product } from '../e2e/product';
import { createWindows } from '../e2e/windows';
import type { Window, Windows } from '../e2e/windows';
import { filesBelow, root } from '../rules/source-files';

/** The pictures of the docs, taken from the product in a real browser. */

export const pictureFolder = 'docs/pictures';
/** Records the sources of the pictures, so that a test notices when they are out of date. */
export const pictureRecord = `${pictureFolder}/sources.json`;

export interface PictureRecord {
  /** SHA-256 of everything that the pictures show: the page, the cards on them, the sandbox and this script. */
  readonly sources: string;
  /** SHA-256 of each picture by its file name. */
  readonly pictures: Readonly<Record<string, string>>;
}

const cardsShown = ['approvals', 'deployments', 'help', 'status'];

/** What the pictures depend on. */
export function hashPictureSources(): string {
  const files = [
    ...['.js', '.css', '.html'].flatMap((ending) => filesBelow('src/playground/page', ending)),
    ...filesBelow('cards', '.json').filter(
      (path) => !path.endsWith('.sample.json') && cardsShown.includes(path.split(/[\\/]/)[1] ?? ''),
    ),
    ...['sandbox/history.js', 'sandbox/catalog.yaml', 'test/docs/pictures.ts'],
  ];
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

export const hashPicture = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(join(root, pictureFolder, name)))
    .digest('hex');

/** Starts the product with this catalog, lets people act in their windows, and stops it. */
async function withProduct(
  browser: Browser,
  catalog: (folder: string) => string,
  act: (windows: Windows, product: Product) => Promise<void>,
): Promise<void> {
  const folder = temporaryFolder();
  const environment = { GAVEL_CATALOG: catalog(folder.path) };
  const product = await startProduct({ dataDir: folder.path, pace: 0.1, environment });
  const windows = createWindows(browser, product);
  try {
    await act(windows, product);
  } finally {
    await windows.close();
    await product.stop();
    folder.remove();
  }
}

/** Takes a picture of the window with this card in it. */
async function take(page: Page, card: Locator, name: string): Promise<void> {
  await card.waitFor();
  const { height } = (await card.boundingBox()) ?? { height: 700 };
  // As high as the card with the page around it, so that nothing is cut off.
  await page.setViewportSize({
    width: page.viewportSize()?.width ?? 1280,
    height: Math.min(1_300, Math.ceil(height) + 260),
  });
  await card.evaluate('(element) => element.scrollIntoView({ block: "end" })');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(root, pictureFolder, `${name}.png`), animations: 'disabled' });
}

const press = (window: Window, name: string | RegExp, ...texts: (string | RegExp)[]): Promise<void> =>
  window
    .card(...texts)
    .getByRole('button', { name })
    .click();

async function takeFirstStory(windows: Windows): Promise<void> {
  const dana = await windows.of('dana');
  const [avery, narrow] = [await windows.of('avery'), await windows.of('avery', { width: 420 })];
  await dana.say('deploy shop 2.14.0 to production');
  await press(dana, 'Request 2.14.0', 'Draft');
  const texts = ['shop 2.14.0 to production', 'Waiting'] as const;
  await avery
    .card(...texts)
    .getByRole('button', { name: 'Approve 2.14.0' })
    .waitFor();
  await take(avery.page, avery.card(...texts), 'approval-light');
  await take(narrow.page, narrow.card(...texts), 'approval-narrow');
  await press(avery, 'Approve 2.14.0', ...texts);
  const dark = await windows.of('dana', { colorScheme: 'dark' });
  await take(dark.page, dark.card('shop 2.14.0 to production', /Succeeded/), 'succeeded-dark');
  await dana.say('status');
  await take(dana.page, dana.card('Show fleet', 'Status'), 'status-light');
  await dark.say('help');
  await take(dark.page, dark.card('What you can do here'), 'help-dark');
  await dark.say('deploy shop 2.15.0 to staging');
  await press(dark, 'Deploy 2.15.0', 'Draft', '2.15.0');
  await take(dark.page, dark.card('shop 2.15.0 to staging', /Rolled back/), 'rolled-back-dark');
}

async function takeStages(windows: Windows): Promise<void> {
  const dana = await windows.of('dana');
  const [avery, ada] = [await windows.of('avery'), await windows.of('ada')];
  await dana.say('deploy shop 2.14.0 to production');
  await press(dana, 'Request 2.14.0', 'Draft');
  await press(avery, 'Approve 2.14.0', 'shop 2.14.0 to production', 'Waiting');
  await take(ada.page, ada.card('shop 2.14.0 to production', /stage 2 of 2/), 'stages-light');
}

/** `npm run pictures`: takes every picture of the docs again. */
async function takePictures(): Promise<void> {
  const found = await findBrowser();
  if ('missing' in found) throw new Error(found.missing);
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: found.executable, args: found.arguments, headless: true });
  try {
    await withProduct(browser, writeShortCatalog, takeFirstStory);
    await withProduct(browser, writePolicyCatalog, takeStages);
  } finally {
    await browser.close();
  }
  const names = filesBelow(pictureFolder, '.png').map((path) => path.split(/[\\/]/).at(-1) ?? '');
  const record: PictureRecord = {
    sources: hashPictureSources(),
    pictures: Object.fromEntries(names.sort().map((name) => [name, hashPicture(name)])),
  };
  writeFileSync(join(root, pictureRecord), `${JSON.stringify(record, null, 2)}\n`);
  console.log(`${names.join(', ')} are current.`);
}

if (require.main === module) void takePictures();
