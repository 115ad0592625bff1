import { rmSync } from 'node:fs';
import type { BrowserServer } from 'playwright-core';
import { findBrowser } from '../e2e/browser';
import type { BrowserPlace } from '../e2e/browser';
import { describeLastWindows } from '../e2e/windows';
import { compile } from './compile';
import { openDoor } from './door';

// One browser and one compiled copy for every test file of a run. Mocha calls the first two functions in its first process.

let close: (() => void) | undefined;
let browser: Promise<BrowserServer> | undefined;
let compiled: Promise<string> | undefined;

async function place(): Promise<BrowserPlace> {
  const found = await findBrowser();
  if ('missing' in found) return found;
  const { chromium } = await import('playwright-core');
  browser ??= chromium.launchServer({ executablePath: found.executable, args: found.arguments, headless: true });
  return { endpoint: (await browser).wsEndpoint() };
}

export async function mochaGlobalSetup(): Promise<void> {
  close = await openDoor({ browser: place, compiled: () => (compiled ??= compile()) });
}

export async function mochaGlobalTeardown(): Promise<void> {
  close?.();
  await (await browser)?.close();
  if (compiled) rmSync(await compiled, { recursive: true, force: true });
}

/** Mocha calls it in every process, after a test's own hooks. */
export const mochaHooks = {
  afterEach(this: Mocha.Context): void {
    if (this.currentTest?.state !== 'failed' || !this.currentTest.file?.includes('e2e')) return;
    console.error(`What the windows showed at the end of “${this.currentTest.title}”:\n${describeLastWindows()}`);
  },
};
