import { CursorError } from '../../core/errors';
import { jsonIn } from '../../core/text';
import { placeAfter } from '../collections';
import { cursorAfter } from '../contract';
import type { AuditEntry, AuditFilter } from '../contract';
import type { Anchor, ChainLink } from './chain';

/** One line as a store keeps it: the signed entry as text, and copies of the fields for searching. */
export interface AuditLine {
  readonly instance: string;
  readonly sequence: number;
  readonly key: string | undefined;
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly target: string;
  readonly body: string;
  readonly mac: string;
}

/** The line for an entry at its place in the chain. */
export function auditLine({ instance, sequence, mac }: Anchor, entry: AuditEntry): AuditLine {
  const { key, at, who, what, target } = entry;
  return { instance, sequence, key, at, who, what, target, body: JSON.stringify(entry), mac };
}

/** The entry for readers; one that somebody made unreadable is still shown, as unreadable. */
export function auditEntryOf(body: string): AuditEntry {
  return entryIn(body) ?? { ...nothing, outcome: 'unreadable' };
}

const nothing = { at: 0, who: '', what: '', target: '', from: '', correlationId: '' };

/** A line that is damaged in other parts than its text. */
export interface DamagedLine {
  readonly instance: string;
  readonly sequence: number;
  readonly problem: string;
}

/** A stored line as its chain checks it: parsed strictly, and compared with the copies for searching. */
export function linkOf(line: AuditLine | DamagedLine): ChainLink {
  if ('problem' in line) return { ...line, entry: undefined, mac: '' };
  const { sequence, mac, body } = line;
  const entry = entryIn(body);
  if (!entry) return { sequence, mac, entry, problem: `Line ${sequence} can’t be read.` };
  // Gavel never wrote a body that says the same in different bytes, or one thing twice.
  if (JSON.stringify(entry) !== body)
    return { sequence, mac, entry: undefined, problem: `Line ${sequence} was changed.` };
  if (isMisfiled(line, entry))
    return { sequence, mac, entry, problem: `Line ${sequence} doesn’t match the fields that it’s indexed by.` };
  return { sequence, mac, entry };
}

function entryIn(body: string): AuditEntry | undefined {
  const entry = jsonIn(body);
  return typeof entry === 'object' && entry !== null ? (entry as AuditEntry) : undefined;
}

/** Searches use copies of the signed body; a changed copy would hide a line from a search. */
function isMisfiled(line: AuditLine, entry: AuditEntry): boolean {
  return !(['key', 'at', 'who', 'what', 'target'] as const).every((name) => line[name] === entry[name]);
}

/** An entry about the audit log itself. */
export function ownEntry(what: string, outcome: string, detail: AuditEntry['detail']): Omit<AuditEntry, 'at'> {
  return { who: 'gavel', what, target: 'audit log', from: 'start', outcome, detail, correlationId: '-' };
}

/** Where a page of the audit log ends: the position of its last and oldest line. */
export interface AuditPlace {
  readonly at: number;
  readonly instance: string;
  readonly sequence: number;
}

/** The highest exact count; beyond it, people read `more than`. */
export const maxCounted = 10_000;

/** The place after which a page begins; undefined for the first one. Throws `CursorError` for a cursor that is none. */
export function placeOf(cursor: string | undefined): AuditPlace | undefined {
  if (cursor === undefined) return undefined;
  const [at, instance, sequence] = placeAfter(cursor, 'the audit log');
  if (typeof at === 'number' && typeof instance === 'string' && typeof sequence === 'number')
    return { at, instance, sequence };
  throw new CursorError('Not a cursor of the audit log');
}

/** The positions that a page shows, of those found (at most one more than it holds), and where the next page begins. */
export function pageAt<Place extends AuditPlace>(found: readonly Place[], limit: number) {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    shown,
    ...(found.length > limit && last && { older: cursorAfter(last.at, last.instance, last.sequence) }),
  };
}

/** The text that a line contains if its outcome begins with this. */
export function outcomeText(outcome: string): string {
  return `"outcome":${JSON.stringify(outcome).slice(0, -1)}`;
}

/** The one deployment that is named by its number: an index finds its lines instead of their words. */
export function deploymentIn({ words = [] }: AuditFilter): string | undefined {
  const numbers = words.filter((word) => /^d-\d{1,9}$/i.test(word));
  return numbers.length === 1 ? numbers[0]?.toUpperCase() : undefined;
}
