import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserServer } from 'playwright-core';
import { browserAddress, findBrowser } from './browser';
import type { BrowserPlace } from './browser';
import { describeLastWindows } from './windows';

// One browser for every test file of a run, in any process. Mocha calls both functions in its first process.

let door: Server | undefined;
let browser: Promise<BrowserServer> | undefined;

async function place(): Promise<BrowserPlace> {
  const found = await findBrowser();
  if ('missing' in found) return found;
  const { chromium } = await import('playwright-core');
  browser ??= chromium.launchServer({ executablePath: found.executable, args: found.arguments, headless: true });
  return { endpoint: (await browser).wsEndpoint() };
}

export async function mochaGlobalSetup(): Promise<void> {
  let known: Promise<BrowserPlace> | undefined;
  door = createServer((_, response) => {
    known ??= place();
    known.then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => door?.listen(0, '127.0.0.1', resolve));
  process.env[browserAddress] = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
}

export async function mochaGlobalTeardown(): Promise<void> {
  door?.closeAllConnections();
  door?.close();
  await (await browser)?.close();
}

/** Mocha calls it in every process, after a test's own hooks. */
export const mochaHooks = {
  afterEach(this: Mocha.Context): void {
    if (this.currentTest?.state !== 'failed' || !this.currentTest.file?.includes('e2e')) return;
    console.error(`What the windows showed at the end of “${this.currentTest.title}”:\n${describeLastWindows()}`);
  },
};
