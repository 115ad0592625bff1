import type { AuditFilter } from '../contract';

/** Where a page of the audit log ends: the place of its last line, the oldest of it. */
export interface AuditPlace {
  readonly at: number;
  readonly instance: string;
  readonly sequence: number;
}

/** What is counted exactly; beyond it people hear `more than`. */
export const maxCounted = 10_000;
const defaultLimit = 50;
const highestLimit = 1_000;

export function limitOf({ limit }: AuditFilter): number {
  return Math.min(highestLimit, Math.max(1, Math.floor(limit ?? defaultLimit)));
}

export function cursorOf({ at, instance, sequence }: AuditPlace): string {
  return Buffer.from(JSON.stringify([at, instance, sequence])).toString('base64url');
}

/** The place that a cursor names; throws for what is none. */
export function placeOf(cursor: string): AuditPlace {
  try {
    const [at, instance, sequence] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof at === 'number' && typeof instance === 'string' && typeof sequence === 'number')
      return { at, instance, sequence };
  } catch {
    // No JSON, so no place either.
  }
  throw new Error('Not a cursor of the audit log');
}

/** The one deployment that is asked for by its number: its lines are found by an index instead of by their words. */
export function deploymentIn({ words = [] }: AuditFilter): string | undefined {
  const numbers = words.filter((word) => /^d-\d{1,9}$/i.test(word));
  return numbers.length === 1 ? numbers[0]?.toUpperCase() : undefined;
}
