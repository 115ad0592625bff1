import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const pageFile = join(__dirname, '../../docs/performance.md');
const begins = '<!-- measured -->';

const partBegins = (part: string): string => `<!-- measured alone: ${part} -->`;

/**
 * Writes the measurements to docs/performance.md: a complete run replaces all earlier measurements, and single parts replace their own earlier ones. The text
 * above stays.
 */
export async function writePage(measured: string, parts: readonly string[] = []): Promise<void> {
  const text = readFileSync(pageFile, 'utf8');
  const [words = ''] = text.split(begins);
  const mark = partBegins(parts.join(', '));
  const kept = text
    .split(/(?=<!-- measured alone: )/)
    .filter((section) => !section.startsWith(mark))
    .join('')
    .trimEnd();
  const page = parts.length === 0 ? `${words}${begins}\n\n${measured}\n` : `${kept}\n\n${mark}\n\n${measured}\n`;
  writeFileSync(pageFile, await format(page, { ...(await resolveConfig(pageFile)), parser: 'markdown' }));
}
