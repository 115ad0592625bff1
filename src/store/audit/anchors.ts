import { isUtf8 } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { jsonIn } from '../../core/text';
import { canonical, same } from './chain';
import type { Anchor, Mark } from './chain';

/**
 * Anchors record outside the store how long each chain of the audit log is. Each is one line of JSON, sealed with the audit key: without the key,
 * somebody can remove an anchor but not write one. An anchor covers the lines `from` to `sequence`; together, they cover every line, so a missing
 * anchor shows up as uncovered lines.
 */
export interface SealedAnchor extends Anchor {
  /** The first line this anchor covers. */
  readonly from: number;
}

/** The content of an anchor file. */
export interface AnchorFile {
  readonly exists: boolean;
  readonly anchors: readonly SealedAnchor[];
  /** Anchors without a seal, from versions before the seals. They prove nothing. */
  readonly unsealed: readonly Anchor[];
  /** Descriptions of lines that are damaged or have a wrong seal, and the lines themselves, which stay as evidence. */
  readonly problems: readonly string[];
  readonly bad: readonly string[];
  /** The file ends in the middle of a line, as after a crash. */
  readonly endsTorn: boolean;
  /** How many bytes were read. */
  readonly bytes: number;
}

export const noAnchors: AnchorFile = {
  ...{ exists: false, endsTorn: false, bytes: 0 },
  ...{ anchors: [], unsealed: [], problems: [], bad: [] },
};

type SealKind = 'anchor' | 'head' | 'prune';

/** The seal of anything that isn't a line of the log; `kind` keeps one kind from passing for another. */
function sealOf(key: Buffer, kind: SealKind, value: unknown): string {
  return createHmac('sha256', key)
    .update(`gavel audit ${kind}\n${canonical(value)}`)
    .digest('hex');
}

const isSealed = (key: Buffer, kind: SealKind, value: unknown, seal: unknown): boolean =>
  typeof seal === 'string' && same(sealOf(key, kind, value), seal);

/** An anchor as a line of the file. */
export function anchorText(key: Buffer, { instance, from, sequence, mac }: SealedAnchor): string {
  const covers = from === sequence ? {} : { from };
  const seal = sealOf(key, 'anchor', [instance, from, sequence, mac]);
  return `${JSON.stringify({ instance, ...covers, sequence, mac, seal })}\n`;
}

/** Reads a whole file at once: at a start, when the file is short. */
export function readAnchorsNow(file: string, key: Buffer): AnchorFile {
  if (!existsSync(file)) return noAnchors;
  const reader = createReader(key);
  reader.add(readFileSync(file));
  return reader.end();
}

/** Reads piece by piece, so that a long file blocks nobody. */
export async function readAnchors(file: string, key: Buffer): Promise<AnchorFile> {
  if (!existsSync(file)) return noAnchors;
  const reader = createReader(key);
  for await (const piece of createReadStream(file, { highWaterMark: 32 * 1024 })) {
    reader.add(piece as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return reader.end();
}

function createReader(key: Buffer): { add(piece: Buffer): void; end(): AnchorFile } {
  const anchors: SealedAnchor[] = [];
  const unsealed: Anchor[] = [];
  const problems: string[] = [];
  const bad: string[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let bytes = 0;

  function take(line: Buffer): void {
    number += 1;
    if (line.length === 0) return;
    const text = line.toString('utf8');
    const found = isUtf8(line) ? anchorIn(text) : undefined;
    if (!found) {
      problems.push(`Line ${number} of the anchor file can’t be read.`);
      bad.push(text);
      return;
    }
    const { instance, from, sequence, mac, seal } = found;
    if (seal === undefined) unsealed.push({ instance, sequence, mac });
    else if (isSealed(key, 'anchor', [instance, from, sequence, mac], seal))
      anchors.push({ instance, from, sequence, mac });
    else {
      problems.push(`Line ${number} of the anchor file was changed: its seal is wrong.`);
      bad.push(text);
    }
  }

  return {
    add(piece) {
      bytes += piece.length;
      let start = 0;
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
        take(Buffer.concat([rest, piece.subarray(start, end)]));
        rest = Buffer.alloc(0);
        start = end + 1;
      }
      rest = Buffer.concat([rest, piece.subarray(start)]);
    },
    end: () => ({ exists: true, anchors, unsealed, problems, bad, endsTorn: rest.length > 0, bytes }),
  };
}

function anchorIn(text: string): (SealedAnchor & { readonly seal: string | undefined }) | undefined {
  const { instance, from, sequence, mac, seal } = (jsonIn(text) ?? {}) as Record<string, unknown>;
  const first = from ?? sequence;
  if (typeof instance !== 'string' || typeof mac !== 'string') return undefined;
  if (!isCount(sequence) || !isCount(first) || first > sequence) return undefined;
  if (seal !== undefined && typeof seal !== 'string') return undefined;
  return { instance, from: first, sequence, mac, seal };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The lines of one chain from `first` to `last` that no anchor covers, as ranges. */
export function uncovered(
  anchors: readonly SealedAnchor[],
  first: number,
  last: number,
): { readonly from: number; readonly to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  let next = first;
  for (const { from, sequence } of [...anchors].sort((a, b) => a.from - b.from)) {
    if (from > next && next <= last) gaps.push({ from: next, to: Math.min(from - 1, last) });
    next = Math.max(next, sequence + 1);
  }
  if (next <= last) gaps.push({ from: next, to: last });
  return gaps;
}

/** The same anchors in fewer lines: neighbors in a chain are merged, except the newest `kept` ones. */
export function compacted(anchors: readonly SealedAnchor[], kept: number): SealedAnchor[] {
  const old = anchors.slice(0, Math.max(0, anchors.length - kept));
  old.sort((a, b) =>
    a.instance === b.instance ? a.from - b.from || a.sequence - b.sequence : a.instance < b.instance ? -1 : 1,
  );
  const merged: SealedAnchor[] = [];
  for (const anchor of old) {
    const last = merged.at(-1);
    if (last?.instance === anchor.instance && anchor.from <= last.sequence + 1) {
      // If two anchors disagree about a line, both stay: the difference is evidence.
      if (anchor.sequence === last.sequence && anchor.mac !== last.mac) merged.push(anchor);
      else if (anchor.sequence > last.sequence) merged[merged.length - 1] = { ...anchor, from: last.from };
    } else merged.push(anchor);
  }
  return [...merged, ...anchors.slice(old.length)];
}

/**
 * The sealed head of each chain, kept in the store itself and replaced with every line: somebody who cuts lines off the end can't write a matching
 * head. A prune is recorded here: `pruned` is the last removed line with its hash, and `verify` begins after it. It never goes back, and pruned lines
 * must have been exported first.
 */
export interface Head extends Anchor {
  readonly pruned?: Mark;
  /**
   * Only if lines and marks can't change together: the lines after `pruned` up to this one are being removed, the last of them first. After a crash,
   * the beginning of that range remains, so each remaining line can still be checked.
   */
  readonly removing?: Mark;
}

const chainBegin: Mark = { sequence: 0, mac: '' };

/** The last line of a chain that is certainly gone. */
export function prunedMark(heads: readonly Head[], instance: string): Mark {
  return heads.find((each) => each.instance === instance)?.pruned ?? chainBegin;
}

/** The last line of a chain that is gone or that a prune is about to remove: every later line must exist. */
export function goesOnAfter(heads: readonly Head[], instance: string): Mark {
  return heads.find((each) => each.instance === instance)?.removing ?? prunedMark(heads, instance);
}

/** The heads of all chains as text to store. */
export function headsText(key: Buffer, heads: readonly Head[]): string {
  return JSON.stringify({ heads, seal: sealOf(key, 'head', heads) });
}

/** The heads in that text; undefined if it can't be read or its seal is wrong. */
export function headsIn(key: Buffer, text: string): readonly Head[] | undefined {
  try {
    const { heads, seal } = JSON.parse(text) as { heads: readonly Head[]; seal: unknown };
    return Array.isArray(heads) && isSealed(key, 'head', heads, seal) ? heads : undefined;
  } catch {
    return undefined;
  }
}

/** The heads with a chain's head moved to its newest line; a head that is further along stays. */
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

/** The progress of a chain's prune, as text to store next to its head. */
export function marksText(key: Buffer, instance: string, marks: Pick<Head, 'pruned' | 'removing'>): string {
  return JSON.stringify({ marks, seal: sealOf(key, 'prune', [instance, marks]) });
}

/** The marks of that chain in the text; undefined if it can't be read or its seal is wrong. */
export function marksIn(key: Buffer, instance: string, text: string): Pick<Head, 'pruned' | 'removing'> | undefined {
  try {
    const { marks, seal } = JSON.parse(text) as { marks: Pick<Head, 'pruned' | 'removing'>; seal: unknown };
    return isSealed(key, 'prune', [instance, marks], seal) ? marks : undefined;
  } catch {
    return undefined;
  }
}
