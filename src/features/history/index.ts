import { cannotSee } from '../../core/catalog/refusals';
import { defineAction } from '../../chat/contract';
import type { Feature, Reply, Turn } from '../../chat/contract';
import { statuses } from '../../core/card';
import { retentionDays } from '../../core/catalog/retention';
import { mayAnywhere, shownInPart } from '../../core/catalog/rights';
import { cleanText, plainText, plural } from '../../core/text';
import { describeCount, olderInput, readOlder, refuseOldCursor, showOlder } from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import { describeMoment, footerTime } from '../../core/time/clock';
import { drawList, timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import { readHistoryFilter, searchHistory, seenIn } from './search';
import { createHistoryStore, describeSaid } from './store';
import type { HistoryEntry, HistoryStore } from './store';

/** What people asked Gavel and the results; kept as long as the catalog's `retention` says. */
export function createHistory(
  deps: FeatureDependencies,
): { readonly feature: Feature } & Pick<HistoryStore, 'recordTurn' | 'idle' | 'stumbles'> {
  const { personalData, ...history } = createHistoryStore(deps);
  const feature: Feature = {
    name: 'history',
    commands: [
      {
        name: 'history',
        phrasings: [
          { say: 'what did i do [{wish}]', fixed: { wish: 'me' } },
          'what did we do here [{wish}]',
          'what was asked here [{wish}]',
        ],
        operation: 'look',
        summary: 'Show what was done here and who did it',
        topic: 'Look',
        arguments: [{ name: 'wish', kind: 'phrase', summary: 'who, what, or when: Dana, deploy, yesterday' }],
        examples: ['history', 'history deploy yesterday', 'history me today'],
        right: 'view',
        run: (turn, { wish = '' }) => showHistory(deps, history, turn, wish),
      },
    ],
    actions: [
      defineAction({
        verb: 'history.older',
        operation: 'look',
        input: olderInput,
        run: async (turn, { id }) => {
          if (!mayAnywhere(deps.catalog(), turn.person.id, 'view')) throw cannotSee(deps.catalog(), {}, 'the history');
          const older = readOlder(id, 'history');
          return showHistory(deps, history, turn, older.words, older);
        },
      }),
    ],
    personalData: [personalData],
  };
  return { feature, ...history };
}

const dayMs = 86_400_000;

/** In a channel or group chat, what was asked there; in a personal chat, what this person asked anywhere. */
async function showHistory(
  deps: FeatureDependencies,
  history: Pick<HistoryStore, 'entries' | 'idle'>,
  turn: Turn,
  words: string,
  from?: Older,
): Promise<Reply> {
  const days = retentionDays(deps.catalog(), 'history');
  const now = deps.clock.now();
  const at = Math.min(now, from?.at ?? now);
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const filter = readHistoryFilter(words, deps.catalog(), turn.person.id, { now: at, timeZone });
  const alone = turn.place.kind === 'personal';
  await history.idle();
  const question = {
    ...(!alone && { place: turn.place.id }),
    person: turn.person.id,
    filter,
    keptSince: days === undefined ? 0 : now - days * dayMs,
    isSeen: seenIn(deps.catalog(), turn.person.id),
  };
  const page = await refuseOldCursor('history', searchHistory(history.entries, question, from?.cursor));
  const count = describeCount(page.count, page.isCountExact);
  const about = words === '' ? '' : `: ${plainText(words, 60)}`;
  return drawList(deps, turn, {
    kind: 'History',
    title: alone ? `Your commands${about}` : `Commands here${about}`,
    summary: `History: ${count}`,
    sentence:
      page.count === 0 && page.entries.length === 0
        ? '**Nothing matches.** Try fewer words, or another day.'
        : `**${count}**, newest first${from ? ' (continued)' : ''}.`,
    rows: page.entries.map((entry) => rowOf(entry, alone, now, timeZone)),
    more: page.isInPart ? shownInPart : '',
    actions: showOlder('history.older', { words, at, cursor: page.older }),
    footer: `${days === undefined ? 'Kept forever' : `Kept for ${plural(days, 'day')}`} · ${footerTime(now, timeZone)} · ref\u00A0${turn.reference}`,
  });
}

function rowOf(entry: HistoryEntry, alone: boolean, now: number, timeZone: string) {
  const { meant, placeName, personName, outcome, came, at } = entry;
  const said = describeSaid(entry);
  const { glyph, color } = markOf(outcome);
  return {
    glyph,
    color,
    name: cleanText(meant === undefined ? said : `${said}, which means ${meant}`, 200),
    words: `${cleanText(alone ? `in ${placeName}` : personName, 60)} · ${describeEnd(outcome, cleanText(came, 200))}`,
    when: describeMoment(at, now, timeZone),
  };
}

function describeEnd(outcome: string, came: string): string {
  if (came === '' || outcome === 'not understood') return outcome;
  // The answer says what was done.
  if (markOf(outcome) === statuses.done) return `“${came}”`;
  const ended = outcome === 'refused' ? 'not done' : outcome;
  return came.toLowerCase().startsWith(ended) ? `“${came}”` : `${ended}: “${came}”`;
}

function markOf(outcome: string): { readonly glyph: string; readonly color: string } {
  if (outcome === 'refused') return statuses.refused;
  if (outcome === 'failed') return statuses.failed;
  if (outcome === 'unclear') return statuses.unclear;
  if (outcome === 'waits for approval' || outcome === 'waits for confirmation') return statuses.waiting;
  return outcome === 'not understood' || outcome === 'asked back' ? statuses.unknown : statuses.done;
}
