import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The sandbox's catalog with a shorter verification, so that tests don't wait as long as people, and with latency limits that hold on a busy machine. */
export function writeQuickCatalog(folder: string): string {
  const text = readFileSync(join(__dirname, '../../sandbox/catalog.yaml'), 'utf8');
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, quickly(text));
  return file;
}

/** The text of a catalog, changed in the same way. */
export function quickly(text: string): string {
  return text
    .replaceAll(/verifyForSeconds: \d+/g, 'verifyForSeconds: 2')
    .replaceAll(/p95Ms: \d+, p50Ms: \d+/g, 'p95Ms: 5000, p50Ms: 4000');
}
