import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../rules/source-files';
import { drawSamples } from './all';

/** `npm run samples`: writes every card sample that the code draws. */
async function writeSamples(): Promise<void> {
  for (const { file, data } of await drawSamples()) {
    const path = join(root, file);
    const text = await format(JSON.stringify(data, null, 2), { ...(await resolveConfig(path)), parser: 'json' });
    writeFileSync(path, text);
  }
}

void writeSamples();
