import { StartError } from '../../core/errors';
import { goesOnAfter, readAnchors, uncovered } from '../audit/anchors';
import { createChainCheck } from '../audit/chain';
import type { Anchor, Mark } from '../audit/chain';
import { rewriteAnchors } from '../audit/files';
import { linkOf } from '../audit/lines';
import { auditLineOf } from './audit-lines';
import type { AuditChain, AuditDocument } from './audit-lines';
import { readHeads } from './audit-log';

const maxLost = 50;

/**
 * Brings the anchors of this instance up to date before its first line: seals those of earlier versions if the chain agrees with them, adds those
 * that a crash left out, and starts new ones on a new disk. Rejects with `StartError` if MongoDB has much less than they vouch for. Returns the
 * number of lines in the anchor file, and how many anchors were sealed.
 */
export async function startAudit(start: AuditChain): Promise<{ anchorLines: number; sealed: number }> {
  const { database, lines, key, instance, anchorFile, logger } = start;
  const anchors = await readAnchors(anchorFile, key);
  const heads = (await readHeads(database, key)) ?? [];
  const head = heads.find((each) => each.instance === instance);
  const pruned = goesOnAfter(heads, instance);
  const last = await lines.findOne({ instance }, { sort: { sequence: -1 } });
  const end = Math.max(last?.sequence ?? 0, pruned.sequence);
  const own = anchors.anchors.filter((each) => each.instance === instance);
  const unsealed = anchors.unsealed.filter((each) => each.instance === instance);
  const expected = Math.max(0, head?.sequence ?? 0, ...[...own, ...unsealed].map(({ sequence }) => sequence));
  if (expected - end > (end === 0 ? 0 : maxLost))
    throw new StartError(
      `The audit log of ${instance} in MongoDB ${end === 0 ? 'is empty' : `ends at line ${end}`}, but its anchors cover ${expected} lines, so lines are missing. Restore the database from a newer backup, or accept the loss with \`npx gavel audit accept --reason "…"\`.`,
    );
  const gaps = uncovered(own, pruned.sequence + 1, end);
  if (gaps.length === 0 && unsealed.length === 0 && !anchors.endsTorn)
    return { anchorLines: anchors.anchors.length, sealed: 0 };
  const isWhole = await agrees(start, unsealed, pruned, end);
  if (!isWhole) {
    logger.error({}, 'The audit log doesn’t match its anchors: run npx gavel audit verify');
    return { anchorLines: anchors.anchors.length, sealed: 0 };
  }
  const added = (
    await Promise.all(
      gaps.map(async ({ from, to }) => {
        const line = await lines.findOne({ instance, sequence: to });
        return line ? [{ instance, from, sequence: to, mac: line.mac }] : [];
      }),
    )
  ).flat();
  const anchorLines = rewriteAnchors(anchorFile, key, {
    ...anchors,
    anchors: [...anchors.anchors, ...added],
    unsealed: anchors.unsealed.filter((each) => each.instance !== instance),
  });
  return { anchorLines, sealed: unsealed.length };
}

/** Whether the lines of this chain after that mark are intact, and what the anchors say. */
async function agrees(
  { lines, key, instance }: AuditChain,
  known: readonly Anchor[],
  start: Mark,
  end: number,
): Promise<boolean> {
  if (end === start.sequence) return known.length === 0;
  let isWhole = true;
  const relevant = known.filter(({ sequence }) => sequence > start.sequence);
  const check = createChainCheck(key, instance, { known: relevant, start }, () => (isWhole = false));
  for await (const document of lines.find({ instance, sequence: { $gt: start.sequence } }, { sort: { sequence: 1 } })) {
    const line = auditLineOf(document as AuditDocument);
    check.add(linkOf(line));
    if (!isWhole) return false;
  }
  check.end();
  return isWhole;
}
