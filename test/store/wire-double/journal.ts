import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { BSON } from 'mongodb';
import type { Document } from 'mongodb';

/** One change that survives the process. */
export type Change =
  | { readonly put: Document; readonly in: string }
  | { readonly removed: unknown; readonly in: string }
  | { readonly index: Document; readonly in: string }
  | { readonly droppedIndex: string; readonly in: string }
  | { readonly dropped: string }
  /** The answer to a retryable write, so that a retry after a restart gets the same. */
  | { readonly session: string; readonly number: number; readonly reply: Document };

export interface Journal {
  write(changes: readonly Change[]): void;
  read(): Change[];
}

/** In a file if there is one: a process with the same file has everything that was acknowledged, even after a `kill -9`. */
export function createJournal(file: string | undefined): Journal {
  if (!file) return { write: () => undefined, read: () => [] };
  return {
    write: (changes) => {
      // One write for a command and its remembered answer: a kill leaves both or neither.
      if (changes.length > 0) appendFileSync(file, `${BSON.EJSON.stringify(changes, { relaxed: false })}\n`);
    },
    read: () => {
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, 'utf8').split('\n');
      return lines.flatMap((line) => {
        try {
          return line === '' ? [] : (BSON.EJSON.parse(line, { relaxed: true }) as Change[]);
        } catch {
          // Only the last line can be cut short.
          return [];
        }
      });
    },
  };
}
