import { existsSync, renameSync } from 'node:fs';
import { rewriteAnchors } from '../../audit/anchor-writer';
import { noAnchors } from '../../audit/anchors';
import { markKeyUsed } from '../../audit/files';
import { prunedMark } from '../../audit/heads';
import type { Head } from '../../audit/heads';
import { chainEnds } from './rows';
import { readHeads, writeHeads } from './heads';
import type { AuditStart } from './start';

/**
 * Begins heads and anchors anew from the lines that are there, and keeps the old anchors in a file beside the new one. Lines that were changed or
 * removed in the middle stay breaks. Must run while no Gavel does.
 */
export function acceptLoss({ file, key, keyFile, anchorFile }: AuditStart, now: number): void {
  const before = readHeads(file, key) ?? [];
  const heads = [...chainEnds(file)].map(([instance, sequence]): Head => {
    const row = file.get(`SELECT mac FROM "audit-entries" WHERE instance = ? AND sequence = ?`, instance, sequence);
    return { instance, sequence, mac: String(row?.['mac']), pruned: prunedMark(before, instance) };
  });
  if (existsSync(anchorFile)) renameSync(anchorFile, `${anchorFile}.${now}.replaced`);
  const anchors = [
    { instance: '', from: 0, sequence: 0, mac: '' },
    ...heads.map(({ instance, sequence, mac }) => ({
      instance,
      from: prunedMark(heads, instance).sequence + 1,
      sequence,
      mac,
    })),
  ];
  rewriteAnchors(anchorFile, key, { ...noAnchors, anchors });
  writeHeads(file, key, heads);
  markKeyUsed(keyFile);
}
