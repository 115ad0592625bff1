import { retentionDays } from '../../core/catalog/retention';
import { z } from 'zod';
import type { Feature, RecordTurn, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { mayAnywhere, shownInPart } from '../../core/catalog/rights';
import { statuses } from '../../core/card/status';
import { cleanText, plainText, plural } from '../../core/text';
import { describeUnread } from '../../core/time/typed/term';
import { footerTime, describeMoment } from '../../core/time/words';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { describeCount, olderId, olderIn } from '../older';
import type { Older } from '../older';
import { timeZoneOf } from '../time-zone';
import type { HistoryEntry } from './entry';
import { createJournal } from './journal';
import type { Journal } from './journal';
import { seenIn } from './seen';
import { searchHistory } from './search';
import type { HistoryPage, HistoryQuestion } from './search';
import { readWish } from './wish';

/** What was asked of Gavel and what came of it; kept as long as the catalog's `retention` says. */
export function createHistory(deps: FeatureDependencies): {
  feature: Feature;
  recordTurn: RecordTurn;
  idle: () => Promise<void>;
  /** How many lines in a row of this person there were not understood until now. */
  stumbles: (turn: Turn) => Promise<number>;
} {
  const journal = createJournal(deps);
  return {
    feature: {
      name: 'history',
      commands: [
        {
          name: 'history',
          operation: 'look',
          summary: 'What was asked here, and what came of it',
          topic: 'Look',
          arguments: [{ name: 'wish', kind: 'phrase', summary: 'who, what or when: Dana, deploy, yesterday' }],
          examples: ['history', 'history deploy yesterday', 'history me today'],
          right: 'view',
          inManifest: false,
          run: (turn, { wish = '' }) => show(deps, journal, turn, wish),
        },
      ],
      actions: [
        defineAction({
          verb: 'history.older',
          operation: 'look',
          input: z.object({ id: z.string().max(2_000) }),
          run: async (turn, { id }) => {
            if (!mayAnywhere(deps.catalog(), turn.person.id, 'view'))
              throw new UserError("You can't look at the history. Write `access viewer` to ask for it.");
            const older = olderIn(id);
            if (!older) throw new UserError(gone);
            return show(deps, journal, turn, older.words, older);
          },
        }),
      ],
      personalData: [journal.personalData],
    },
    recordTurn: journal.note,
    idle: journal.idle,
    stumbles: (turn) => stumbles(deps, journal, turn),
  };
}

const inARowMs = 15 * 60_000;
const maxStumbles = 10;

async function stumbles({ clock }: FeatureDependencies, journal: Journal, turn: Turn): Promise<number> {
  await journal.idle();
  const { items } = await journal.entries.find({
    where: { person: turn.person.id, at: { atLeast: clock.now() - inARowMs } },
    orderBy: 'at',
    descending: true,
    limit: maxStumbles,
  });
  const here = items.filter(({ value }) => value.placeId === turn.place.id);
  const understood = here.findIndex(({ value }) => value.outcome !== 'not understood');
  return understood === -1 ? here.length : understood;
}

const dayMs = 86_400_000;
const gone = 'That button is too old to continue from. Write `history` again with the same words.';

/** In a place what was asked there, in a personal chat what this person asked anywhere. */
async function show(
  deps: FeatureDependencies,
  journal: Journal,
  turn: Turn,
  words: string,
  from?: Older,
): Promise<Reply> {
  const days = retentionDays(deps.catalog(), 'history');
  const now = deps.clock.now();
  const at = Math.min(now, from?.at ?? now);
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const wish = readWish(words, turn.person.id, { now: at, timeZone });
  if ('problem' in wish)
    throw new UserError(describeUnread(wish, 'nothing was looked up', '`history yesterday` or `history since Monday`'));
  const alone = turn.place.kind === 'personal';
  await journal.idle();
  const question = {
    ...(!alone && { place: turn.place.id }),
    person: turn.person.id,
    wish,
    keptSince: days === undefined ? 0 : now - days * dayMs,
    isSeen: seenIn(deps.catalog(), turn.person.id),
  };
  const page = await searched(journal, question, from);
  const count = describeCount(page.count, page.isCountExact);
  const about = words === '' ? '' : `: ${plainText(words, 60)}`;
  const older = page.older;
  return {
    card: 'policy/list',
    data: {
      kind: 'History',
      state: { glyph: '', word: '', tone: 'emphasis' },
      title: alone ? `What you asked${about}` : `What was asked here${about}`,
      summary: `History: ${count}`,
      sentence:
        page.count === 0 && page.entries.length === 0
          ? '**Nothing on record matches.** Try fewer words, or another day.'
          : `**${count}**, the newest first${from ? ': an older part' : ''}.`,
      rows: page.entries.map((entry) => rowOf(entry, alone, now, timeZone)),
      more: page.isInPart ? shownInPart : '',
      actions:
        older === undefined
          ? []
          : [
              {
                title: 'Show older',
                verb: 'history.older',
                id: olderId({ words: words.slice(0, 500), at, cursor: older }),
              },
            ],
      footer: `${days === undefined ? 'Kept forever' : `Kept for ${plural(days, 'day')}`} · ${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

async function searched(journal: Journal, question: HistoryQuestion, from: Older | undefined): Promise<HistoryPage> {
  try {
    return await searchHistory(journal.entries, question, from?.cursor);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Not a cursor')) throw new UserError(gone);
    throw error;
  }
}

function rowOf(entry: HistoryEntry, alone: boolean, now: number, timeZone: string) {
  const { said, meant, placeName, personName, outcome, came, at } = entry;
  const { glyph, color } = markOf(outcome);
  return {
    glyph,
    color,
    name: cleanText(meant === undefined ? said : `${said}, which means ${meant}`, 200),
    words: cleanText(`${alone ? `in ${placeName}` : personName}: ${describeEnd(outcome, came)}`, 260),
    when: describeMoment(at, now, timeZone),
  };
}

function describeEnd(outcome: string, came: string): string {
  if (came === '') return outcome;
  return came.toLowerCase().startsWith(outcome) ? came : `${outcome}. ${came}`;
}

function markOf(outcome: string): { readonly glyph: string; readonly color: string } {
  if (outcome === 'refused') return statuses.refused;
  if (outcome === 'failed') return statuses.failed;
  if (outcome === 'unclear') return statuses.unclear;
  if (outcome === 'waits for approval' || outcome === 'waits for confirmation') return statuses.waiting;
  return outcome === 'not understood' || outcome === 'asked back' ? statuses.unknown : statuses.done;
}
