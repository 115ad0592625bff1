import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isMap, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { readingOf } from '../connectors/catalog';
import { modernizeCatalog } from '../connectors/earlier-catalog';
import { parseCatalog } from '../core/catalog';
import type { Catalog } from '../core/catalog';
import { resolveBindings } from '../core/catalog/bindings';
import { connectors } from '../connectors';
import { UsageError } from './contract';
import type { LineCommand } from './contract';

/** `npx gavel catalog migrate`: rewrites what only this release still reads. */

export const migrateCatalog: LineCommand = {
  name: 'catalog migrate',
  argument: '[file]',
  summary: 'rewrite a catalog of the earlier form with connections and bindings; the file before stays beside it',
  readsSettings: true,
  async run({ argument, environment, print }) {
    const file = argument ?? environment['GAVEL_CATALOG'];
    if (file === undefined) throw new UsageError('Pass the catalog file, or set GAVEL_CATALOG.');
    const text = readText(file);
    const result = migrated(text, file);
    if ('problems' in result) {
      for (const problem of result.problems) print(problem);
      return 1;
    }
    if (result.text === text) return (print(`Nothing in ${file} needs to be rewritten.`), 0);
    const kept = `${file}.before-migration`;
    copyFileSync(file, kept);
    writeFileSync(file, result.text);
    print(`${file} now has connections and bindings. The previous file is ${kept}.`);
    return 0;
  },
};

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`${file} can’t be read. Pass a catalog file that you can read.`);
  }
}

/** The catalog in today's form, with its comments and order; the same text if it is in that form already. Pure. */
export function migrated(
  text: string,
  file: string,
): { readonly text: string } | { readonly problems: readonly string[] } {
  const reading = readingOf(() => true);
  const before = parseCatalog(text, file, reading);
  if ('problems' in before) return before;
  if (before.warnings.length === 0) return { text };
  const document = parseDocument(text);
  rewrite(document);
  const after = document.toString({ lineWidth: 0 });
  const read = parseCatalog(after, file, reading);
  if ('problems' in read) return read;
  if (read.warnings.length > 0 || !isDeepStrictEqual(meaningOf(read.catalog), meaningOf(before.catalog)))
    return {
      problems: [
        `${file} can’t be rewritten without changing what it says. Nothing was changed. Write the connections and bindings by hand.`,
      ],
    };
  return { text: after };
}

/** Everything but where it stands. */
function meaningOf(catalog: Catalog): unknown {
  const { bindings: _, services, ...rest } = catalog;
  const bound = Object.entries(services).map(([service, { bindings: _own, ...others }]) => [
    ...[service, others],
    others.environments.map((environment) =>
      [...resolveBindings(catalog, connectors, service, environment).bindings].map(([capability, resolved]) => [
        capability,
        resolved.map(({ connection, kind, values }) => ({ connection, kind, values })),
      ]),
    ),
  ]);
  return JSON.parse(JSON.stringify({ rest, bound }));
}

type Parts = Readonly<Record<string, unknown>>;

function rewrite(document: Document): void {
  const { content } = modernizeCatalog(document.toJS());
  const { connections, services } = content as { connections: Parts; services: Record<string, { bindings?: Parts }> };
  const all = Object.values(services).map(({ bindings }) => bindings);
  const shared = all.length > 0 && all.every((each) => isDeepStrictEqual(each, all[0])) ? all[0] : undefined;
  for (const [name, { bindings }] of Object.entries(services)) {
    document.deleteIn(['services', name, 'connector']);
    document.deleteIn(['services', name, 'host']);
    if (shared || bindings === undefined) document.deleteIn(['services', name, 'bindings']);
    else document.setIn(['services', name, 'bindings'], flow(document, bindings));
  }
  insertBeforeServices(document, 'connections', flow(document, connections));
  if (shared) insertBeforeServices(document, 'bindings', flow(document, shared));
}

/** Each entry on a line of its own. */
function flow(document: Document, entries: Parts): unknown {
  const node = document.createNode(entries, { aliasDuplicateObjects: false });
  if (isMap(node))
    for (const { value } of node.items)
      if (typeof value === 'object' && value !== null) Object.assign(value, { flow: true });
  return node;
}

function insertBeforeServices(document: Document, key: string, value: unknown): void {
  document.delete(key);
  if (!isMap(document.contents)) return;
  const { items } = document.contents;
  const at = items.findIndex((pair) => String(pair.key) === 'services');
  items.splice(at, 0, document.createPair(key, value));
}
