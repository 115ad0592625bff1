import type { Anchor, ChainLink } from './chain';
import type { AuditEntry } from '../contract';

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
  return entryIn(body) ?? unreadable;
}

const unreadable: AuditEntry = {
  at: 0,
  who: '',
  what: '',
  target: '',
  from: '',
  outcome: 'unreadable',
  correlationId: '',
};

/** A stored line as its chain checks it: read strictly, and compared with the copies one searches by. */
export function linkOf(line: AuditLine): ChainLink {
  const { sequence, mac, body } = line;
  const entry = entryIn(body);
  if (!entry) return { sequence, mac, entry, problem: `Line ${sequence} can't be read.` };
  // A body that says the same in other bytes, or one thing twice, was never written by Gavel.
  if (JSON.stringify(entry) !== body)
    return { sequence, mac, entry: undefined, problem: `Line ${sequence} was changed.` };
  if (isMisfiled(line, entry))
    return { sequence, mac, entry, problem: `Line ${sequence} is filed under other fields than its own.` };
  return { sequence, mac, entry };
}

function entryIn(body: string): AuditEntry | undefined {
  try {
    const entry: unknown = JSON.parse(body);
    return typeof entry === 'object' && entry !== null ? (entry as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

/** What is searched by are copies of the signed body; a changed copy would hide a line from a search. */
function isMisfiled(line: AuditLine, entry: AuditEntry): boolean {
  return !(['key', 'at', 'who', 'what', 'target'] as const).every((name) => line[name] === entry[name]);
}

/** An entry about the audit log itself. */
export function ownEntry(what: string, outcome: string, detail: AuditEntry['detail']): Omit<AuditEntry, 'at'> {
  return { who: 'gavel', what, target: 'audit log', from: 'start', outcome, detail, correlationId: '-' };
}
