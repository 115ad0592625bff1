import { breaksOf } from './audit-chain';
import type { Anchor, ChainLink } from './audit-chain';
import type { AuditBreak, AuditEntry } from './contract';

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

interface Chain {
  readonly links: ChainLink[];
  readonly anchors: Anchor[];
  readonly misfiled: AuditBreak[];
}

/** The line for an entry at its place in the chain. */
export function auditLine({ instance, sequence, mac }: Anchor, entry: AuditEntry): AuditLine {
  const { key, at, who, what, target } = entry;
  return { instance, sequence, key, at, who, what, target, body: JSON.stringify(entry), mac };
}

/** Every break in all chains; the lines of each instance must come in the order of their sequence. */
export function breaksOfLines(key: Buffer, lines: readonly AuditLine[], anchors: readonly Anchor[]): AuditBreak[] {
  const chains = new Map<string, Chain>();
  const chainOf = (name: string): Chain => {
    const chain = chains.get(name) ?? { links: [], anchors: [], misfiled: [] };
    chains.set(name, chain);
    return chain;
  };
  for (const anchor of anchors) chainOf(anchor.instance).anchors.push(anchor);
  for (const line of lines) {
    const { instance, sequence, mac } = line;
    const entry = entryOf(line.body);
    const chain = chainOf(instance);
    chain.links.push({ instance, sequence, entry, mac });
    if (isMisfiled(line, entry)) chain.misfiled.push(misfiledBreak(instance, sequence));
  }
  return [...chains.values()].flatMap(({ links, anchors: known, misfiled }) => [
    ...misfiled,
    ...breaksOf(key, links, known),
  ]);
}

/** A line that somebody made unreadable is still a line: it is shown, and named as changed. */
export function entryOf(body: string): AuditEntry {
  try {
    const entry: unknown = JSON.parse(body);
    if (typeof entry === 'object' && entry !== null) return entry as AuditEntry;
  } catch {
    // Falls through to the same answer as for a body that is no entry.
  }
  return { at: 0, who: '', what: '', target: '', from: '', outcome: 'unreadable', correlationId: '' };
}

/** What is searched by are copies of the signed body; a changed copy would hide a line from a search. */
function isMisfiled(line: AuditLine, entry: AuditEntry): boolean {
  return !(['key', 'at', 'who', 'what', 'target'] as const).every((name) => line[name] === entry[name]);
}

function misfiledBreak(instance: string, sequence: number): AuditBreak {
  return { instance, sequence, problem: `Line ${sequence} is filed under other words than it says.` };
}
