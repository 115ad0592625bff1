import type { EndedTurn, PersonalData, Reply, Turn } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { ConflictError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { createSparingLog } from '../../core/telemetry/logger';
import { cleanText, cutAtWord } from '../../core/text';
import { findSecret, looksLikePassword } from '../../core/text/secrets';
import { readAll, readEach } from '../../store/contract';
import type { Collection, CollectionSpec } from '../../store/contract';
import type { FeatureDependencies } from '../contract';

/** One thing that Gavel was asked, and the result. */
export interface HistoryEntry {
  readonly at: number;
  readonly person: string;
  readonly personName: string;
  readonly placeId: string;
  readonly placeName: string;
  /** The line as typed, or the verb of a button. */
  readonly said: string;
  /** The line that it stood for, if that is different. */
  readonly meant?: string;
  readonly what: string;
  readonly outcome: string;
  /** The beginning of the answer, as plain text. */
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

const maxWaiting = 1_000;
const atOnce = 50;
const maxCounted = 10_000;
const inARowMs = 15 * 60_000;
const maxStumbles = 10;
/** Answers to people go first; entries of the same moment are written together. */
const pauseMs = 100;

export type HistoryStore = ReturnType<typeof createHistoryStore>;

/** Writes the history in the background: nobody waits for it, and entries that can't be written are dropped. */
export function createHistoryStore({ clock, logger, store }: FeatureDependencies) {
  const entries = store.collection(historySpec);
  const sparingly = createSparingLog(clock);
  const waiting: { readonly turn: Turn; readonly ended: EndedTurn }[] = [];
  let work: Promise<void> | undefined;

  const complain = (kind: string, error?: unknown): void =>
    sparingly.say(kind, (leftOut) => logger.warn({ error, leftOut }, kind));

  async function write({ turn, ended }: (typeof waiting)[number]): Promise<void> {
    try {
      const entry = entryOf(turn, ended);
      if (entry) await entries.insert(idFrom('history', turn.correlationId, entry.what, entry.outcome), entry);
    } catch (error) {
      // If the same message is delivered again, its entry already exists.
      if (!(error instanceof ConflictError)) complain('A history entry couldn’t be written', error);
    }
  }

  async function writeAll(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    while (waiting.length > 0) await Promise.all(waiting.splice(0, atOnce).map(write));
    work = undefined;
  }

  async function idle(): Promise<void> {
    while (work) await work;
  }

  return {
    entries,
    /** Resolves when everything recorded is written. */
    idle,
    recordTurn(turn: Turn, ended: EndedTurn): void {
      if (waiting.length >= maxWaiting) return complain('The history can’t keep up, so entries are left out');
      waiting.push({ turn, ended });
      work ??= writeAll();
    },
    /** How many of this person's latest lines there in a row weren't understood. Rejects with `StoreUnavailableError`. */
    async stumbles({ person, place }: Turn): Promise<number> {
      await idle();
      const { items } = await entries.find({
        where: { person: person.id, at: { atLeast: clock.now() - inARowMs } },
        orderBy: 'at',
        descending: true,
        limit: maxStumbles,
      });
      const here = items.filter(({ value }) => value.placeId === place.id);
      const understood = here.findIndex(({ value }) => value.outcome !== 'not understood');
      return understood === -1 ? here.length : understood;
    },
    personalData: personalHistory(entries, idle),
  };
}

function personalHistory(entries: Collection<HistoryEntry>, idle: () => Promise<void>): PersonalData {
  return {
    name: 'history',
    async countOf(person) {
      await idle();
      const all = await entries.count({ where: { person }, orderBy: 'at' }, maxCounted + 1);
      return { count: Math.min(all, maxCounted), isExact: all <= maxCounted };
    },
    async *exportOf(person) {
      await idle();
      for await (const { value } of readEach(entries, { where: { person }, orderBy: 'at' })) {
        const { at, placeName, meant, outcome, came } = value;
        yield {
          at: new Date(at).toISOString(),
          place: placeName,
          said: describeSaid(value),
          ...(meant !== undefined && { meant }),
          outcome,
          ...(came !== '' && { answer: came }),
        };
      }
    },
    async deleteOf(person) {
      await idle();
      const all = await readAll(entries, { where: { person }, orderBy: 'at' });
      for (const { id } of all) await entries.remove(id);
      return all.length;
    },
  };
}

/** What was typed, or which button was clicked: `Clicked “keep”`. */
export function describeSaid({ said, what }: Pick<HistoryEntry, 'said' | 'what'>): string {
  const button = said === what ? /^[a-z]+\.([a-z-]+)$/.exec(said)?.[1] : undefined;
  return button === undefined ? said : `Clicked “${button.replaceAll('-', ' ')}”`;
}

/** What is kept of a turn: no secret, and no value of a memory; undefined for commands about people's own data. */
export function entryOf(turn: Turn, ended: EndedTurn): HistoryEntry | undefined {
  const { what, outcome, reply } = ended;
  if (what.startsWith('privacy.')) return undefined;
  const remembers = what.startsWith('memory.');
  const safe = (text: string): string => withoutSecret(text, what);
  // A forgotten memory must be gone, so only its name is here, never its value.
  const said = what === 'memory.remember' ? ended.said.split(/\s(?:is|are)\s|=/i)[0]?.trimEnd() : ended.said;
  return {
    at: turn.receivedAt,
    person: turn.person.id,
    personName: cleanText(turn.person.name, 60),
    placeId: turn.place.id,
    placeName: cleanText(turn.place.name, 60),
    said: cutAtWord(safe(findSecret(ended.said) === undefined ? (said ?? '') : ended.said), 300),
    ...(ended.meant !== undefined && !remembers && { meant: cutAtWord(safe(ended.meant), 300) }),
    what,
    outcome: cleanText(outcome, 60),
    came: remembers ? '' : cutAtWord(safe(plainReply(reply)), 160),
  };
}

/** The text, or only which command it was. */
function withoutSecret(text: string, what: string): string {
  const line = cleanText(text, 400);
  const secret = findSecret(text) ?? (line.split(' ').some(looksLikePassword) ? 'a password' : undefined);
  return secret === undefined ? line : `${what.split('.')[1] ?? ''} … (left out: it looked like ${secret})`;
}

/** The beginning of an answer without its Markdown. */
function plainReply(reply: Reply): string {
  if ('nothing' in reply) return '';
  const text = 'notice' in reply ? reply.notice : 'text' in reply ? reply.text : reply.data.summary;
  return text.replace(/(?<!\\)(?:\*\*|`)/g, '').replace(/\\([^\w\s])/g, '$1');
}
