import { randomBytes } from 'node:crypto';
import type { Collection, Filter, IndexDescription } from 'mongodb';
import { DamagedRecordError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { indexesOf } from '../collections';
import type { ReadableOf } from '../collections';
import type { CollectionSpec, IndexValue, Stored } from '../contract';

/** How a record lies in MongoDB. The value is JSON text: no key or value of it means anything to the server. */
export interface RecordDocument {
  readonly _id: string;
  readonly version: number;
  readonly schema: number;
  readonly body: string;
  readonly expiresAt?: number;
  /** The values of the declared indexes, by name; absent ones are left out. */
  readonly i: Readonly<Record<string, IndexValue>>;
  /** The unique keys, by name; absent ones are left out and never collide. */
  readonly u: Readonly<Record<string, string | undefined>>;
  /** Which indexes were declared when it was written. */
  readonly shape: string;
  /** The latest writes of this record: whoever lost the answer to a write recognizes its own. */
  readonly stamps: readonly string[];
}

/** What matches each of these. */
export function allOf<T>(filters: readonly Filter<T>[]): Filter<T> {
  return (filters.length === 0 ? {} : { $and: [...filters] }) as Filter<T>;
}

const stampsKept = 8;

type RecordForm<T> = ReturnType<typeof recordForm<T>>;

/** Turns values of one collection into documents and back. */
export function recordForm<T>(spec: CollectionSpec<T>) {
  const indexNames = Object.keys(spec.indexes);
  const uniqueNames = Object.keys(spec.unique ?? {});
  const shape = `${spec.schema}:${[...indexNames, '|', ...uniqueNames].join(',')}`;

  const valueOf = ({ _id, body, schema }: RecordDocument): T => {
    try {
      const value: unknown = JSON.parse(body);
      return schema < spec.schema && spec.upgrade ? spec.upgrade(value, schema) : (value as T);
    } catch (cause) {
      throw new DamagedRecordError(spec.name, String(_id), { cause });
    }
  };
  const derived = (value: T): Pick<RecordDocument, 'i' | 'u' | 'expiresAt' | 'shape'> => {
    const expiresAt = spec.expiresAt?.(value);
    return {
      i: present(indexNames.map((name) => [name, lookUp(spec.indexes, name)?.(value)])),
      u: present(uniqueNames.map((name) => [name, lookUp(spec.unique, name)?.(value)])),
      ...(expiresAt !== undefined && { expiresAt }),
      shape,
    };
  };
  return {
    shape,
    read: (document: RecordDocument): Stored<T> => ({
      id: document._id,
      version: document.version,
      value: valueOf(document),
    }),
    /** The first version, or the one that follows `before`; with a stamp of its own at the end. */
    write: (id: string, value: T, before?: RecordDocument): RecordDocument => ({
      _id: id,
      version: (before?.version ?? 0) + 1,
      schema: spec.schema,
      body: JSON.stringify(value),
      ...derived(value),
      stamps: [...(before?.stamps ?? []), randomBytes(9).toString('base64url')].slice(-stampsKept),
    }),
    /** What is derived from the value: recomputed for records of another shape. */
    derive: (document: RecordDocument) => derived(valueOf(document)),
  };
}

/** Whether the write that made `written` is among the latest of the record as it now is. `unknown`: too much happened since. */
export function isWrittenIn(written: RecordDocument, now: RecordDocument): boolean | 'unknown' {
  const stamp = written.stamps.at(-1);
  if (stamp !== undefined && now.stamps.includes(stamp)) return true;
  return now.version - written.version >= stampsKept ? 'unknown' : false;
}

function present<V>(entries: readonly (readonly [string, V | undefined])[]): Record<string, V> {
  return Object.fromEntries(entries.filter((entry): entry is [string, V] => entry[1] !== undefined));
}

/** Makes the declared indexes, then brings records of another shape under them. Both do nothing where it is done already. */
export async function prepareCollection<T>(
  documents: Collection<RecordDocument>,
  spec: CollectionSpec<T>,
  form: RecordForm<T>,
  readableOf: ReadableOf,
): Promise<void> {
  const wanted = mongoIndexes(spec);
  await documents.createIndexes(wanted);
  // Those for queries that nobody asks any more; an older instance that still runs finds more slowly until it ends.
  for (const { name } of await documents.listIndexes().toArray()) {
    const isForQueries = typeof name === 'string' && /^[iq]-/.test(name);
    if (isForQueries && !wanted.some((index) => index.name === name)) await documents.dropIndex(name);
  }
  // Records of a newer schema than this code knows are left alone: a newer instance wrote them.
  const others = { shape: { $ne: form.shape }, schema: { $lte: spec.schema } };
  await fill(documents, others, form, readableOf);
  // Nobody waits for when records are to be removed.
  if (spec.expiresAt && (await neverExpired(documents)))
    fill(documents, { shape: form.shape }, form, readableOf).catch(() => undefined);
}

/** Whether its records are of a time when none of them was ever to be removed. */
async function neverExpired(documents: Collection<RecordDocument>): Promise<boolean> {
  const has = async (filter: Filter<RecordDocument>) =>
    (await documents.findOne(filter, { projection: { _id: 1 } })) !== null;
  return (await has({})) && !(await has({ expiresAt: { $exists: true } }));
}

export function mongoIndexes<T>(spec: CollectionSpec<T>): IndexDescription[] {
  return [
    { key: { shape: 1 }, name: 'shape' },
    { key: { expiresAt: 1 }, name: 'expires', partialFilterExpression: { expiresAt: { $exists: true } } },
    ...[...indexesOf(spec)].map(([name, fields]) => ({
      key: { ...Object.fromEntries(fields.map((field) => [`i.${field}`, 1])), _id: 1 },
      name,
    })),
    ...Object.keys(spec.unique ?? {}).map((name) => ({
      key: { [`u.${name}`]: 1 },
      name: `u-${name}`,
      unique: true,
      partialFilterExpression: { [`u.${name}`]: { $exists: true } },
    })),
  ] as IndexDescription[];
}

/** Gives records what is derived from them; of those that have this shape, only when they are to be removed. */
async function fill<T>(
  documents: Collection<RecordDocument>,
  filter: Filter<RecordDocument>,
  form: RecordForm<T>,
  readableOf: ReadableOf,
): Promise<void> {
  for await (const document of documents.find(filter)) {
    const { _id, version, shape } = document;
    const [readable] = readableOf([document as RecordDocument], form.derive);
    if (!readable || (shape === form.shape && readable.expiresAt === undefined)) continue;
    const { expiresAt, ...derived } = readable;
    // One that is changed meanwhile gets its derived fields by that change, or at the next start.
    await documents.updateOne(
      { _id, version, shape },
      expiresAt === undefined ? { $set: derived, $unset: { expiresAt: '' } } : { $set: { ...derived, expiresAt } },
    );
  }
}
