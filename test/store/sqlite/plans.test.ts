import assert from 'node:assert/strict';
import { join } from 'node:path';
import Database from 'libsql';
import type { CollectionSpec, DeclaredQuery, Query } from '../../../src/store/contract';
import { mongoIndexes } from '../../../src/store/mongo/records';
import { findStatements } from '../../../src/store/sqlite/collection';
import { filesBelow, textOf } from '../../rules/source-files';
import { registeredCollections } from '../registry';
import { sharedDatabase } from '../shared-database';
import { temporaryStore } from '../temporary-store';

/** Each way in which a declared query can be asked. */
function waysToAsk({ where = [], orderBy }: DeclaredQuery): Query[] {
  const cursor = Buffer.from(JSON.stringify([1, 'x'])).toString('base64url');
  const plain: Query = { where: Object.fromEntries(where.map((field) => [field, 'x'])), ...(orderBy && { orderBy }) };
  const range =
    orderBy === undefined ? [] : [{ ...plain, where: { ...plain.where, [orderBy]: { atLeast: 1, atMost: 2 } } }];
  return [plain, ...range].flatMap((query) =>
    [false, true].flatMap((descending) => [
      { ...query, descending },
      { ...query, descending, cursor },
    ]),
  );
}

describe('the embedded store’s plan for a declared query', () => {
  it('reads a range of its own index, in order: no declared query of any collection reads a table or sorts', async () => {
    const temporary = temporaryStore();
    try {
      const specs = await registeredCollections(temporary.store);
      const database = new Database(join(temporary.folder, 'gavel.db'));
      const faults: string[] = [];
      let asked = 0;
      for (const spec of specs)
        for (const declared of spec.queries)
          for (const query of waysToAsk(declared))
            for (const { sql, values } of findStatements(spec, query)) {
              asked += 1;
              const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
              const words = plan.map(({ detail }) => detail).join('; ');
              if (!isDirect(words, spec, query)) faults.push(`${spec.name} ${JSON.stringify(query)}: ${words}`);
            }
      database.close();
      assert.deepEqual(faults, []);
      assert.ok(asked > 200, `${asked} statements`);
    } finally {
      await temporary.remove();
    }
  });

  it('is tested for every collection in the source', async () => {
    const temporary = temporaryStore();
    try {
      const specs = await registeredCollections(temporary.store);
      const declared = filesBelow('src', '.ts').flatMap((path) => [
        ...textOf(path).matchAll(/\bname: '([a-z-]+)',\s+schema: \d/g),
      ]);
      assert.ok(declared.length > 20, `${declared.length} found`);
      const names = new Set(specs.map(({ name }) => name));
      assert.deepEqual(
        declared.map(([, name = '']) => name).filter((name) => !names.has(name)),
        [],
      );
    } finally {
      await temporary.remove();
    }
  });

  /** A whole index is read only if the query has only an order; it contains only records with that order, and the answer ends at its limit. */
  function isDirect(words: string, { name }: CollectionSpec<unknown>, query: Query): boolean {
    if (/TEMP B-TREE|AUTOMATIC/.test(words)) return false;
    if (/^SEARCH \S+ USING (?:INDEX \S+-q-|PRIMARY KEY)/.test(words)) return true;
    const isOrderAlone = Object.keys(query.where ?? {}).length === 0 && query.orderBy !== undefined;
    return isOrderAlone && words.startsWith(`SCAN ${name} USING INDEX ${name}-q-${query.orderBy}`);
  }
});

describe('the indexes in MongoDB', () => {
  it('are those that the queries of every collection declare, on the double; a server’s plans were not checked', async () => {
    const shared = await sharedDatabase();
    try {
      const store = await shared.open();
      const specs = await registeredCollections(store);
      for (const spec of specs) {
        await store.collection(spec).get('nobody');
        const there = await shared.raw.collection(spec.name).listIndexes().toArray();
        const found = there.filter(({ name }) => name !== '_id_').map(({ name, key }) => ({ name, key }));
        const declared = mongoIndexes(spec).map(({ name, key }) => ({ name, key }));
        const byName = (a: { name?: unknown }, b: { name?: unknown }): number =>
          String(a.name) < String(b.name) ? -1 : 1;
        assert.deepEqual(found.sort(byName), declared.sort(byName), spec.name);
        for (const { where = [], orderBy } of spec.queries) {
          const fields = [...where, ...(orderBy === undefined ? [] : [orderBy])];
          if (fields.length === 0) continue;
          const key = { ...Object.fromEntries(fields.map((field) => [`i.${field}`, 1])), _id: 1 };
          assert.ok(
            there.some((index) => JSON.stringify(index['key']) === JSON.stringify(key)),
            `${spec.name}: ${fields.join(', ')}`,
          );
        }
      }
    } finally {
      await shared.remove();
    }
  });
});
