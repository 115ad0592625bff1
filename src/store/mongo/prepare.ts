import type { Collection, Filter, IndexDescription } from 'mongodb';
import type { CollectionSpec } from '../contract';
import type { Damage } from '../collections';
import { indexesOf } from '../collections';
import type { RecordDocument, RecordForm } from './records';

/** Makes the declared indexes, then brings records of another shape under them. Both do nothing where it is done already. */
export async function prepareCollection<T>(
  documents: Collection<RecordDocument>,
  spec: CollectionSpec<T>,
  form: RecordForm<T>,
  damage: Damage,
): Promise<void> {
  const wanted = mongoIndexes(spec);
  await documents.createIndexes(wanted);
  await dropOthers(documents, wanted);
  await fillDerived(documents, spec, form, damage);
  // Nobody waits for when records are to be removed.
  if (spec.expiresAt && (await neverExpired(documents))) fillExpiry(documents, form, damage).catch(() => undefined);
}

/** Whether its records are of a time when none of them was ever to be removed. */
async function neverExpired(documents: Collection<RecordDocument>): Promise<boolean> {
  const has = async (filter: Filter<RecordDocument>) =>
    (await documents.findOne(filter, { projection: { _id: 1 } })) !== null;
  return (await has({})) && !(await has({ expiresAt: { $exists: true } }));
}

async function fillExpiry<T>(
  documents: Collection<RecordDocument>,
  form: RecordForm<T>,
  damage: Damage,
): Promise<void> {
  for await (const document of documents.find({ shape: form.shape })) {
    const { _id, version } = document;
    const [readable] = damage.readableOf([document as RecordDocument], form.derive);
    if (readable?.expiresAt === undefined) continue;
    await documents.updateOne({ _id, version }, { $set: { expiresAt: readable.expiresAt } });
  }
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

/** Those for queries that nobody asks any more; an older instance that still runs finds more slowly until it ends. */
async function dropOthers(documents: Collection<RecordDocument>, wanted: readonly IndexDescription[]): Promise<void> {
  for (const { name } of await documents.listIndexes().toArray()) {
    const isForQueries = typeof name === 'string' && /^[iq]-/.test(name);
    if (isForQueries && !wanted.some((index) => index.name === name)) await documents.dropIndex(name);
  }
}

/** Records of a newer schema than this code knows are left alone: a newer instance wrote them. */
async function fillDerived<T>(
  documents: Collection<RecordDocument>,
  spec: CollectionSpec<T>,
  form: RecordForm<T>,
  damage: Damage,
): Promise<void> {
  const others = { shape: { $ne: form.shape }, schema: { $lte: spec.schema } };
  for await (const document of documents.find(others)) {
    const { _id, version, shape } = document;
    const [readable] = damage.readableOf([document as RecordDocument], form.derive);
    if (!readable) continue;
    const { expiresAt, ...derived } = readable;
    // One that is changed meanwhile gets its derived fields by that change, or at the next start.
    await documents.updateOne(
      { _id, version, shape },
      expiresAt === undefined ? { $set: derived, $unset: { expiresAt: '' } } : { $set: { ...derived, expiresAt } },
    );
  }
}
