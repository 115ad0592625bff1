import type { Collection, Db } from 'mongodb';
import { headsIn, headsText, marksIn, marksText, prunedMark, readAnchors } from '../audit/anchors';
import type { Head } from '../audit/anchors';
import type { Anchor } from '../audit/chain';
import { openAnchorWriter, replaceAnchors } from '../audit/files';
import { ownEntry } from '../audit/lines';
import { pruneChains } from '../audit/prune';
import type { PrunableChain, PruneSource } from '../audit/prune';
import { verifyAudit } from '../audit/verify';
import { once } from '../collections';
import type { AuditLog } from '../contract';
import { auditLineOf, chainEnds, createAppender, linePages, readPage, searchLines } from './audit-lines';
import type { AuditChain, AuditDocument } from './audit-lines';
import { startAudit } from './audit-start';
import { storeError, withinLimit } from './calls';

interface AuditLogOptions extends Omit<AuditChain, 'lines'> {
  /** Read-only: starts, repairs and refuses nothing. */
  readonly onlyLooks?: boolean;
}

/** The audit log in MongoDB: the chains of all instances in one collection. */
export function openAuditLog(options: AuditLogOptions): AuditLog & {
  prepared(): Promise<void>;
  /** Brings the anchors up to date; rejects with `StartError` if the database is older than they say. */
  start(): Promise<void>;
} {
  const { database, key, instance, limitMs, anchorFile, logger } = options;
  // Damaged text must not make other lines unreadable: its own line then doesn't match its hash.
  const lines = database.collection<AuditDocument>('audit-entries', { enableUtf8Validation: false });
  const chain = { ...options, lines };
  let anchors = openAnchorWriter({ file: anchorFile, key, logger });
  const prepared = once(async () => {
    await lines.createIndexes([
      { key: { instance: 1, sequence: 1 }, name: 'place', unique: true },
      { key: { key: 1 }, name: 'key', unique: true, partialFilterExpression: { key: { $exists: true } } },
      { key: { at: -1, instance: -1, sequence: -1 }, name: 'newest' },
      { key: { who: 1, at: -1, instance: -1, sequence: -1 }, name: 'who' },
      { key: { target: 1, at: -1, instance: -1, sequence: -1 }, name: 'target' },
    ]);
  });

  /** The sealed head in the store follows the lines; it can lag behind, so nobody waits for it. */
  async function onAppend(appended: readonly Anchor[]): Promise<void> {
    const last = appended.at(-1);
    if (last) void writeHead(database, key, last).catch(() => undefined);
    await anchors.add(appended);
  }

  const append = createAppender(chain, prepared, onAppend);
  const log: ReturnType<typeof openAuditLog> = {
    prepared,
    append,
    async start() {
      if (options.onlyLooks) return;
      const started = await startAudit(chain);
      anchors = openAnchorWriter({ file: anchorFile, key, logger, lines: started.anchorLines });
      if (started.sealed === 0) return;
      const detail = { anchors: started.sealed };
      await append({ ...ownEntry('audit.seal', 'sealed', detail), at: Date.now() });
    },
    read: (filter) => withinLimit(limitMs, async () => (await readPage(lines, filter)).entries),
    search: (filter) => withinLimit(limitMs, () => searchLines(lines, filter)),
    async accept(entry) {
      await acceptLoss(chain, entry.at);
      await append(entry);
    },
    prune: (request) =>
      pruneChains(key, { ...prunableLines(chain), instance, append, verify: () => log.verify() }, request),
    async verify(heads) {
      try {
        return await verifyAudit(
          key,
          {
            pages: () => linePages(lines),
            heads: () => readHeads(database, key),
            ends: () => chainEnds(lines),
            anchors: () => readAnchors(anchorFile, key),
            isAnchoredHere: (name, file) => file.anchors.some((each) => each.instance === name),
            mustHaveAnchors: false,
          },
          heads,
        );
      } catch (error) {
        throw storeError(error);
      }
    },
  };
  return log;
}

/**
 * Starts new heads for all chains, and new anchors for those kept here, from the existing lines; what a prune has sealed stays. Only while no Gavel
 * is running.
 */
async function acceptLoss({ database, lines, key, anchorFile }: AuditChain, now: number): Promise<void> {
  const here = new Set((await readAnchors(anchorFile, key)).anchors.map(({ instance }) => instance));
  const anchors: { instance: string; from: number; sequence: number; mac: string }[] = [];
  const heads = headsOf(database);
  const ends = await chainEnds(lines);
  await heads.deleteMany({ _id: { $nin: [...ends.keys()] } });
  for (const [instance, sequence] of ends) {
    const mac = (await lines.findOne({ instance, sequence }))?.mac ?? '';
    const body = headsText(key, [{ instance, sequence, mac }]);
    const pruned = (await heads.findOne({ _id: instance }))?.pruned;
    const marks = pruned === undefined ? undefined : marksIn(key, instance, pruned);
    await heads.updateOne(
      { _id: instance },
      { $set: { sequence, body }, ...(!marks && { $unset: { pruned: '' } }) },
      { upsert: true },
    );
    if (here.has(instance)) anchors.push({ instance, from: (marks?.pruned?.sequence ?? 0) + 1, sequence, mac });
  }
  replaceAnchors(anchorFile, key, anchors, now);
}

/**
 * The sealed head of one chain, and next to it the progress of its prune: the head follows the lines, and the pruning instance changes the progress.
 */
export interface HeadDocument {
  readonly _id: string;
  readonly sequence: number;
  readonly body: string;
  readonly pruned?: string;
}

function headsOf(database: Db): Collection<HeadDocument> {
  return database.collection<HeadDocument>('audit-heads');
}

/** The sealed heads of all chains; undefined if a part of one isn't sealed with this key. */
export async function readHeads(database: Db, key: Buffer): Promise<readonly Head[] | undefined> {
  const found = (await headsOf(database).find({}).toArray()).map((document) => headIn(key, document));
  return found.every((each) => each !== undefined) ? found : undefined;
}

function headIn(key: Buffer, { _id, body, pruned }: HeadDocument): Head | undefined {
  const head = headsIn(key, body)?.find((each) => each.instance === _id);
  const marks = pruned === undefined ? {} : marksIn(key, _id, pruned);
  return head && marks && { ...head, ...marks };
}

/** Moves the head of a chain forward; one that is further along stays. */
async function writeHead(database: Db, key: Buffer, head: Head): Promise<void> {
  const { instance, sequence } = head;
  await headsOf(database).updateOne(
    { _id: instance, sequence: { $lt: sequence } },
    { $set: { sequence, body: headsText(key, [head]) } },
    { upsert: true },
  );
}

/** Moves the marks of a prune forward; rejects if another instance has moved them since they were read. */
async function writeMarks(
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

/**
 * What a prune reads and removes here. Without transactions, lines and marks can't change together, so a removal is announced first: the sealed marks
 * say which lines will be removed, then the lines are removed from the last to the first, then the marks say that they are gone.
 */
function prunableLines({
  database,
  lines,
  key,
  limitMs,
}: AuditChain): Pick<PruneSource, 'isOlderThan' | 'chains' | 'lines' | 'remove'> {
  /** Removes the announced lines, if any; returns the resulting head. */
  async function removeAnnounced(head: Head): Promise<Head> {
    const { instance, removing, ...rest } = head;
    if (!removing) return head;
    const count = removing.sequence - prunedMark([head], instance).sequence;
    await lines.bulkWrite(
      Array.from({ length: count }, (_, index) => ({
        deleteOne: { filter: { instance, sequence: removing.sequence - index } },
      })),
      { ordered: true },
    );
    await writeMarks(database, key, head, { pruned: removing });
    return { ...rest, instance, pruned: removing };
  }

  /** The head of a chain that has no removal in progress. Chains of earlier versions get theirs now. */
  async function headOf(instance: string, end: number): Promise<Head> {
    const find = async (): Promise<Head | undefined> => {
      const heads = await readHeads(database, key);
      if (!heads) throw new Error('The seal that marks the end of the audit log is missing or was changed');
      return heads.find((each) => each.instance === instance);
    };
    const head = await find();
    if (head) return removeAnnounced(head);
    const last = await lines.findOne({ instance, sequence: end });
    if (last) await writeHead(database, key, { instance, sequence: end, mac: last.mac });
    return (await find()) ?? { instance, sequence: end, mac: '' };
  }

  return {
    isOlderThan: (before) =>
      withinLimit(
        limitMs,
        async () => (await lines.findOne({ at: { $lt: before } }, { projection: { _id: 1 } })) !== null,
      ),
    async chains() {
      const chains: PrunableChain[] = [];
      for (const [instance, end] of await withinLimit(limitMs, () => chainEnds(lines))) {
        const head = await withinLimit(limitMs, () => headOf(instance, end));
        chains.push({ instance, end, pruned: prunedMark([head], instance) });
      }
      return chains;
    },
    lines: (instance, from, to) =>
      withinLimit(limitMs, async () => {
        const found = await lines
          .find({ instance, sequence: { $gte: from, $lte: to } }, { sort: { sequence: 1 }, batchSize: to - from + 2 })
          .toArray();
        return found.map((document) => auditLineOf(document as AuditDocument));
      }),
    remove: (instance, upTo) =>
      withinLimit(limitMs, async () => {
        const head = await headOf(instance, upTo.sequence);
        const pruned = prunedMark([head], instance);
        // Another instance was faster.
        if (pruned.sequence >= upTo.sequence) return;
        const removing = { pruned, removing: upTo };
        await writeMarks(database, key, head, removing);
        await removeAnnounced({ ...head, ...removing });
      }),
  };
}
