import { uncovered } from './anchors';
import type { AnchorFile, SealedAnchor } from './anchors';
import { createChainCheck } from './chain';
import type { Anchor, ChainCheck } from './chain';
import type { Head } from './heads';
import { linkOf } from './lines';
import type { AuditLine } from './lines';
import type { AuditBreak, AuditVerdict } from '../contract';

/** A line of which something other than its text is damaged. */
export interface DamagedLine {
  readonly instance: string;
  readonly sequence: number;
  readonly problem: string;
}

/** What a store hands over to be verified. */
interface VerifySource {
  /** All lines by instance and sequence, a few at a time. May reject: then what was read so far counts, and the rest is a break. */
  pages(): AsyncIterable<readonly (AuditLine | DamagedLine)[]>;
  /** The sealed heads; undefined when they're missing or their seal is wrong. */
  heads(): Promise<readonly Head[] | undefined>;
  /** The last line of each chain as it stands now. */
  ends(): Promise<ReadonlyMap<string, number>>;
  anchors(): Promise<AnchorFile>;
  /** What else is damaged, so that a search may miss lines that are whole; in sentences. */
  otherDamage?(): Promise<readonly string[]>;
  /** Whether there has to be an anchor file even when no line is anchored here. */
  readonly mustHaveAnchors: boolean;
  /** Whether the anchors of this chain are kept here. */
  isAnchoredHere(instance: string, anchors: AnchorFile): boolean;
}

const maxBreaks = 1_000;
/** More lines than are on their way at once. */
const maxLagging = 500;
const anchorsLagMs = [0, 50, 350];

/** Checks every chain in pages, with the event loop free in between. `heads` are values from the log, trusted as they are. */
export async function verifyAudit(
  key: Buffer,
  source: VerifySource,
  heads: readonly Anchor[] = [],
): Promise<AuditVerdict> {
  const breaks: AuditBreak[] = [];
  const report = (instance: string, sequence: number, problem: string): void => {
    if (breaks.length < maxBreaks) breaks.push({ instance, sequence, problem });
    else if (breaks.length === maxBreaks)
      breaks.push({ instance, sequence, problem: 'There are more breaks than these.' });
  };
  const sealed = await source.heads();
  const ends = await source.ends();
  const { file, gaps } = await readCovering(source, ends, sealed ?? []);
  if (!file.exists && source.mustHaveAnchors) report('anchors', 0, 'The file of the anchors is missing.');
  for (const problem of file.problems) report('anchors', 0, problem);
  if (file.unsealed.length > 0)
    report(
      'anchors',
      0,
      `${file.unsealed.length} anchors have no seal. Start Gavel once: it seals them if they agree with the log.`,
    );
  if (!sealed) report('heads', 0, 'The sealed head of the audit log is missing or was changed.');
  const known = [...file.anchors, ...(sealed ?? []), ...heads].filter(({ sequence }) => sequence > 0);
  const checks = new Map<string, ChainCheck>();
  const checkOf = (instance: string): ChainCheck => {
    const begun = checks.get(instance);
    if (begun) return begun;
    const start = sealed?.find((each) => each.instance === instance)?.pruned ?? { sequence: 0, mac: '' };
    const own = known.filter((each) => each.instance === instance && each.sequence > start.sequence);
    const check = createChainCheck(key, instance, { known: own, start }, (...found) => report(instance, ...found));
    checks.set(instance, check);
    return check;
  };
  let entries = 0;
  let at: DamagedLine | AuditLine | undefined;
  try {
    for await (const page of source.pages()) {
      entries += page.length;
      for (const line of page) {
        at = line;
        if ('problem' in line) checkOf(line.instance).add({ ...line, entry: undefined, mac: '' });
        else checkOf(line.instance).add(linkOf(line));
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const instance of new Set(known.map((each) => each.instance))) checkOf(instance);
    for (const check of checks.values()) check.end();
  } catch (error) {
    report(
      at?.instance ?? 'store',
      at?.sequence ?? 0,
      `Lines after line ${at?.sequence ?? 0} can't be read: the store is damaged (${String((error as Error).cause ?? error)}).`,
    );
  }
  for (const problem of (await source.otherDamage?.()) ?? []) report('store', 0, problem);
  for (const { instance, from, to } of gaps) report(instance, from, describeGap(from, to));
  return { entries, breaks };
}

type Gap = { readonly instance: string; readonly from: number; readonly to: number };

/** A line is stored a moment before its anchor: what seems to be missing is looked at again. */
async function readCovering(
  source: VerifySource,
  ends: ReadonlyMap<string, number>,
  sealed: readonly Head[],
): Promise<{ file: AnchorFile; gaps: readonly Gap[] }> {
  for (const [tries, lagMs] of anchorsLagMs.entries()) {
    await new Promise((resolve) => setTimeout(resolve, lagMs));
    const file = await source.anchors();
    const gaps = gapsIn(file, ends, sealed, source.isAnchoredHere);
    const mayLag = gaps.every(({ instance, from, to }) => to === ends.get(instance) && to - from < maxLagging);
    if (gaps.length === 0 || !file.exists || !mayLag || tries === anchorsLagMs.length - 1) return { file, gaps };
  }
  throw new Error('Unreachable');
}

function gapsIn(
  file: AnchorFile,
  ends: ReadonlyMap<string, number>,
  sealed: readonly Head[],
  isAnchoredHere: VerifySource['isAnchoredHere'],
): Gap[] {
  const chains = new Map<string, SealedAnchor[]>();
  for (const anchor of file.anchors) {
    const chain = chains.get(anchor.instance);
    if (chain) chain.push(anchor);
    else chains.set(anchor.instance, [anchor]);
  }
  return [...ends].flatMap(([instance, end]) => {
    if (!isAnchoredHere(instance, file)) return [];
    const pruned = sealed.find((each) => each.instance === instance)?.pruned?.sequence ?? 0;
    return uncovered(chains.get(instance) ?? [], pruned + 1, end).map((gap) => ({ instance, ...gap }));
  });
}

function describeGap(from: number, to: number): string {
  return from === to ? `The anchor of line ${from} is missing.` : `The anchors of lines ${from} to ${to} are missing.`;
}
