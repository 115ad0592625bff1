import { Query } from 'mingo';
import { BSON } from 'mongodb';
import type { Document } from 'mongodb';

export interface IndexSpec {
  readonly name: string;
  readonly key: Readonly<Record<string, number>>;
  readonly unique?: boolean;
  readonly partialFilterExpression?: Document;
}

/** What the server answers with code 11000. */
export class DuplicateKey extends Error {
  constructor(
    readonly index: IndexSpec,
    readonly keyValue: Document,
  ) {
    super(`E11000 duplicate key error collection index: ${index.name} dup key: ${JSON.stringify(keyValue)}`);
  }
}

interface Index {
  readonly spec: IndexSpec;
  readonly fields: readonly string[];
  readonly covers: (document: Document) => boolean;
  /** The complete key, as text, to the ids of the documents with it. */
  readonly byKey: Map<string, Set<string>>;
  /** Only the first field: what an equality on it narrows a search to. */
  readonly byFirst: Map<string, Set<string>>;
}

const idIndex: IndexSpec = { name: '_id_', key: { _id: 1 }, unique: true };

/** The documents of one collection; unique indexes are enforced before anything changes. */
export interface DoubleCollection {
  readonly indexes: () => readonly IndexSpec[];
  /** Throws `DuplicateKey` if existing documents already collide. */
  addIndex(spec: IndexSpec): boolean;
  dropIndex(name: string): void;
  /** Creates or replaces; throws `DuplicateKey` and changes nothing if another document has a unique key. */
  put(document: Document, isNew: boolean): void;
  remove(id: unknown): void;
  /** All matches, in the order of their ids unless sorted. */
  match(filter: Document, sort?: Document): Document[];
}

/** Equal values have equal text, whatever object contains them. */
export function keyText(value: unknown): string {
  return value === undefined ? 'null' : BSON.EJSON.stringify(value, { relaxed: true });
}

export function createDoubleCollection(): DoubleCollection {
  const documents = new Map<string, Document>();
  const indexes: Index[] = [];

  const collides = (index: Index, document: Document, id: string): boolean =>
    [...(index.byKey.get(wholeKey(index, document)) ?? [])].some((other) => other !== id);
  const enter = (index: Index, document: Document, id: string): void => {
    if (!index.covers(document)) return;
    into(index.byKey, wholeKey(index, document), id);
    into(index.byFirst, keyText(fieldOf(document, index.fields[0] ?? '')), id);
  };
  const leave = (index: Index, document: Document, id: string): void => {
    outOf(index.byKey, wholeKey(index, document), id);
    outOf(index.byFirst, keyText(fieldOf(document, index.fields[0] ?? '')), id);
  };
  const drop = (id: string): void => {
    const old = documents.get(id);
    if (!old) return;
    for (const index of indexes) leave(index, old, id);
    documents.delete(id);
  };

  return {
    indexes: () => [idIndex, ...indexes.map(({ spec }) => spec)],
    addIndex(spec) {
      if (spec.name === idIndex.name || indexes.some((index) => index.spec.name === spec.name)) return false;
      const index = emptyIndex(spec);
      for (const [id, document] of documents) {
        if (spec.unique && index.covers(document) && collides(index, document, id))
          throw new DuplicateKey(spec, keyValueOf(index, document));
        enter(index, document, id);
      }
      indexes.push(index);
      return true;
    },
    dropIndex(name) {
      const at = indexes.findIndex((index) => index.spec.name === name);
      if (at >= 0) indexes.splice(at, 1);
    },
    put(document, isNew) {
      const id = keyText(document['_id']);
      if (isNew && documents.has(id)) throw new DuplicateKey(idIndex, { _id: document['_id'] });
      for (const index of indexes)
        if (index.spec.unique && index.covers(document) && collides(index, document, id))
          throw new DuplicateKey(index.spec, keyValueOf(index, document));
      drop(id);
      documents.set(id, document);
      for (const index of indexes) enter(index, document, id);
    },
    remove: (id) => drop(keyText(id)),
    match(filter, sort) {
      const query = new Query(filter as never);
      const found = [...candidates(filter)].filter((document) => query.test(document as never));
      const order = sort && Object.keys(sort).length > 0 ? sort : { _id: 1 };
      return found.sort((a, b) => compareBy(order, a, b));
    },
  };

  function candidates(filter: Document): Iterable<Document> {
    const byId = filter['_id'];
    if (isPlain(byId)) return presentOf([keyText(byId)]);
    const whole = indexes.find(
      ({ spec, fields }) => !spec.partialFilterExpression && fields.every((field) => isPlain(filter[field])),
    );
    if (whole)
      return presentOf(whole.byKey.get(whole.fields.map((field) => keyText(filter[field])).join('\u0000')) ?? []);
    for (const index of indexes) {
      const condition: unknown = filter[index.fields[0] ?? ''];
      if (index.spec.partialFilterExpression || !isPlain(condition)) continue;
      return presentOf(index.byFirst.get(keyText(condition)) ?? []);
    }
    return documents.values();
  }
  function presentOf(ids: Iterable<string>): Document[] {
    return [...ids].flatMap((id) => documents.get(id) ?? []);
  }
}

function emptyIndex(spec: IndexSpec): Index {
  const partial = spec.partialFilterExpression && new Query(spec.partialFilterExpression as never);
  const covers = (document: Document): boolean => !partial || partial.test(document as never);
  return { spec, fields: Object.keys(spec.key), covers, byKey: new Map(), byFirst: new Map() };
}

function wholeKey(index: Index, document: Document): string {
  return index.fields.map((field) => keyText(fieldOf(document, field))).join('\u0000');
}

function keyValueOf(index: Index, document: Document): Document {
  return Object.fromEntries(index.fields.map((field) => [field, fieldOf(document, field) ?? null]));
}

function fieldOf(document: Document, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Document | undefined)?.[name], document);
}

function isPlain(condition: unknown): boolean {
  return typeof condition === 'string' || typeof condition === 'number' || typeof condition === 'boolean';
}

/** As the server orders them: absent, numbers, text by its bytes, anything else as text. */
function compareBy(order: Document, a: Document, b: Document): number {
  for (const [field, direction] of Object.entries(order)) {
    const difference = compareValues(fieldOf(a, field), fieldOf(b, field));
    if (difference !== 0) return difference * Number(direction);
  }
  return 0;
}

function compareValues(a: unknown, b: unknown): number {
  const rank = (value: unknown): number => ['number', 'string'].indexOf(typeof value) + (value === undefined ? 0 : 1);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function into(map: Map<string, Set<string>>, key: string, id: string): void {
  const ids = map.get(key);
  if (ids) ids.add(id);
  else map.set(key, new Set([id]));
}

function outOf(map: Map<string, Set<string>>, key: string, id: string): void {
  const ids = map.get(key);
  ids?.delete(id);
  if (ids?.size === 0) map.delete(key);
}
