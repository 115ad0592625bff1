import type { Collection as Documents, Db } from 'mongodb';
import { ConflictError, StoreUnavailableError } from '../../core/errors';
import type { Collection, CollectionSize, CollectionSpec, Stored } from '../contract';
import type { Damage } from '../collections';
import { isDuplicateKey, isUnclear } from './failures';
import { withinLimit } from './limit';
import type { Call } from './limit';
import { once } from '../collections';
import { prepareCollection } from './prepare';
import { mongoQuery, pageOf } from './query';
import { isWrittenIn, recordForm } from './records';
import type { RecordDocument } from './records';
import { createTurns } from './turns';

export interface MongoCollection<T> extends Collection<T> {
  /** Resolves when its indexes are there. */
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
  damage: Damage,
): MongoCollection<T> {
  const documents = database.collection<RecordDocument>(spec.name);
  const form = recordForm(spec);
  const turns = createTurns<RecordDocument>();
  const prepared = once(() => prepareCollection(documents, spec, form, damage));

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
    update: (id, change) =>
      onReady((call) =>
        turns.take(id, async (turn): Promise<(Stored<T> & { changed: boolean }) | undefined> => {
          for (let known = turn.known; ; known = undefined, await call.pause()) {
            call.check();
            const before = known ?? (await turn.learn(() => readNow(documents, id)));
            if (!before) return undefined;
            const record = form.read(before);
            const value = change(record.value, record.version);
            if (value === undefined) return { ...record, changed: false };
            const next = form.write(id, value, before);
            const stored = await turn.learn(() => replaceNow(documents, call, before, next));
            if (stored) return { ...form.read(stored), changed: true };
          }
        }),
      ),
    upsert: (id, change) =>
      onReady((call) =>
        turns.take(id, async (turn): Promise<Stored<T>> => {
          for (let known = turn.known; ; known = undefined, await call.pause()) {
            call.check();
            const before = known ?? (await turn.learn(() => readNow(documents, id)));
            const next = form.write(id, change(before && form.read(before).value), before);
            const stored = await turn.learn(() =>
              before ? replaceNow(documents, call, before, next) : insertNow(documents, call, next),
            );
            if (stored) return form.read(stored);
          }
        }),
      ),
    find: (query) =>
      onReady(async () => {
        const { filter, sort, limit } = mongoQuery(spec, query);
        const found = await documents.find(filter, { sort, limit, batchSize: limit }).toArray();
        return pageOf(found as RecordDocument[], (page) => damage.readableOf(page, form.read), query);
      }),
    count: (query, most) =>
      onReady(async () => {
        const { filter } = mongoQuery(spec, query);
        const limit = Math.max(1, Math.floor(most));
        return (await documents.find(filter, { limit, projection: { _id: 1 }, batchSize: limit }).toArray()).length;
      }),
    remove: (id) => onReady(async () => (await documents.deleteOne({ _id: id })).deletedCount === 1),
    async removeExpired(now) {
      const isExpired = { expiresAt: { $lte: now } };
      const options = { projection: { _id: 1 }, limit: removedAtOnce, batchSize: removedAtOnce };
      for (let removed = 0; ;) {
        const page = await onReady(() => documents.find(isExpired, options).toArray());
        if (page.length === 0) return removed;
        const ids = page.map(({ _id }) => _id);
        // What was prolonged meanwhile stays.
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

/** Undefined when the id is taken; throws `ConflictError` for another unique key. */
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
        // Whoever held the id may have removed the record since; only a second refusal means another unique key.
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

/** Undefined when somebody else was faster. */
async function replaceNow(
  documents: Documents<RecordDocument>,
  call: Call,
  before: RecordDocument,
  next: RecordDocument,
): Promise<RecordDocument | undefined> {
  for (let unclear = false; ; unclear = true) {
    try {
      // The same write again is safe: its version can follow that version only once.
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

/** Looks at the record as it finally is, to tell whether a write whose answer was lost is in it. */
async function wasWritten(documents: Documents<RecordDocument>, written: RecordDocument): Promise<boolean> {
  const now = await documents.findOne({ _id: written._id }, { readConcern: { level: 'linearizable' } });
  if (!now) return false;
  const answer = isWrittenIn(written, now as RecordDocument);
  if (answer === 'unknown') throw new StoreUnavailableError('It is not known whether the record was changed');
  return answer;
}

/** What the primary knows now: a record that the majority doesn't have yet takes the id all the same. */
async function isTaken(documents: Documents<RecordDocument>, id: string): Promise<boolean> {
  return (await documents.findOne({ _id: id }, { projection: { _id: 1 }, readConcern: { level: 'local' } })) !== null;
}
