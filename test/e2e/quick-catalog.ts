import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The sandbox's catalog with a shorter verification, so that tests don't wait as long as people, and with limits that no machine is too slow for. */
export function writeQuickCatalog(folder: string): string {
  return write(join(folder, 'catalog.yaml'), quickly(sandboxCatalog()));
}

/** The same without connections and bindings, as the release before them read it. */
export function writeEarlierCatalog(folder: string): string {
  const text = quickly(sandboxCatalog()).replace(/^connections:\n[^]*?^services:$/m, 'services:');
  return write(join(folder, 'earlier.yaml'), text);
}

/** The sandbox's catalog with a shorter verification and its own limits: for pictures. */
export function writeShortCatalog(folder: string): string {
  return write(join(folder, 'short.yaml'), verifyingShortly(sandboxCatalog()));
}

/** The text of a catalog, changed as in `writeQuickCatalog`. A broken release still fails its health check. */
export function quickly(text: string): string {
  const limits = 'limits: { p95Ms: 60000, p50Ms: 60000, errorPercent: 100, minimumRequestsPerSecond: 0 }';
  return verifyingShortly(text).replaceAll(/limits: \{[^}]*\}/g, limits);
}

const verifyingShortly = (text: string): string => text.replaceAll(/verifyForSeconds: \d+/g, 'verifyForSeconds: 2');

const sandboxCatalog = (): string => readFileSync(join(__dirname, '../../sandbox/catalog.yaml'), 'utf8');

function write(file: string, text: string): string {
  writeFileSync(file, text);
  return file;
}
