import type { Collection as Documents, Db, Filter, Sort } from 'mongodb';
import { ConflictError, StoreUnavailableError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { changesBy, declaredFor, once, pageSize, placeAfter } from '../collections';
import type { ReadableOf } from '../collections';
import { cursorAfter } from '../contract';
import type { Collection, CollectionSize, CollectionSpec, Condition, Query } from '../contract';
import { createTurns, isDuplicateKey, isUnclear, withinLimit } from './calls';
import type { Call } from './calls';
import { allOf, isWrittenIn, prepareCollection, recordForm } from './records';
import type { RecordDocument } from './records';

export interface MongoCollection<T> extends Collection<T> {
  /** Resolves when its indexes exist. */
  prepared(): Promise<void>;
  removeExpired(now: number): Promise<number>;
  size(): Promise<CollectionSize>;
}

const removedAtOnce = 500;

/** One MongoDB collection for each declared one; every change is a compare-and-set on the version number. */
export function openCollection<T>(
  database: Db,
  spec: CollectionSpec<T>,
  limitMs: number,
  readableOf: ReadableOf,
): MongoCollection<T> {
  const documents = database.collection<RecordDocument>(spec.name);
  const form = recordForm(spec);
  const turns = createTurns<RecordDocument>();
  const prepared = once(() => prepareCollection(documents, spec, form, readableOf));

  const onReady = <R>(work: (call: Call) => Promise<R>): Promise<R> =>
    withinLimit(limitMs, async (call) => {
      await prepared();
      return work(call);
    });

  return {
    prepared,
    get: (id) =>
      onReady(async () => {
        const document = await readNow(documents, id);
        return document && form.read(document);
      }),
    insert: (id, value) =>
      onReady(async (call) => {
        const inserted = await insertNow(documents, call, form.write(id, value));
        if (!inserted) throw new ConflictError('Another record holds this key');
        return form.read(inserted);
      }),
    ...changesBy((id, to) =>
      onReady((call) =>
        turns.take(id, async (turn) => {
          for (let known = turn.known; ; known = undefined, await call.pause()) {
            call.check();
            const before = known ?? (await turn.learn(() => readNow(documents, id)));
            const record = before && form.read(before);
            const value = to(record?.value, record?.version ?? 0);
            if (value === undefined) return { record, changed: false };
            const next = form.write(id, value, before);
            const stored = await turn.learn(() =>
              before ? replaceNow(documents, call, before, next) : insertNow(documents, call, next),
            );
            if (stored) return { record: form.read(stored), changed: true };
          }
        }),
      ),
    ),
    find: (query) =>
      onReady(async () => {
        const limit = pageSize(query.limit);
        const found = await documents
          .find(filterOf(spec, query), { sort: sortOf(query), limit: limit + 1, batchSize: limit + 1 })
          .toArray();
        const items = readableOf(found.slice(0, limit) as RecordDocument[], form.read);
        const last = found[limit - 1];
        if (found.length <= limit || !last) return { items };
        return { items, cursor: cursorAfter(lookUp(last.i, query.orderBy) ?? null, last._id) };
      }),
    count: (query, most) =>
      onReady(async () => {
        const limit = Math.max(1, Math.floor(most));
        const options = { limit, projection: { _id: 1 }, batchSize: limit };
        return (await documents.find(filterOf(spec, query), options).toArray()).length;
      }),
    remove: (id) => onReady(async () => (await documents.deleteOne({ _id: id })).deletedCount === 1),
    async removeExpired(now) {
      const isExpired = { expiresAt: { $lte: now } };
      const options = { projection: { _id: 1 }, limit: removedAtOnce, batchSize: removedAtOnce };
      for (let removed = 0; ;) {
        const page = await onReady(() => documents.find(isExpired, options).toArray());
        if (page.length === 0) return removed;
        const ids = page.map(({ _id }) => _id);
        // Records that were extended in the meantime stay.
        const gone = await onReady(() => documents.deleteMany({ _id: { $in: ids }, ...isExpired }));
        removed += gone.deletedCount;
        if (gone.deletedCount === 0 || page.length < removedAtOnce) return removed;
      }
    },
    size: () => onReady(() => sizeOf(documents, spec.name)),
  };
}

async function readNow(documents: Documents<RecordDocument>, id: string): Promise<RecordDocument | undefined> {
  return (await documents.findOne({ _id: id })) ?? undefined;
}

/** Undefined if the id is taken; throws `ConflictError` for another unique key. */
async function insertNow(
  documents: Documents<RecordDocument>,
  call: Call,
  next: RecordDocument,
): Promise<RecordDocument | undefined> {
  let unclear = false;
  for (let refusals = 0; refusals < 2;) {
    try {
      await documents.insertOne(next);
      return next;
    } catch (error) {
      if (isDuplicateKey(error)) {
        if (unclear && (await wasWritten(documents, next))) return next;
        if (await isTaken(documents, next._id)) return undefined;
        // The record with this id may have been removed since; only a second refusal means another unique key.
        refusals++;
        continue;
      }
      if (!isUnclear(error)) throw error;
      unclear = true;
      await call.pause();
    }
  }
  throw new ConflictError('Another record holds this key');
}

/** Undefined if somebody else was faster. */
async function replaceNow(
  documents: Documents<RecordDocument>,
  call: Call,
  before: RecordDocument,
  next: RecordDocument,
): Promise<RecordDocument | undefined> {
  for (let unclear = false; ; unclear = true) {
    try {
      // Repeating the same write is safe: its version can follow that version only once.
      const { matchedCount } = await documents.replaceOne({ _id: before._id, version: before.version }, next);
      if (matchedCount === 1 || (unclear && (await wasWritten(documents, next)))) return next;
      return undefined;
    } catch (error) {
      if (!isUnclear(error)) throw error;
      await call.pause();
    }
  }
}

async function sizeOf(documents: Documents<RecordDocument>, name: string): Promise<CollectionSize> {
  const records = await documents.estimatedDocumentCount();
  const first = await documents.findOne({ expiresAt: { $exists: true } }, { sort: { expiresAt: 1 } });
  return { name, records, ...(typeof first?.expiresAt === 'number' && { firstExpiresAt: first.expiresAt }) };
}

/** Reads the final record, to tell whether a write whose answer was lost is in it. */
async function wasWritten(documents: Documents<RecordDocument>, written: RecordDocument): Promise<boolean> {
  const now = await documents.findOne({ _id: written._id }, { readConcern: { level: 'linearizable' } });
  if (!now) return false;
  const answer = isWrittenIn(written, now as RecordDocument);
  if (answer === 'unknown') throw new StoreUnavailableError('It’s unknown whether the record was changed');
  return answer;
}

/** What the primary knows now: a record that the majority doesn't have yet still takes the id. */
async function isTaken(documents: Documents<RecordDocument>, id: string): Promise<boolean> {
  return (await documents.findOne({ _id: id }, { projection: { _id: 1 }, readConcern: { level: 'local' } })) !== null;
}

/** A query of the contract as a filter; throws if it isn't declared. */
function filterOf<T>(spec: CollectionSpec<T>, query: Query): Filter<RecordDocument> {
  declaredFor(spec, query);
  const conditions: Filter<RecordDocument>[] = Object.entries(query.where ?? {}).map(([name, condition]) => ({
    [`i.${name}`]: conditionOf(condition),
  }));
  const order = query.orderBy === undefined ? undefined : `i.${query.orderBy}`;
  if (order) conditions.push({ [order]: { $exists: true } });
  if (query.cursor !== undefined) {
    const [at, id] = placeAfter(query.cursor);
    const beyond = query.descending ? '$lt' : '$gt';
    const isBehind = { _id: { [beyond]: String(id) } } as Filter<RecordDocument>;
    conditions.push(order ? { $or: [{ [order]: { [beyond]: at } }, { [order]: { $eq: at }, ...isBehind }] } : isBehind);
  }
  return allOf(conditions);
}

function sortOf({ orderBy, descending }: Query): Sort {
  const direction = descending ? -1 : 1;
  return { ...(orderBy !== undefined && { [`i.${orderBy}`]: direction }), _id: direction };
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
