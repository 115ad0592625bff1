import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AuditBreak, AuditEntry } from './contract';

/** The tamper-evident chain: each line carries a keyed hash over itself and the line before. Pure; the key comes from outside the store. */

export interface ChainLink {
  readonly instance: string;
  /** 1, 2, 3, … without a gap. */
  readonly sequence: number;
  readonly entry: AuditEntry;
  readonly mac: string;
}

/** The last link known outside the store. */
export interface Anchor {
  readonly instance: string;
  readonly sequence: number;
  readonly mac: string;
}

/** The keyed hash of one line. */
export function macOf(key: Buffer, previousMac: string, instance: string, sequence: number, entry: AuditEntry): string {
  return createHmac('sha256', key)
    .update(canonical([previousMac, instance, sequence, entry]))
    .digest('hex');
}

/** Every break in the links of one instance, which must be in stored order, checked against the anchors known for it. */
export function breaksOf(key: Buffer, links: readonly ChainLink[], anchors: readonly Anchor[]): AuditBreak[] {
  const instance = links[0]?.instance ?? anchors[0]?.instance ?? '';
  const anchored = new Map<number, string[]>();
  for (const { sequence, mac } of anchors) anchored.set(sequence, [...(anchored.get(sequence) ?? []), mac]);
  const places = new Map(anchors.map((anchor) => [anchor.mac, anchor.sequence]));
  const breaks: AuditBreak[] = [];
  const name = (sequence: number, problem: string): void => void breaks.push({ instance, sequence, problem });
  let previous: ChainLink | undefined;
  for (const link of links) {
    const { sequence } = link;
    const expected = (previous?.sequence ?? 0) + 1;
    if (sequence !== expected) name(expected, missingWords(expected, sequence));
    // After a changed or removed line the next one is judged by the anchor, so that only the guilty line is named.
    const before = anchored.get(sequence - 1) ?? [];
    const stored = sequence === expected ? (previous?.mac ?? '') : undefined;
    const candidates = stored === undefined ? before : [stored, ...before];
    const isRight = candidates.some((mac) => same(link.mac, macOf(key, mac, instance, sequence, link.entry)));
    if (!isRight && candidates.length > 0) name(sequence, wrongWords(sequence, places.get(link.mac)));
    else if (anchored.get(sequence)?.some((mac) => !same(mac, link.mac)))
      name(sequence, `Line ${sequence} was written anew: it differs from its anchor.`);
    previous = link;
  }
  const last = previous?.sequence ?? 0;
  const head = anchors.reduce((most, each) => Math.max(most, each.sequence), 0);
  if (head > last) name(last + 1, cutWords(last + 1, head));
  return breaks;
}

function wrongWords(sequence: number, place: number | undefined): string {
  if (place === undefined || place === sequence) return `Line ${sequence} was changed.`;
  return `Line ${place} was moved to the place of line ${sequence}.`;
}

function missingWords(expected: number, found: number): string {
  return found - expected === 1 ? `Line ${expected} was removed.` : `Lines ${expected} to ${found - 1} were removed.`;
}

function cutWords(from: number, to: number): string {
  return from === to ? `Line ${from} was cut off the end.` : `Lines ${from} to ${to} were cut off the end.`;
}

function same(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** JSON with sorted keys, so that the same entry always hashes the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
