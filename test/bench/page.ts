import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const pageFile = join(__dirname, '../../docs/performance.md');
const begins = '<!-- measured -->';

/** Puts what was measured into docs/performance.md, in place of what was measured before; the words above it stay. */
export async function writePage(measured: string): Promise<void> {
  const [words = ''] = readFileSync(pageFile, 'utf8').split(begins);
  const page = `${words}${begins}\n\n${measured}\n`;
  writeFileSync(pageFile, await format(page, { ...(await resolveConfig(pageFile)), parser: 'markdown' }));
}
