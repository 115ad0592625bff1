import { plural } from '../../core/text';
import type { AuditBreak, AuditVerdict } from '../contract';
import { goesOnAfter, prunedMark, uncovered } from './anchors';
import type { AnchorFile, Head } from './anchors';
import { createChainCheck } from './chain';
import type { Anchor, ChainCheck, Mark } from './chain';
import { linkOf } from './lines';
import type { AuditLine, DamagedLine } from './lines';

/** What a store provides for verification. */
interface VerifySource {
  /** All lines by instance and sequence, a few at a time. Can reject: then the lines read so far count, and the rest is a break. */
  pages(): AsyncIterable<readonly (AuditLine | DamagedLine)[]>;
  /** The sealed heads; undefined if they're missing or their seal is wrong. */
  heads(): Promise<readonly Head[] | undefined>;
  /** The current last line of each chain. */
  ends(): Promise<ReadonlyMap<string, number>>;
  anchors(): Promise<AnchorFile>;
  /** Other damage that can hide intact lines from a search; in sentences. */
  otherDamage?(): Promise<readonly string[]>;
  /** Whether there has to be an anchor file even if no line is anchored here. */
  readonly mustHaveAnchors: boolean;
  /** Whether the anchors of this chain are kept here. */
  isAnchoredHere(instance: string, anchors: AnchorFile): boolean;
}

const maxBreaks = 1_000;
/** More lines than can be in progress at once. */
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
      breaks.push({ instance, sequence, problem: 'There are more problems than the ones listed.' });
  };
  const sealed = await source.heads();
  const ends = await source.ends();
  const { file, gaps } = await readCovering(source, ends, sealed ?? []);
  if (!file.exists && source.mustHaveAnchors) report('anchors', 0, 'The anchor file is missing.');
  for (const problem of file.problems) report('anchors', 0, problem);
  if (file.unsealed.length > 0)
    report(
      'anchors',
      0,
      `${plural(file.unsealed.length, 'anchor has', 'anchors have')} no seal. Start Gavel once to seal the anchors that match the log.`,
    );
  if (!sealed) report('heads', 0, 'The seal that marks the end of the audit log is missing or was changed.');
  const known = [...file.anchors, ...(sealed ?? []), ...heads].filter(({ sequence }) => sequence > 0);
  const chains = createChains(key, source, sealed ?? [], known, report);
  let entries = 0;
  let at: DamagedLine | AuditLine | undefined;
  try {
    for await (const page of source.pages()) {
      entries += page.length;
      await chains.beginPage(page);
      for (const line of page) chains.add((at = line));
      await new Promise((resolve) => setImmediate(resolve));
    }
    chains.end();
  } catch (error) {
    report(
      at?.instance ?? 'store',
      at?.sequence ?? 0,
      `The log${at && at.sequence > 0 ? ` after line ${at.sequence}` : ''} can’t be read: the store is damaged (${String((error as Error).cause ?? error)}).`,
    );
  }
  for (const problem of (await source.otherDamage?.()) ?? []) report('store', 0, problem);
  for (const { instance, from, to } of gaps) report(instance, from, describeGap(from, to));
  return { entries, breaks };
}

/** The checks of all chains, even while lines are being pruned: lines that a sealed mark accounts for aren't missing. */
function createChains(
  key: Buffer,
  source: VerifySource,
  sealed: readonly Head[],
  known: readonly Anchor[],
  report: (instance: string, sequence: number, problem: string) => void,
) {
  interface Chain {
    readonly check: ChainCheck;
    readonly begunAt: number;
    pruned: Mark;
    removing: Mark;
  }
  const chains = new Map<string, Chain>();
  let heads = sealed;

  function chainOf(instance: string): Chain {
    const begun = chains.get(instance);
    if (begun) return begun;
    const start = prunedMark(sealed, instance);
    const own = known.filter((each) => each.instance === instance && each.sequence > start.sequence);
    const chain = {
      check: createChainCheck(key, instance, { known: own, start }, (...found) => report(instance, ...found)),
      begunAt: start.sequence,
      pruned: prunedMark(heads, instance),
      removing: goesOnAfter(heads, instance),
    };
    chains.set(instance, chain);
    return chain;
  }

  function hasGap(page: readonly (AuditLine | DamagedLine)[]): boolean {
    const next = new Map<string, number>();
    return page.some(({ instance, sequence }) => {
      const expected = next.get(instance) ?? chainOf(instance).check.next();
      next.set(instance, sequence + 1);
      return sequence > expected;
    });
  }

  return {
    /** Checks what a prune has removed in the meantime if there is a gap in this page. */
    async beginPage(page: readonly (AuditLine | DamagedLine)[]): Promise<void> {
      if (!hasGap(page)) return;
      heads = (await source.heads()) ?? heads;
      for (const [instance, chain] of chains)
        Object.assign(chain, { pruned: prunedMark(heads, instance), removing: goesOnAfter(heads, instance) });
    },
    add(line: AuditLine | DamagedLine): void {
      const { check, begunAt, pruned, removing } = chainOf(line.instance);
      // The page was read just before this line was pruned.
      if (line.sequence > begunAt && line.sequence <= pruned.sequence) return;
      for (const mark of [pruned, removing])
        if (check.next() <= mark.sequence && mark.sequence < line.sequence) check.goOnAfter(mark);
      check.add(linkOf(line));
    },
    end(): void {
      for (const { instance } of known) chainOf(instance);
      for (const { check } of chains.values()) check.end();
    },
  };
}

type Gap = { readonly instance: string; readonly from: number; readonly to: number };

/** A line is stored a moment before its anchor, so lines that seem uncovered are checked again. */
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
  return [...ends].flatMap(([instance, end]) => {
    if (!isAnchoredHere(instance, file)) return [];
    const own = file.anchors.filter((each) => each.instance === instance);
    return uncovered(own, prunedMark(sealed, instance).sequence + 1, end).map((gap) => ({ instance, ...gap }));
  });
}

function describeGap(from: number, to: number): string {
  return from === to
    ? `The anchor for line ${from} is missing.`
    : `The anchors for lines ${from} to ${to} are missing.`;
}
