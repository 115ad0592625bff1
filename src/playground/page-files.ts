import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { lookUp } from '../core/keys';

/** The files of the page: its own, and the browser bundles of the card renderer and its dependencies. */

// The built server is in dist/playground; the page's files aren't compiled and stay in src.
const folder =
  [join(__dirname, 'page'), join(__dirname, '../../src/playground/page')].find((path) => existsSync(path)) ?? '';
const types = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);
const libraries: Record<string, () => string> = {
  'adaptivecards.js': () => join(dirname(require.resolve('adaptivecards/package.json')), 'dist/adaptivecards.min.js'),
  'markdown-it.js': () => join(dirname(require.resolve('markdown-it/package.json')), 'dist/markdown-it.min.js'),
  'purify.js': () => join(dirname(require.resolve('dompurify')), 'purify.min.js'),
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Answers with a file of the page; false if there is none with that name. */
export async function servePage(path: string, response: ServerResponse): Promise<boolean> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const library = name.startsWith('library/') ? lookUp(libraries, name.slice('library/'.length)) : undefined;
  const type = types.get(extname(name));
  if (!library && (!/^[a-z-]+\.(html|css|js|svg)$/.test(name) || !type)) return false;
  const content = await readFile(library ? library() : join(folder, name)).catch(() => undefined);
  if (!content) return false;
  response.writeHead(200, {
    'content-type': type ?? 'text/javascript; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': library ? 'max-age=3600' : 'no-store',
  });
  response.end(content);
  return true;
}
