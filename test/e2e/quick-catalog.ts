import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The sandbox's catalog with its verification shortened, so that a test need not wait for a person's patience, and
 * with limits of latency that hold on a machine which does other work beside.
 */
export function writeQuickCatalog(folder: string): string {
  const text = readFileSync(join(__dirname, '../../sandbox/catalog.yaml'), 'utf8');
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, quickly(text));
  return file;
}

/** The text of a catalog, likewise. */
export function quickly(text: string): string {
  return text
    .replaceAll(/verifyForSeconds: \d+/g, 'verifyForSeconds: 2')
    .replaceAll(/p95Ms: \d+, p50Ms: \d+/g, 'p95Ms: 5000, p50Ms: 4000');
}
