import { defaultRetentionMs } from '../../core/catalog/retention';
import type { EndedTurn, Reply, Turn } from '../../chat/contract';
import { findSecret, looksLikePassword } from '../../core/text/secret-forms';
import { cleanText } from '../../core/text';
import type { CollectionSpec } from '../../store/contract';

/** One thing that was asked of Gavel, and what came of it. Pure, but for being stored. */
export interface HistoryEntry {
  readonly at: number;
  readonly person: string;
  readonly personName: string;
  readonly placeId: string;
  readonly placeName: string;
  /** The line as it was typed, or the verb of a button. */
  readonly said: string;
  /** The line it stood for, where that is another one. */
  readonly meant?: string;
  readonly what: string;
  readonly outcome: string;
  /** The beginning of the answer, in plain words. */
  readonly came: string;
}

export const historySpec: CollectionSpec<HistoryEntry> = {
  name: 'history',
  schema: 1,
  indexes: { at: ({ at }) => at, place: ({ placeId }) => placeId, person: ({ person }) => person },
  queries: [
    { where: ['person'], orderBy: 'at' },
    { where: ['place'], orderBy: 'at' },
    { where: ['place', 'person'], orderBy: 'at' },
  ],
  expiresAt: ({ at }) => at + defaultRetentionMs('history'),
};

/** What is kept of a turn: no secret, no value that a memory holds; undefined where people look after their own data. */
export function entryOf(turn: Turn, ended: EndedTurn): HistoryEntry | undefined {
  const { what, outcome, reply } = ended;
  if (what.startsWith('privacy.')) return undefined;
  const remembers = what.startsWith('memory.');
  const safe = (text: string): string => withoutSecret(text, what);
  // What is forgotten must be gone: only the name of a memory stands here, never its value.
  const said = what === 'memory.remember' ? ended.said.split(/\s(?:is|are)\s|=/i)[0]?.trimEnd() : ended.said;
  return {
    at: turn.receivedAt,
    person: turn.person.id,
    personName: cleanText(turn.person.name, 60),
    placeId: turn.place.id,
    placeName: cleanText(turn.place.name, 60),
    said: safe(findSecret(ended.said) === undefined ? (said ?? '') : ended.said).slice(0, 300),
    ...(ended.meant !== undefined && !remembers && { meant: safe(ended.meant).slice(0, 300) }),
    what,
    outcome: cleanText(outcome, 60),
    came: remembers ? '' : safe(wordsOf(reply)).slice(0, 160),
  };
}

/** The text, or only which command it was. */
function withoutSecret(text: string, what: string): string {
  const line = cleanText(text, 400);
  const secret = findSecret(text) ?? (line.split(' ').some(looksLikePassword) ? 'a password' : undefined);
  return secret === undefined ? line : `${what.split('.')[1] ?? ''} … (left out: it looked like ${secret})`;
}

/** The beginning of an answer without its Markdown. */
function wordsOf(reply: Reply): string {
  if ('nothing' in reply) return '';
  const text = 'notice' in reply ? reply.notice : 'text' in reply ? reply.text : reply.data.summary;
  return text.replace(/(?<!\\)(?:\*\*|`)/g, '').replace(/\\([^\w\s])/g, '$1');
}
