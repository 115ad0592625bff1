import { idFrom } from '../../core/ids';
import { createSparingLog } from '../../core/telemetry/sparing-log';
import { ConflictError } from '../../core/errors';
import type { Collection } from '../../store/contract';
import { readAll } from '../../store/read-all';
import type { RecordTurn, PersonalData } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { entryOf, historySpec } from './entry';
import type { HistoryEntry } from './entry';

/** Writes the history behind everybody's back: nobody waits for it, and what can't be written is left out. */
export interface Journal {
  readonly note: RecordTurn;
  readonly entries: Collection<HistoryEntry>;
  /** Resolves when all that was noted is written. */
  idle(): Promise<void>;
  readonly personalData: PersonalData;
}

const maxWaiting = 1_000;
const atOnce = 50;
const maxCounted = 10_000;
/** People are answered first; what comes together is written together. */
const pauseMs = 100;

export function createJournal({ clock, logger, store }: FeatureDependencies): Journal {
  const entries = store.collection(historySpec);
  const sparingly = createSparingLog(clock);
  const waiting: { readonly id: string; readonly entry: HistoryEntry }[] = [];
  let work: Promise<void> | undefined;

  const complain = (kind: string, error?: unknown): void =>
    sparingly.say(kind, (leftOut) => logger.warn({ error, leftOut }, kind));

  async function write({ id, entry }: (typeof waiting)[number]): Promise<void> {
    try {
      await entries.insert(id, entry);
    } catch (error) {
      // The same message delivered again stands there already.
      if (!(error instanceof ConflictError)) complain('An entry of the history could not be written', error);
    }
  }

  async function writeAll(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    while (waiting.length > 0) await Promise.all(waiting.splice(0, atOnce).map(write));
    work = undefined;
  }

  const idle = async (): Promise<void> => {
    while (work) await work;
  };

  return {
    entries,
    idle,
    note(turn, ended) {
      try {
        const entry = entryOf(turn, ended);
        if (!entry) return;
        if (waiting.length >= maxWaiting) return complain('The history can’t keep up and leaves entries out');
        waiting.push({ id: idFrom('history', turn.correlationId, entry.what, entry.outcome), entry });
        work ??= writeAll();
      } catch (error) {
        complain('A turn could not be noted', error);
      }
    },
    personalData: {
      name: 'history',
      async countOf(person) {
        await idle();
        const all = await entries.count({ where: { person }, orderBy: 'at' }, maxCounted + 1);
        return { count: Math.min(all, maxCounted), isExact: all <= maxCounted };
      },
      async exportOf(personId) {
        const all = await ofPerson(personId);
        return all.map(({ value: { at, placeName, said, meant, outcome, came } }) => ({
          at: new Date(at).toISOString(),
          place: placeName,
          said,
          ...(meant !== undefined && { meant }),
          outcome,
          ...(came !== '' && { answer: came }),
        }));
      },
      async deleteOf(personId) {
        const all = await ofPerson(personId);
        for (const { id } of all) await entries.remove(id);
        return all.length;
      },
    },
  };

  async function ofPerson(person: string) {
    await idle();
    return readAll(entries, { where: { person }, orderBy: 'at' });
  }
}
