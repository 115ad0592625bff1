import { prunedMark, withPrune } from '../../audit/heads';
import type { PruneSource } from '../../audit/prune';
import { chainEnds, linesBetween } from './rows';
import { readHeads, writeHeads } from './heads';
import type { SqliteFile } from '../database';

/** What a prune reads and removes here. A few lines and the mark of the chain change in one transaction. */
export function prunableRows(
  file: SqliteFile,
  key: Buffer,
): Pick<PruneSource, 'isOlderThan' | 'chains' | 'lines' | 'remove'> {
  return {
    isOlderThan: async (before) =>
      file.get(`SELECT at FROM "audit-entries" WHERE at < ? LIMIT 1`, before) !== undefined,
    async chains() {
      const heads = readHeads(file, key) ?? [];
      return [...chainEnds(file)].map(([instance, end]) => ({ instance, end, pruned: prunedMark(heads, instance) }));
    },
    lines: async (instance, from, to) => linesBetween(file, instance, from, to),
    async remove(instance, upTo) {
      file.transaction(() => {
        const heads = readHeads(file, key);
        if (!heads) throw new Error('The sealed head of the audit log is missing');
        // Another process was faster.
        if (prunedMark(heads, instance).sequence >= upTo.sequence) return;
        file.run(`DELETE FROM "audit-entries" WHERE instance = ? AND sequence <= ?`, instance, upTo.sequence);
        writeHeads(file, key, withPrune(heads, instance, upTo));
      });
      await file.onDisk(file.lastChange());
    },
  };
}
