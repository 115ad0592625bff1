import type { Anchor } from './chain';
import { isSealed, sealOf } from './anchors';

/**
 * The sealed head of each chain, kept in the store itself and replaced with every line: whoever cuts lines off the end can't write the head that
 * would fit. A prune records itself here, in the same transaction that removes the lines: `pruned` is the last line removed, with its hash, and
 * `verify` begins after it. It never goes back, and what was pruned must have been exported before.
 */
export interface Head extends Anchor {
  readonly pruned?: { readonly sequence: number; readonly mac: string };
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
export function withPrune(heads: readonly Head[], { instance, sequence, mac }: Anchor): readonly Head[] {
  return heads.map((each) => (each.instance === instance ? { ...each, pruned: { sequence, mac } } : each));
}
