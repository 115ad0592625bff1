import { StartError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import { prunedMark, readAnchorsNow, uncovered } from '../audit/anchors';
import type { AnchorFile, Head, SealedAnchor } from '../audit/anchors';
import { createChainCheck } from '../audit/chain';
import type { Anchor, Mark } from '../audit/chain';
import { markKeyUsed, rewriteAnchors, wasKeyUsed } from '../audit/files';
import { linkOf, ownEntry } from '../audit/lines';
import type { AuditEntry } from '../contract';
import { chainEnds, linesBetween, readLines } from './audit-lines';
import { readHeads, writeHeads } from './audit-log';
import type { SqliteFile } from './database';

export interface AuditStart {
  readonly file: SqliteFile;
  readonly key: Buffer;
  readonly keyFile: string;
  readonly anchorFile: string;
  readonly logger: Logger;
}

/** A power failure on a disk that lies about flushing can lose up to this many lines; then Gavel starts, and `audit verify` names them. */
const maxLost = 50;
/** More lines than a crash can leave without an anchor. */
const maxUnanchored = 1_000;

/**
 * Brings heads and anchors up to date before the first line is written: creates them, seals those of earlier versions, and adds those that a crash
 * left out. Throws `StartError` if the store has much less than they vouch for. Returns the number of lines in the anchor file, and an entry for the
 * audit log about what was done.
 */
export function startAudit(start: AuditStart): { anchorLines: number; entry?: Omit<AuditEntry, 'at'> } {
  const { file, key, keyFile, anchorFile, logger } = start;
  const ends = chainEnds(file);
  const heads = readHeads(file, key);
  const anchors = readAnchorsNow(anchorFile, key);
  const known: readonly Anchor[] = [...anchors.anchors, ...anchors.unsealed];
  refuseLoss(start, ends, heads, known);
  if (!heads && ends.size === 0) return begin(start, anchors);
  if (!heads && !anchors.anchors.length && !wasKeyUsed(keyFile)) return seal(start, anchors, ends);
  if (!heads) logger.error({}, 'The seal that marks the end of the audit log is missing: run npx gavel audit verify');
  return { anchorLines: repairAnchors(start, anchors, ends, heads ?? []) };
}

function refuseLoss(
  { keyFile, anchorFile }: AuditStart,
  ends: ReadonlyMap<string, number>,
  heads: readonly Head[] | undefined,
  known: readonly Anchor[],
): void {
  const wayOn = 'Restore gavel.db from a newer backup, or accept the loss with `npx gavel audit accept --reason "…"`.';
  if (!heads && ends.size === 0 && !known.some(({ sequence }) => sequence > 0) && wasKeyUsed(keyFile))
    throw new StartError(
      `The store is empty, but its audit key ${keyFile} has been used: the data was lost or moved. ${wayOn}`,
    );
  const expected = new Map<string, number>();
  for (const { instance, sequence } of [...known, ...(heads ?? [])])
    expected.set(instance, Math.max(sequence, expected.get(instance) ?? 0));
  for (const [instance, sequence] of expected) {
    const end = Math.max(ends.get(instance) ?? 0, prunedMark(heads ?? [], instance).sequence);
    if (sequence - end <= (end === 0 ? 0 : maxLost)) continue;
    const has = end === 0 ? 'is empty' : `ends at line ${end}`;
    throw new StartError(
      `The audit log ${has}, but ${anchorFile} covers ${sequence} lines of ${instance}, so lines are missing. ${wayOn}`,
    );
  }
}

function begin({ file, key, keyFile, anchorFile }: AuditStart, anchors: AnchorFile): { anchorLines: number } {
  const started: SealedAnchor = { instance: '', from: 0, sequence: 0, mac: '' };
  const anchorLines = rewriteAnchors(anchorFile, key, { ...anchors, anchors: [started] });
  writeHeads(file, key, []);
  markKeyUsed(keyFile);
  return { anchorLines };
}

/** Anchors of a version without seals are sealed once, and only if the whole chain agrees with them. */
function seal(
  { file, key, keyFile, anchorFile, logger }: AuditStart,
  anchors: AnchorFile,
  ends: ReadonlyMap<string, number>,
): { anchorLines: number; entry?: Omit<AuditEntry, 'at'> } {
  const problem = firstBreak(file, key, anchors.unsealed);
  if (problem !== undefined) {
    logger.error({ problem }, 'The audit log is broken, so its anchors stay unsealed: run npx gavel audit verify');
    return { anchorLines: anchors.unsealed.length };
  }
  const heads = [...ends].flatMap(([instance, end]) => headAt(file, instance, end));
  writeHeads(file, key, heads);
  markKeyUsed(keyFile);
  const sealed = anchors.exists ? heads.map((head) => ({ ...head, from: 1 })) : [];
  const anchorLines = anchors.exists
    ? rewriteAnchors(anchorFile, key, { ...anchors, anchors: sealed, bad: [], unsealed: [] })
    : 0;
  logger.info({ anchors: anchors.unsealed.length }, 'The anchors of the audit log were sealed');
  const detail = { anchors: anchors.unsealed.length, unreadable: anchors.bad.length, found: anchors.exists };
  return { anchorLines, entry: ownEntry('audit.seal', 'sealed', detail) };
}

/** Adds the anchors that a crash left out, and drops an unfinished line and unsealed anchors that agree with the log. */
function repairAnchors(
  { file, key, anchorFile, logger }: AuditStart,
  anchors: AnchorFile,
  ends: ReadonlyMap<string, number>,
  heads: readonly Head[],
): number {
  const lines = anchors.anchors.length + anchors.unsealed.length + anchors.bad.length;
  if (anchors.anchors.length === 0) {
    logger.error({ file: anchorFile }, 'The anchors of the audit log are missing: run npx gavel audit verify');
    return 0;
  }
  const added: SealedAnchor[] = [];
  for (const [instance, end] of ends) {
    const own = anchors.anchors.filter((each) => each.instance === instance);
    const pruned = prunedMark(heads, instance);
    const gaps = uncovered(own, pruned.sequence + 1, end);
    const missing = gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (missing > maxUnanchored)
      logger.error({ instance, missing }, 'Anchors of the audit log are missing: run npx gavel audit verify');
    else
      for (const { from, to } of gaps)
        if (agrees(file, key, { instance, from, to }, pruned))
          added.push(...headAt(file, instance, to).map((head) => ({ ...head, from })));
  }
  const unsealed = anchors.unsealed.filter((each) => headAt(file, each.instance, each.sequence)[0]?.mac !== each.mac);
  if (added.length === 0 && !anchors.endsTorn && unsealed.length === anchors.unsealed.length && lines < 2_000)
    return lines;
  if (added.length > 0) logger.warn({ added: added.length }, 'Anchors that a crash left out were added');
  return rewriteAnchors(anchorFile, key, {
    anchors: [...anchors.anchors, ...added],
    bad: anchors.bad,
    unsealed,
    bytes: anchors.bytes,
  });
}

function agrees(
  file: SqliteFile,
  key: Buffer,
  { instance, from, to }: { readonly instance: string; readonly from: number; readonly to: number },
  pruned: Mark,
): boolean {
  let isWhole = true;
  const [start] = from === pruned.sequence + 1 ? [pruned] : headAt(file, instance, from - 1);
  if (!start) return false;
  const check = createChainCheck(key, instance, { known: [], start }, () => (isWhole = false));
  for (const line of linesBetween(file, instance, from, to)) check.add(linkOf(line));
  return isWhole;
}

/** The first break of any chain, in words; undefined if all are intact. */
function firstBreak(file: SqliteFile, key: Buffer, known: readonly Anchor[]): string | undefined {
  let found: string | undefined;
  const checks = new Map<string, ReturnType<typeof createChainCheck>>();
  const checkOf = (instance: string): ReturnType<typeof createChainCheck> => {
    const own = known.filter((each) => each.instance === instance);
    const check =
      checks.get(instance) ??
      createChainCheck(
        key,
        instance,
        { known: own, start: { sequence: 0, mac: '' } },
        (_, problem) => (found ??= problem),
      );
    checks.set(instance, check);
    return check;
  };
  for (let next: Parameters<typeof readLines>[1], more = true; more;) {
    const page = readLines(file, next);
    for (const line of page.lines) checkOf(line.instance).add(linkOf(line));
    next = page.next;
    more = next !== undefined && found === undefined;
  }
  for (const { instance } of known) checkOf(instance);
  for (const check of checks.values()) check.end();
  return found;
}

function headAt(file: SqliteFile, instance: string, sequence: number): Head[] {
  const row = file.get(`SELECT mac FROM "audit-entries" WHERE instance = ? AND sequence = ?`, instance, sequence);
  return typeof row?.['mac'] === 'string' ? [{ instance, sequence, mac: row['mac'] }] : [];
}
