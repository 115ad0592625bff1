import { randomBytes } from 'node:crypto';
import type { Collection, Filter, IndexDescription } from 'mongodb';
import { DamagedRecordError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { indexesOf } from '../collections';
import type { ReadableOf } from '../collections';
import type { CollectionSpec, IndexValue, Stored } from '../contract';

/** A record as stored in MongoDB. The value is JSON text, so its keys and values mean nothing to the server. */
export interface RecordDocument {
  readonly _id: string;
  readonly version: number;
  readonly schema: number;
  readonly body: string;
  readonly expiresAt?: number;
  /** The values of the declared indexes, by name; absent ones are omitted. */
  readonly i: Readonly<Record<string, IndexValue>>;
  /** The unique keys, by name; absent ones are omitted and never collide. */
  readonly u: Readonly<Record<string, string | undefined>>;
  /** The declared indexes when it was written. */
  readonly shape: string;
  /** The latest writes of this record: a caller who lost the answer to a write recognizes its own. */
  readonly stamps: readonly string[];
}

/** Matches all of these. */
export function allOf<T>(filters: readonly Filter<T>[]): Filter<T> {
  return (filters.length === 0 ? {} : { $and: [...filters] }) as Filter<T>;
}

const stampsKept = 8;

type RecordForm<T> = ReturnType<typeof recordForm<T>>;

/** Converts values of one collection to documents and back. */
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
    /** The first version, or the one after `before`, with its own stamp at the end. */
    write: (id: string, value: T, before?: RecordDocument): RecordDocument => ({
      _id: id,
      version: (before?.version ?? 0) + 1,
      schema: spec.schema,
      body: JSON.stringify(value),
      ...derived(value),
      stamps: [...(before?.stamps ?? []), randomBytes(9).toString('base64url')].slice(-stampsKept),
    }),
    /** The fields derived from the value: recomputed for records of another shape. */
    derive: (document: RecordDocument) => derived(valueOf(document)),
  };
}

/** Whether the write that made `written` is among the latest of the current record. `unknown`: too much has happened since. */
export function isWrittenIn(written: RecordDocument, now: RecordDocument): boolean | 'unknown' {
  const stamp = written.stamps.at(-1);
  if (stamp !== undefined && now.stamps.includes(stamp)) return true;
  return now.version - written.version >= stampsKept ? 'unknown' : false;
}

function present<V>(entries: readonly (readonly [string, V | undefined])[]): Record<string, V> {
  return Object.fromEntries(entries.filter((entry): entry is [string, V] => entry[1] !== undefined));
}

/** Creates the declared indexes, then updates records of another shape. Does nothing if that is already done. */
export async function prepareCollection<T>(
  documents: Collection<RecordDocument>,
  spec: CollectionSpec<T>,
  form: RecordForm<T>,
  readableOf: ReadableOf,
): Promise<void> {
  const wanted = mongoIndexes(spec);
  await documents.createIndexes(wanted);
  // Indexes of queries that no longer exist; an older instance that is still running searches more slowly until it ends.
  for (const { name } of await documents.listIndexes().toArray()) {
    const isForQueries = typeof name === 'string' && /^[iq]-/.test(name);
    if (isForQueries && !wanted.some((index) => index.name === name)) await documents.dropIndex(name);
  }
  // Records of a newer schema are left alone, because a newer instance wrote them.
  const others = { shape: { $ne: form.shape }, schema: { $lte: spec.schema } };
  await fill(documents, others, form, readableOf);
  // Nobody waits for the expiry of records.
  if (spec.expiresAt && (await neverExpired(documents)))
    fill(documents, { shape: form.shape }, form, readableOf).catch(() => undefined);
}

/** Whether its records are from a time when none of them expired. */
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

/** Updates the derived fields of records; for those that already have this shape, only the expiry. */
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
    // A record that changes in the meantime gets its derived fields with that change, or at the next start.
    await documents.updateOne(
      { _id, version, shape },
      expiresAt === undefined ? { $set: derived, $unset: { expiresAt: '' } } : { $set: { ...derived, expiresAt } },
    );
  }
}
