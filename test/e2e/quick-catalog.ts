import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The sandbox's catalog with its verification shortened, so that a test need not wait for a person's patience. */
export function writeQuickCatalog(folder: string): string {
  const text = readFileSync(join(__dirname, '../../sandbox/catalog.yaml'), 'utf8');
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, text.replaceAll(/verifyForSeconds: \d+/g, 'verifyForSeconds: 2'));
  return file;
}
