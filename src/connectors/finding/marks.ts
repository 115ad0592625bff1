import { createHash } from 'node:crypto';

/** A short text that stands for Gavel’s key in a tool: letters, digits, and a hyphen alone, so it’s a label, a value of a query, and markup nowhere. */
export function markOf(key: string): string {
  return `gavel-${createHash('sha256').update(key).digest('hex').slice(0, 20)}`;
}
