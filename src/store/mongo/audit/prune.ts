import type { Collection, Db } from 'mongodb';
import { prunedMark } from '../../audit/heads';
import type { Head } from '../../audit/heads';
import type { PrunableChain, PruneSource } from '../../audit/prune';
import { withinLimit } from '../calls';
import type { AuditDocument } from './append';
import { readHeads, writeHead, writeMarks } from './heads';
import { auditLineOf, chainEnds } from './rows';

interface Prunable {
  readonly database: Db;
  readonly lines: Collection<AuditDocument>;
  readonly key: Buffer;
  readonly limitMs: number;
}

/**
 * What a prune reads and removes here. Lines and marks can't change together without transactions, so a removal is announced first: the sealed
 * marks say which lines are going, then those go, the last of them first, then the marks say that they are gone.
 */
export function prunableLines({
  database,
  lines,
  key,
  limitMs,
}: Prunable): Pick<PruneSource, 'isOlderThan' | 'chains' | 'lines' | 'remove'> {
  /** Removes what was announced, if there is something; the head as it is then. */
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

  /** The head of a chain that nothing is being removed from. Chains of earlier versions get theirs now. */
  async function headOf(instance: string, end: number): Promise<Head> {
    const find = async (): Promise<Head | undefined> => {
      const heads = await readHeads(database, key);
      if (!heads) throw new Error('The sealed head of the audit log is missing or was changed');
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
