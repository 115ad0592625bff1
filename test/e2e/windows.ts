import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
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
      for (const context of contexts.splice(0)) await context.close();
    },
  };
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
