import type { Filter, Sort } from 'mongodb';
import { lookUp } from '../../core/keys';
import type { CollectionSpec, Condition, Page, Query, Stored } from '../contract';
import { declaredFor } from '../collections';
import type { RecordDocument } from './records';

const defaultLimit = 100;
const highestLimit = 1_000;

interface MongoQuery {
  readonly filter: Filter<RecordDocument>;
  readonly sort: Sort;
  /** One more than asked for, to know whether there is a next page. */
  readonly limit: number;
}

/** What a query of the contract becomes; throws when it isn't declared. */
export function mongoQuery<T>(spec: CollectionSpec<T>, query: Query): MongoQuery {
  declaredFor(spec, query);
  const known = (name: string): string => `i.${name}`;
  const conditions: Filter<RecordDocument>[] = Object.entries(query.where ?? {}).map(([name, condition]) => ({
    [known(name)]: conditionOf(condition),
  }));
  const order = query.orderBy === undefined ? undefined : known(query.orderBy);
  const direction = query.descending ? -1 : 1;
  if (order) conditions.push({ [order]: { $exists: true } });
  if (query.cursor !== undefined) conditions.push(afterCursor(query.cursor, order, direction));
  return {
    filter: conditions.length > 0 ? { $and: conditions } : {},
    sort: order ? { [order]: direction, _id: direction } : { _id: direction },
    limit: limitOf(query) + 1,
  };
}

/** Cuts the extra record off and makes the cursor of the next page. */
export function pageOf<T>(
  documents: readonly RecordDocument[],
  read: (documents: readonly RecordDocument[]) => Stored<T>[],
  query: Query,
): Page<T> {
  const limit = limitOf(query);
  const items = read(documents.slice(0, limit));
  const last = documents[limit - 1];
  if (documents.length <= limit || !last) return { items };
  const at = query.orderBy === undefined ? null : (lookUp(last.i, query.orderBy) ?? null);
  return { items, cursor: Buffer.from(JSON.stringify([at, last._id])).toString('base64url') };
}

function conditionOf(condition: Condition): object {
  if (typeof condition !== 'object') return { $eq: condition };
  if ('in' in condition) return { $in: [...condition.in] };
  return {
    $exists: true,
    ...(condition.atLeast !== undefined && { $gte: condition.atLeast }),
    ...(condition.atMost !== undefined && { $lte: condition.atMost }),
  };
}

function afterCursor(cursor: string, order: string | undefined, direction: 1 | -1): Filter<RecordDocument> {
  const { at, id } = readCursor(cursor);
  const beyond = direction === 1 ? '$gt' : '$lt';
  if (!order) return { _id: { [beyond]: id } } as Filter<RecordDocument>;
  return {
    $or: [{ [order]: { [beyond]: at } }, { [order]: { $eq: at }, _id: { [beyond]: id } }],
  } as Filter<RecordDocument>;
}

function limitOf(query: Query): number {
  return Math.min(highestLimit, Math.max(1, Math.floor(query.limit ?? defaultLimit)));
}

function readCursor(cursor: string): { at: string | number | null; id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string | number | null, string];
    return { at, id: String(id) };
  } catch (cause) {
    throw new Error('Not a cursor of this collection', { cause });
  }
}
