import { CursorError } from '../../core/errors';
import { jsonIn } from '../../core/text';
import { placeAfter } from '../collections';
import { cursorAfter } from '../contract';
import type { AuditEntry, AuditFilter } from '../contract';
import type { Anchor, ChainLink } from './chain';

/** One line as a store holds it: the signed entry as text, and copies of what one searches by. */
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

/** The entry for people who read; one that somebody made unreadable is still shown, as that. */
export function auditEntryOf(body: string): AuditEntry {
  return entryIn(body) ?? { ...nothing, outcome: 'unreadable' };
}

const nothing = { at: 0, who: '', what: '', target: '', from: '', correlationId: '' };

/** A line of which something other than its text is damaged. */
export interface DamagedLine {
  readonly instance: string;
  readonly sequence: number;
  readonly problem: string;
}

/** A stored line as its chain checks it: read strictly, and compared with the copies one searches by. */
export function linkOf(line: AuditLine | DamagedLine): ChainLink {
  if ('problem' in line) return { ...line, entry: undefined, mac: '' };
  const { sequence, mac, body } = line;
  const entry = entryIn(body);
  if (!entry) return { sequence, mac, entry, problem: `Line ${sequence} can’t be read.` };
  // A body that says the same in other bytes, or one thing twice, was never written by Gavel.
  if (JSON.stringify(entry) !== body)
    return { sequence, mac, entry: undefined, problem: `Line ${sequence} was changed.` };
  if (isMisfiled(line, entry))
    return { sequence, mac, entry, problem: `Line ${sequence} is filed under the wrong fields.` };
  return { sequence, mac, entry };
}

function entryIn(body: string): AuditEntry | undefined {
  const entry = jsonIn(body);
  return typeof entry === 'object' && entry !== null ? (entry as AuditEntry) : undefined;
}

/** What is searched by are copies of the signed body; a changed copy would hide a line from a search. */
function isMisfiled(line: AuditLine, entry: AuditEntry): boolean {
  return !(['key', 'at', 'who', 'what', 'target'] as const).every((name) => line[name] === entry[name]);
}

/** An entry about the audit log itself. */
export function ownEntry(what: string, outcome: string, detail: AuditEntry['detail']): Omit<AuditEntry, 'at'> {
  return { who: 'gavel', what, target: 'audit log', from: 'start', outcome, detail, correlationId: '-' };
}

/** Where a page of the audit log ends: the place of its last line, the oldest of it. */
export interface AuditPlace {
  readonly at: number;
  readonly instance: string;
  readonly sequence: number;
}

/** What is counted exactly; beyond it people hear `more than`. */
export const maxCounted = 10_000;

/** The place after which a page begins; undefined for the first one. Throws `CursorError` for a cursor that is none. */
export function placeOf(cursor: string | undefined): AuditPlace | undefined {
  if (cursor === undefined) return undefined;
  const [at, instance, sequence] = placeAfter(cursor, 'the audit log');
  if (typeof at === 'number' && typeof instance === 'string' && typeof sequence === 'number')
    return { at, instance, sequence };
  throw new CursorError('Not a cursor of the audit log');
}

/** Of the places found, one more than the page holds at most, those it shows; and where the next page begins. */
export function pageAt<Place extends AuditPlace>(found: readonly Place[], limit: number) {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    shown,
    ...(found.length > limit && last && { older: cursorAfter(last.at, last.instance, last.sequence) }),
  };
}

/** What the text of a line holds whose outcome begins with this. */
export function outcomeText(outcome: string): string {
  return `"outcome":${JSON.stringify(outcome).slice(0, -1)}`;
}

/** The one deployment that is asked for by its number: its lines are found by an index instead of by their words. */
export function deploymentIn({ words = [] }: AuditFilter): string | undefined {
  const numbers = words.filter((word) => /^d-\d{1,9}$/i.test(word));
  return numbers.length === 1 ? numbers[0]?.toUpperCase() : undefined;
}
