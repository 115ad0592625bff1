import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../rules/source-files';
import { makePages } from './tables';

/** `npm run docs`: writes the generated tables of the docs, and `.env.example`. */
void makePages().then((pages) => {
  for (const [page, text] of pages) writeFileSync(join(root, page), text);
  console.log(`${[...pages.keys()].join(', ')} are current.`);
});
