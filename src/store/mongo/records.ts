import { randomBytes } from 'node:crypto';
import { lookUp } from '../../core/keys';
import { DamagedRecordError } from '../../core/errors';
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

const stampsKept = 8;

/** Turns values of one collection into documents and back. */
export interface RecordForm<T> {
  readonly shape: string;
  read(document: RecordDocument): Stored<T>;
  /** The first version, or the one that follows `before`; with a stamp of its own at the end. */
  write(id: string, value: T, before?: RecordDocument): RecordDocument;
  /** What is derived from the value: recomputed for records of another shape. */
  derive(document: RecordDocument): Pick<RecordDocument, 'i' | 'u' | 'expiresAt' | 'shape'>;
}

export function recordForm<T>(spec: CollectionSpec<T>): RecordForm<T> {
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
    read: (document) => ({ id: document._id, version: document.version, value: valueOf(document) }),
    write: (id, value, before) => ({
      _id: id,
      version: (before?.version ?? 0) + 1,
      schema: spec.schema,
      body: JSON.stringify(value),
      ...derived(value),
      stamps: [...(before?.stamps ?? []), newStamp()].slice(-stampsKept),
    }),
    derive: (document) => derived(valueOf(document)),
  };
}

/** Whether the write that made `written` is among the latest of the record as it now is. `unknown`: too much happened since. */
export function isWrittenIn(written: RecordDocument, now: RecordDocument): boolean | 'unknown' {
  const stamp = written.stamps[written.stamps.length - 1];
  if (stamp !== undefined && now.stamps.includes(stamp)) return true;
  return now.version - written.version >= stampsKept ? 'unknown' : false;
}

function newStamp(): string {
  return randomBytes(9).toString('base64url');
}

function present<V>(entries: readonly (readonly [string, V | undefined])[]): Record<string, V> {
  return Object.fromEntries(entries.filter((entry): entry is [string, V] => entry[1] !== undefined));
}
