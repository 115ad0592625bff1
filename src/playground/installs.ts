import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { team } from './world';
import type { SampleConversation } from './world';

/** Where the bot was removed; kept beside the conversations. Elsewhere it is installed. */

export interface Installs {
  /** A team is one installation for all its channels. */
  has(conversation: SampleConversation): boolean;
  set(conversation: SampleConversation, installed: boolean): void;
}

export function openInstalls(file: string): Installs {
  const removed = new Set(read(file));
  const scopeOf = ({ id, type }: SampleConversation): string => (type === 'channel' ? team.id : id);
  return {
    has: (conversation) => !removed.has(scopeOf(conversation)),
    set(conversation, installed) {
      if (installed) removed.delete(scopeOf(conversation));
      else removed.add(scopeOf(conversation));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify([...removed]));
      renameSync(`${file}.new`, file);
    },
  };
}

function read(file: string): string[] {
  if (!existsSync(file)) return [];
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}
