import type { Collection, Db } from 'mongodb';
import { headsIn, headsText, marksIn, marksText } from '../../audit/heads';
import type { Head } from '../../audit/heads';

/** The sealed head of one chain, and beside it how far its prune has come: the one follows the lines, the other is changed by who prunes. */
export interface HeadDocument {
  readonly _id: string;
  readonly sequence: number;
  readonly body: string;
  readonly pruned?: string;
}

export function headsOf(database: Db): Collection<HeadDocument> {
  return database.collection<HeadDocument>('audit-heads');
}

/** The sealed heads of all chains; undefined when something of one isn't sealed by this key. */
export async function readHeads(database: Db, key: Buffer): Promise<readonly Head[] | undefined> {
  const found = (await headsOf(database).find({}).toArray()).map((document) => headIn(key, document));
  return found.every((each) => each !== undefined) ? found : undefined;
}

function headIn(key: Buffer, { _id, body, pruned }: HeadDocument): Head | undefined {
  const head = headsIn(key, body)?.find((each) => each.instance === _id);
  const marks = pruned === undefined ? {} : marksIn(key, _id, pruned);
  return head && marks && { ...head, ...marks };
}

/** Moves the head of a chain on; one that is further on stays. */
export async function writeHead(database: Db, key: Buffer, head: Head): Promise<void> {
  const { instance, sequence } = head;
  await headsOf(database).updateOne(
    { _id: instance, sequence: { $lt: sequence } },
    { $set: { sequence, body: headsText(key, [head]) } },
    { upsert: true },
  );
}

/** Moves the marks of a prune on; rejects when another instance has moved them since they were read. */
export async function writeMarks(
  database: Db,
  key: Buffer,
  { instance, pruned, removing }: Head,
  marks: Pick<Head, 'pruned' | 'removing'>,
): Promise<void> {
  const isFirst = pruned === undefined && removing === undefined;
  const before = isFirst ? { $exists: false } : marksText(key, instance, { pruned, removing });
  const { matchedCount } = await headsOf(database).updateOne(
    { _id: instance, pruned: before },
    { $set: { pruned: marksText(key, instance, marks) } },
  );
  if (matchedCount !== 1) throw new Error(`Another instance is pruning the audit log of ${instance}`);
}
