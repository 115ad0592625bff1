import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { team } from './world';
import type { SampleConversation } from './world';

/** Where the bot was removed, and to which private and shared channels it was added; kept beside the conversations. */

export interface Installs {
  /** A team is one installation for its standard channels; a private or a shared one is its own. */
  has(conversation: SampleConversation): boolean;
  set(conversation: SampleConversation, installed: boolean): void;
}

export function openInstalls(file: string): Installs {
  const unusual = new Set(read(file));
  const scopeOf = ({ id, type, membership }: SampleConversation): string =>
    type === 'channel' && !membership ? team.id : id;
  const usual = ({ membership }: SampleConversation): boolean => membership === undefined;
  return {
    has: (conversation) => unusual.has(scopeOf(conversation)) !== usual(conversation),
    set(conversation, installed) {
      if (installed === usual(conversation)) unusual.delete(scopeOf(conversation));
      else unusual.add(scopeOf(conversation));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify([...unusual]));
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
