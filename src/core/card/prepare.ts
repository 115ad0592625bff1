import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cardsFolder, loadTemplating, namePattern, templateOf } from '.';

/**
 * Does once Gavel is ready what the first cards would wait for: loads the library that fills the templates, which takes more than a tenth of a second,
 * has its parser read a first expression, which takes longer than all others, and parses the templates. Each in a turn of its own.
 */
export async function prepareTemplating(): Promise<void> {
  await nextTurn();
  const { Template: Prepared } = loadTemplating();
  await nextTurn();
  new Prepared({ text: '${name}, ${count(rows)}' }).expand({ $root: { name: '', rows: [] } });
  for (const name of templateNames()) {
    await nextTurn();
    templateOf(name);
  }
}

const templateNames = (): string[] =>
  readdirSync(cardsFolder, { withFileTypes: true })
    .filter((folder) => folder.isDirectory())
    .flatMap(({ name }) => readdirSync(join(cardsFolder, name)).map((file) => `${name}/${file.replace(/\.json$/, '')}`))
    .filter((name) => namePattern.test(name));
