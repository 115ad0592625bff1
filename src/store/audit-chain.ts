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
  const breaks: AuditBreak[] = [];
  let previous: ChainLink | undefined;
  for (const link of links) {
    const expected = (previous?.sequence ?? 0) + 1;
    if (link.sequence !== expected) breaks.push(broken(link.instance, expected, missingWords(expected, link.sequence)));
    else if (!same(link.mac, macOf(key, previous?.mac ?? '', link.instance, link.sequence, link.entry)))
      breaks.push(broken(link.instance, link.sequence, `Line ${link.sequence} was changed or moved.`));
    previous = link;
  }
  const bySequence = new Map(links.map((link) => [link.sequence, link]));
  const lastSequence = previous?.sequence ?? 0;
  const instance = links[0]?.instance ?? anchors[0]?.instance ?? '';
  const head = anchors.reduce<Anchor | undefined>(
    (most, each) => (!most || each.sequence > most.sequence ? each : most),
    undefined,
  );
  if (head && head.sequence > lastSequence)
    breaks.push(broken(instance, lastSequence + 1, cutWords(lastSequence + 1, head.sequence)));
  for (const anchor of anchors) {
    const link = bySequence.get(anchor.sequence);
    if (link && !same(link.mac, anchor.mac) && !breaks.some((each) => each.sequence <= anchor.sequence))
      breaks.push(
        broken(
          instance,
          anchor.sequence,
          `The lines up to ${anchor.sequence} were written anew: they differ from the anchor.`,
        ),
      );
  }
  return breaks;
}

function broken(instance: string, sequence: number, problem: string): AuditBreak {
  return { instance, sequence, problem };
}

function missingWords(expected: number, found: number): string {
  if (found < expected) return `Line ${found} stands twice or out of order.`;
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
