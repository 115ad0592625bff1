import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AuditEntry, AuditHead } from '../contract';

/** The tamper-evident chain: each line contains a keyed hash of itself and the previous line. Pure; the key comes from outside the store. */

/** One line as it's checked. */
export interface ChainLink {
  /** 1, 2, 3, … without gaps. */
  readonly sequence: number;
  /** Undefined if the line can't be read; `problem` says why. */
  readonly entry: AuditEntry | undefined;
  readonly mac: string;
  readonly problem?: string;
}

/** A position in a chain that all later lines build on. */
export interface Mark {
  /** 0 before the first line. */
  readonly sequence: number;
  readonly mac: string;
}

/** A line of a chain by its place and its hash. */
export type Anchor = AuditHead;

/** The keyed hash of one line. */
export function macOf(key: Buffer, previousMac: string, instance: string, sequence: number, entry: AuditEntry): string {
  return createHmac('sha256', key)
    .update(canonical([previousMac, instance, sequence, entry]))
    .digest('hex');
}

export type ChainCheck = ReturnType<typeof createChainCheck>;

/**
 * Checks one chain line by line, in stored order; `report` is called once for each break. `known` are anchors, the signed head and heads from the
 * log; `start` is the last line that was exported and pruned: the chain begins after it.
 */
export function createChainCheck(
  key: Buffer,
  instance: string,
  { known, start }: { readonly known: readonly Anchor[]; readonly start: Mark },
  report: (sequence: number, problem: string) => void,
) {
  const macsAt = new Map<number, string[]>();
  for (const { sequence, mac } of known) macsAt.set(sequence, [...(macsAt.get(sequence) ?? []), mac]);
  const placeOf = new Map(known.map(({ mac, sequence }) => [mac, sequence]));
  let last = start.sequence;
  let lastMacs: readonly string[] = [start.mac];

  function add({ sequence, entry, mac, problem }: ChainLink): void {
    if (sequence <= last) return report(sequence, problem ?? `Line ${sequence} is out of place.`);
    const isNext = sequence === last + 1;
    if (!isNext) report(last + 1, describeMissing(last + 1, sequence));
    // After a changed or removed line, the next one is checked against other known hashes, so that only the damaged line is reported.
    const before = [...(isNext ? lastMacs : []), ...(macsAt.get(sequence - 1) ?? [])];
    last = sequence;
    lastMacs = [mac];
    if (!entry) return report(sequence, problem ?? `Line ${sequence} can’t be read.`);
    const isRight = before.some((each) => same(mac, macOf(key, each, instance, sequence, entry)));
    if (!isRight && before[0] !== undefined) {
      lastMacs = [mac, macOf(key, before[0], instance, sequence, entry)];
      report(sequence, describeWrong(sequence, placeOf.get(mac)));
    } else if (macsAt.get(sequence)?.some((each) => !same(each, mac)))
      report(sequence, `Line ${sequence} was rewritten: it differs from its anchor.`);
    else if (problem) report(sequence, problem);
  }

  return {
    add,
    /** The number of the next line in an intact chain. */
    next: () => last + 1,
    /** The lines up to this one were pruned in the meantime: the chain continues after it. */
    goOnAfter({ sequence, mac }: Mark): void {
      last = sequence;
      lastMacs = [mac];
    },
    end(): void {
      const head = known.reduce((most, each) => Math.max(most, each.sequence), 0);
      if (head > last) report(last + 1, describeCut(last + 1, head));
    },
  };
}

function describeWrong(sequence: number, place: number | undefined): string {
  if (place === undefined || place === sequence) return `Line ${sequence} was changed.`;
  return `Line ${place} was moved to the position of line ${sequence}.`;
}

function describeMissing(expected: number, found: number): string {
  return found - expected === 1 ? `Line ${expected} was removed.` : `Lines ${expected} to ${found - 1} were removed.`;
}

function describeCut(from: number, to: number): string {
  return from === to
    ? `Line ${from} is missing from the end of the log.`
    : `Lines ${from} to ${to} are missing from the end of the log.`;
}

/** Compares two hashes in constant time. */
export function same(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** JSON with sorted keys, so that the same entry always hashes the same. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
