import { update as applyModifier } from 'mingo';
import { BSON } from 'mongodb';
import type { Document } from 'mongodb';
import { createDoubleCollection, DuplicateKey } from './collection';
import type { DoubleCollection, IndexSpec } from './collection';
import type { Change, Journal } from './journal';

/** The data of the double and the commands on it. Every command is atomic. */
export interface DoubleDatabase {
  run(command: Document): Document;
}

interface Cursor {
  readonly namespace: string;
  readonly rest: Document[];
}

const firstBatch = 101;

/** How much a duplicate-key error says: MongoDB names the key, Microsoft's DocumentDB engine 0.108 doesn't. */
export type DuplicateErrors = 'full' | 'bare';

export function createDoubleDatabase(journal: Journal, duplicateErrors: DuplicateErrors = 'full'): DoubleDatabase {
  const duplicateReply = ({ index, keyValue, message }: DuplicateKey): Document =>
    duplicateErrors === 'bare'
      ? {
          code: 11000,
          errmsg: `Duplicate key violation on the requested collection: Index '${index.name}'`,
        }
      : { code: 11000, codeName: 'DuplicateKey', keyPattern: index.key, keyValue, errmsg: message };

  const collections = new Map<string, DoubleCollection>();
  const answered = new Map<string, { number: number; reply: Document }>();
  const cursors = new Map<number, Cursor>();
  let lastCursor = 0;
  for (const change of journal.read()) replay(change);

  function collectionOf(namespace: string): DoubleCollection {
    let collection = collections.get(namespace);
    if (!collection) collections.set(namespace, (collection = createDoubleCollection()));
    return collection;
  }

  function replay(change: Change): void {
    if ('put' in change) collectionOf(change.in).put(change.put, false);
    else if ('removed' in change) collectionOf(change.in).remove(change.removed);
    else if ('index' in change) collectionOf(change.in).addIndex(change.index as IndexSpec);
    else if ('droppedIndex' in change) collectionOf(change.in).dropIndex(change.droppedIndex);
    else if ('dropped' in change) drop(change.dropped);
    else answered.set(change.session, { number: change.number, reply: change.reply });
  }

  function drop(database: string): void {
    for (const name of [...collections.keys()]) if (name.startsWith(`${database}.`)) collections.delete(name);
  }

  const writes: Record<string, (command: Document, namespace: string, changes: Change[]) => Document> = {
    insert: ({ documents, ordered }, namespace, changes) =>
      performEach(documents as Document[], ordered !== false, duplicateReply, (document) => {
        put(namespace, document, true, changes);
        return { n: 1 };
      }),
    update: ({ updates, ordered }, namespace, changes) =>
      performEach(updates as Document[], ordered !== false, duplicateReply, ({ q, u, multi, upsert }) => {
        const found = collectionOf(namespace).match(q as Document);
        if (found.length === 0 && upsert) {
          const made = changed({ _id: (q as Document)['_id'] as unknown }, u as Document);
          put(namespace, made, true, changes);
          return { n: 1, upserted: made['_id'] as unknown };
        }
        const meant = multi ? found : found.slice(0, 1);
        for (const document of meant) put(namespace, changed(document, u as Document), false, changes);
        return { n: meant.length, nModified: meant.length };
      }),
    delete: ({ deletes, ordered }, namespace, changes) =>
      performEach(deletes as Document[], ordered !== false, duplicateReply, ({ q, limit }) => {
        const found = collectionOf(namespace).match(q as Document);
        const meant = limit === 1 ? found.slice(0, 1) : found;
        for (const { _id: id } of meant) {
          collectionOf(namespace).remove(id);
          changes.push({ removed: id, in: namespace });
        }
        return { n: meant.length };
      }),
    createIndexes: ({ indexes }, namespace, changes) => {
      for (const index of indexes as IndexSpec[])
        if (collectionOf(namespace).addIndex(index)) changes.push({ index, in: namespace });
      return {};
    },
    dropIndexes: ({ index }, namespace, changes) => {
      collectionOf(namespace).dropIndex(String(index));
      changes.push({ droppedIndex: String(index), in: namespace });
      return {};
    },
    dropDatabase: ({ $db }, _namespace, changes) => {
      drop(String($db));
      changes.push({ dropped: String($db) });
      return {};
    },
  };

  const reads: Record<string, (command: Document, namespace: string) => Document> = {
    find: ({ filter, sort, skip, limit, batchSize, singleBatch }, namespace) => {
      const found = collectionOf(namespace).match((filter as Document | undefined) ?? {}, sort as Document | undefined);
      const from = Number(skip ?? 0);
      const asked = found.slice(from, limit ? from + Math.abs(Number(limit)) : undefined);
      const size = Number(batchSize ?? firstBatch);
      const rest = singleBatch ? [] : asked.slice(size);
      if (rest.length > 0) cursors.set(++lastCursor, { namespace, rest });
      return cursorReply('firstBatch', rest.length > 0 ? lastCursor : 0, namespace, asked.slice(0, size));
    },
    getMore: ({ getMore, batchSize }) => {
      const cursor = cursors.get(Number(getMore));
      if (!cursor) return { ok: 0, code: 43, codeName: 'CursorNotFound', errmsg: 'cursor not found' };
      const batch = cursor.rest.splice(0, Number(batchSize ?? cursor.rest.length));
      if (cursor.rest.length === 0) cursors.delete(Number(getMore));
      return cursorReply('nextBatch', cursor.rest.length > 0 ? Number(getMore) : 0, cursor.namespace, batch);
    },
    killCursors: ({ cursors: ids }) => {
      for (const id of ids as number[]) cursors.delete(Number(id));
      return {};
    },
    count: ({ query }, namespace) => ({
      n: collectionOf(namespace).match((query as Document | undefined) ?? {}).length,
    }),
    listIndexes: (_command, namespace) =>
      cursorReply('firstBatch', 0, namespace, [...collectionOf(namespace).indexes()] as Document[]),
    listDatabases: () => ({ databases: [...databaseNames()].map((name) => ({ name })) }),
    ping: () => ({}),
    endSessions: () => ({}),
  };

  function databaseNames(): Set<string> {
    return new Set([...collections.keys()].map((namespace) => namespace.split('.')[0] ?? ''));
  }

  function put(namespace: string, document: Document, isNew: boolean, changes: Change[]): void {
    collectionOf(namespace).put(document, isNew);
    changes.push({ put: document, in: namespace });
  }

  /** A retryable write that was already executed isn't executed again: it gets the same answer. */
  function write(name: string, command: Document, namespace: string): Document {
    const session = sessionOf(command);
    const number = Number(command['txnNumber']);
    const before = session === undefined ? undefined : answered.get(session);
    if (before?.number === number) return before.reply;
    const changes: Change[] = [];
    const reply = { ...writes[name]?.(command, namespace, changes), ok: 1 };
    if (session !== undefined) {
      answered.set(session, { number, reply });
      changes.push({ session, number, reply });
    }
    journal.write(changes);
    return reply;
  }

  return {
    run(command) {
      const name = Object.keys(command)[0] ?? '';
      const namespace = `${String(command['$db'])}.${String(name === 'getMore' ? command['collection'] : command[name])}`;
      try {
        if (name in writes) return write(name, command, namespace);
        const read = reads[name];
        if (read) return { ok: 1, ...read(command, namespace) };
      } catch (error) {
        if (error instanceof DuplicateKey) return { ok: 0, ...duplicateReply(error) };
        return { ok: 0, code: 2, codeName: 'BadValue', errmsg: String(error) };
      }
      return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: `no such command: '${name}'` };
    },
  };
}

/** Each separately; a collision stops an ordered command, as on the server. */
function performEach(
  parts: Document[],
  isOrdered: boolean,
  duplicateReply: (error: DuplicateKey) => Document,
  perform: (part: Document) => Document,
): Document {
  const total = { n: 0, nModified: 0 };
  const upserted: Document[] = [];
  const writeErrors: Document[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      const done = perform(part);
      total.n += Number(done['n']);
      total.nModified += Number(done['nModified'] ?? 0);
      if ('upserted' in done) upserted.push({ index, _id: done['upserted'] as unknown });
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
      writeErrors.push({ index, ...duplicateReply(error) });
      if (isOrdered) break;
    }
  }
  return { ...total, ...(upserted.length > 0 && { upserted }), ...(writeErrors.length > 0 && { writeErrors }) };
}

/** Replaces, or applies operators, on a copy: the stored document changes only if everything is accepted. */
function changed(document: Document, change: Document): Document {
  const isModifier = Object.keys(change)[0]?.startsWith('$') ?? false;
  if (!isModifier) return { _id: document['_id'] as unknown, ...change };
  const copy = BSON.deserialize(BSON.serialize(document, { ignoreUndefined: true }));
  applyModifier(copy, change as never);
  return copy;
}

function cursorReply(batchName: string, id: number, ns: string, batch: Document[]): Document {
  return { cursor: { [batchName]: batch, id: BSON.Long.fromNumber(id), ns } };
}

function sessionOf({ lsid, txnNumber }: Document): string | undefined {
  if (txnNumber === undefined) return undefined;
  return BSON.EJSON.stringify(lsid, { relaxed: false });
}
