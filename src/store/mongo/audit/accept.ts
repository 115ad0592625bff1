import { existsSync, renameSync } from 'node:fs';
import { rewriteAnchors } from '../../audit/anchor-writer';
import { noAnchors, readAnchors } from '../../audit/anchors';
import { headsText, marksIn } from '../../audit/heads';
import { headsOf } from './heads';
import { chainEnds } from './rows';
import type { AuditStart } from './start';

/**
 * Begins the heads of all chains and the anchors kept here anew from the lines that are there; what a prune has sealed stays. Must run while no
 * Gavel does.
 */
export async function acceptLoss({ database, lines, key, anchorFile }: AuditStart, now: number): Promise<void> {
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
  if (existsSync(anchorFile)) renameSync(anchorFile, `${anchorFile}.${now}.replaced`);
  rewriteAnchors(anchorFile, key, { ...noAnchors, anchors });
}
