import type { Anchor } from './chain';
import { isSealed, sealOf } from './anchors';

/** A place in a chain that everything after it is chained to. */
export interface Mark {
  /** 0 before the first line. */
  readonly sequence: number;
  readonly mac: string;
}

/**
 * The sealed head of each chain, kept in the store itself and replaced with every line: whoever cuts lines off the end can't write the head that
 * would fit. A prune records itself here: `pruned` is the last line removed, with its hash, and `verify` begins after it. It never goes back, and
 * what was pruned must have been exported before.
 */
export interface Head extends Anchor {
  readonly pruned?: Mark;
  /**
   * Only where lines and marks can't change together: the lines after `pruned` up to this one are being removed, the last of them first. What is
   * left of them after a crash is the beginning of that stretch, so each line left can still be checked.
   */
  readonly removing?: Mark;
}

const chainBegin: Mark = { sequence: 0, mac: '' };

/** The last line of a chain that is surely gone. */
export function prunedMark(heads: readonly Head[], instance: string): Mark {
  return heads.find((each) => each.instance === instance)?.pruned ?? chainBegin;
}

/** The last line of a chain that is gone, or that a prune is about to remove: from the next one on, every line must be there. */
export function goesOnAfter(heads: readonly Head[], instance: string): Mark {
  return heads.find((each) => each.instance === instance)?.removing ?? prunedMark(heads, instance);
}

/** The heads of all chains as text to store. */
export function headsText(key: Buffer, heads: readonly Head[]): string {
  return JSON.stringify({ heads, seal: sealOf(key, 'head', heads) });
}

/** The heads in that text; undefined when it can't be read or its seal is wrong. */
export function headsIn(key: Buffer, text: string): readonly Head[] | undefined {
  try {
    const { heads, seal } = JSON.parse(text) as { heads: readonly Head[]; seal: unknown };
    return Array.isArray(heads) && isSealed(key, 'head', heads, seal) ? heads : undefined;
  } catch {
    return undefined;
  }
}

/** The heads with the one of a chain moved on to its newest line; one that is further on stays. */
export function withHead(heads: readonly Head[], { instance, sequence, mac }: Anchor): readonly Head[] {
  const own = heads.find((each) => each.instance === instance);
  if (!own) return [...heads, { instance, sequence, mac }];
  if (own.sequence >= sequence) return heads;
  return heads.map((each) => (each === own ? { ...own, sequence, mac } : each));
}

/** The heads after the lines of a chain up to `pruned` were removed; store them in the same transaction. */
export function withPrune(heads: readonly Head[], instance: string, pruned: Mark): readonly Head[] {
  return heads.map((each) => (each.instance === instance ? { ...each, pruned } : each));
}

/** How far the prune of one chain has come, as text to store beside its head. */
export function marksText(key: Buffer, instance: string, marks: Pick<Head, 'pruned' | 'removing'>): string {
  return JSON.stringify({ marks, seal: sealOf(key, 'prune', [instance, marks]) });
}

/** The marks of that chain in the text; undefined when it can't be read or its seal is wrong. */
export function marksIn(key: Buffer, instance: string, text: string): Pick<Head, 'pruned' | 'removing'> | undefined {
  try {
    const { marks, seal } = JSON.parse(text) as { marks: Pick<Head, 'pruned' | 'removing'>; seal: unknown };
    return isSealed(key, 'prune', [instance, marks], seal) ? marks : undefined;
  } catch {
    return undefined;
  }
}
