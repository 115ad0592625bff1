import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { askFor } from '../shared/door';

/** A browser found by CHROME_PATH, then on the system, then in the npm package; or why there is none. */
export type FoundBrowser = { executable: string; arguments: string[]; source: string } | { missing: string };

const systemBrowsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];
const quietArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
];

export async function findBrowser(environment = process.env): Promise<FoundBrowser> {
  const named = environment['CHROME_PATH'];
  if (named) {
    if (existsSync(named)) return { executable: named, arguments: quietArguments, source: 'CHROME_PATH' };
    return { missing: `CHROME_PATH names ${named}, which does not exist` };
  }
  const system = systemBrowsers.find((path) => existsSync(path));
  if (system) return { executable: system, arguments: quietArguments, source: 'the system' };
  return shippedBrowser(environment);
}

/** The package unpacks its browser, and with this variable its libraries, into the temporary folder: a private one, so that no other is reused. */
async function shippedBrowser(environment: NodeJS.ProcessEnv): Promise<FoundBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-browser-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  environment['TMPDIR'] = folder;
  environment['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs20.x';
  try {
    const { default: shipped } = await import('@sparticuz/chromium');
    const executable = await shipped.executablePath();
    // With the package's own font settings, a page with a text field crashes; the system's settings work.
    if (existsSync('/etc/fonts/fonts.conf')) delete environment['FONTCONFIG_PATH'];
    // Its own arguments disable web security and run everything in one process, which can't handle two windows.
    return {
      executable,
      arguments: [...quietArguments, '--no-zygote', '--disable-dev-shm-usage'],
      source: 'the npm package',
    };
  } catch (error) {
    return { missing: `no Chromium on the system, and the npm package gave none: ${String(error)}` };
  }
}

/** The address of the browser, or why there is none. */
export type BrowserPlace = { readonly endpoint: string } | { readonly missing: string };

/** The browser of this test run, with separate contexts; skips the calling suite, with the reason, if there is none. Its `close` leaves it to others. */
export async function openBrowser(context: Mocha.Context): Promise<Browser> {
  const place = (await askFor('browser')) as BrowserPlace;
  if ('missing' in place) {
    console.log(`      skipped: ${place.missing}`);
    context.skip();
  }
  const { chromium } = await import('playwright-core');
  return chromium.connect(place.endpoint);
}
