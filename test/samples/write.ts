import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../rules/source-files';
import { sampleGroups } from './all';

/** `npm run samples`: writes every card sample; with names of groups, only theirs. */
async function writeSamples(names: readonly string[]): Promise<void> {
  for (const [name, drawGroup] of Object.entries(sampleGroups)) {
    if (names.length > 0 && !names.includes(name)) continue;
    for (const { file, data } of await drawGroup()) {
      const path = join(root, file);
      const text = await format(JSON.stringify(data, null, 2), { ...(await resolveConfig(path)), parser: 'json' });
      writeFileSync(path, text);
    }
  }
}

void writeSamples(process.argv.slice(2));
