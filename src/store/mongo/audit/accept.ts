import { existsSync, renameSync } from 'node:fs';
import { rewriteAnchors } from '../../audit/anchor-writer';
import { noAnchors, readAnchors } from '../../audit/anchors';
import { headsText } from '../../audit/heads';
import { chainEnds } from './rows';
import type { AuditStart, HeadDocument } from './start';

/** Begins the heads of all chains and the anchors kept here anew from the lines that are there. Must run while no Gavel does. */
export async function acceptLoss({ database, lines, key, anchorFile }: AuditStart, now: number): Promise<void> {
  const here = new Set((await readAnchors(anchorFile, key)).anchors.map(({ instance }) => instance));
  const anchors: { instance: string; from: number; sequence: number; mac: string }[] = [];
  const heads = database.collection<HeadDocument>('audit-heads');
  await heads.deleteMany({});
  for (const [instance, sequence] of await chainEnds(lines)) {
    const mac = (await lines.findOne({ instance, sequence }))?.mac ?? '';
    const body = headsText(key, [{ instance, sequence, mac }]);
    await heads.updateOne({ _id: instance }, { $set: { sequence, body } }, { upsert: true });
    if (here.has(instance)) anchors.push({ instance, from: 1, sequence, mac });
  }
  if (existsSync(anchorFile)) renameSync(anchorFile, `${anchorFile}.${now}.replaced`);
  rewriteAnchors(anchorFile, key, { ...noAnchors, anchors });
}
