import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page, Route } from 'playwright-core';
import { patienceMs } from '../patience';
import type { Product } from './product';

/** People at their windows on the playground. With PICTURES=<folder>, each picture is saved, in light and dark. */

export const deployments = '19:deployments@thread.tacv2';

export interface Window {
  readonly page: Page;
  /** Every error in the page. */
  readonly errors: string[];
  /** Types a line and sends it with the keyboard. */
  say(text: string): Promise<void>;
  /** The last message that contains all of these. */
  card(...texts: readonly (string | RegExp)[]): Locator;
  picture(name: string): Promise<void>;
}

export interface Windows {
  of(as: string, options?: { colorScheme?: 'light' | 'dark'; width?: number; place?: string }): Promise<Window>;
  close(): Promise<void>;
}

export function createWindows(browser: Browser, product: Product): Windows {
  const contexts: BrowserContext[] = [];
  return {
    async of(as, { colorScheme = 'light', width = 1280, place = deployments } = {}) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 1000 },
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(patienceMs);
      contexts.push(context);
      await context.route('**/api/click', clickUntilAnswered);
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(`${product.playgroundUrl}?as=${as}&in=${encodeURIComponent(place)}`);
      const box = page.getByRole('textbox', { name: 'Message' }).first();
      await box.waitFor();
      return {
        page,
        errors,
        async say(text) {
          await box.fill(text);
          await box.press('Escape');
          await box.press('Enter');
        },
        card: (...texts) =>
          texts.reduce<Locator>((found, text) => found.filter({ hasText: text }), page.getByTestId('message')).last(),
        picture: (name) => takePicture(page, name),
      };
    },
    async close() {
      const open = contexts.splice(0);
      seenLast = await Promise.all(open.flatMap((context) => context.pages()).map(describeEnd));
      for (const context of open) await context.close();
    },
  };
}

/** If a slow machine promises a later answer, which may arrive in a private chat, it's clicked again: the same click joins the one in progress. */
async function clickUntilAnswered(route: Route): Promise<void> {
  for (;;) {
    const response = await route.fetch({ timeout: patienceMs });
    if (!(await response.text()).includes('Still working on it')) return route.fulfill({ response });
  }
}

let seenLast: readonly string[] = [];
const toldMessages = 4;

/** What the windows that were closed last showed at their end: tells why a test failed. */
export const describeLastWindows = (): string => seenLast.join('\n');

async function describeEnd(page: Page): Promise<string> {
  const messages = await page
    .getByTestId('message')
    .allInnerTexts()
    .catch((error: unknown) => [String(error)]);
  const shown = messages.slice(-toldMessages).map((text) => `  ${text.replaceAll(/\s+/g, ' ')}`);
  return [page.url(), ...shown].join('\n');
}

async function takePicture(page: Page, name: string): Promise<void> {
  const where = process.env['PICTURES'];
  if (!where) return;
  mkdirSync(where, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(where, `${name}-${colorScheme}.png`) });
  }
}
