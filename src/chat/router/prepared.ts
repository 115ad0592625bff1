import type { Catalog } from '../../core/catalog';
import { canChange } from '../../core/operations';
import { personName } from '../../core/catalog/rights';
import { bandState } from '../../core/card';
import { cleanText, plainText } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { CardContent, Command, Prepared, Turn } from '../contract';
import { lineAsRead } from '../mentions';

/** Lines that somebody else prepared: shown before they run with the permissions of whoever uses them. Pure. */

/** Whether it changes nothing yet: it only looks, or opens a form that asks. */
export function onlyShows({ operation, asksFirst }: Command): boolean {
  return !canChange(operation) || asksFirst === true;
}

/** Who prepared the line of a card, when it was not the person who clicks it. */
export function preparerOf(catalog: Catalog, turn: Turn, by: string | undefined): Omit<Prepared, 'line'> | undefined {
  if (by === undefined || by === turn.person.id) return undefined;
  const who = plainText(personName(catalog, by) ?? 'Somebody else', 60);
  return { title: 'A line from somebody else', by: `${who} wrote this line.` };
}

export function preparedCard(
  catalog: Catalog,
  turn: Turn,
  { title, by }: Omit<Prepared, 'line'>,
  line: string,
  now: number,
): CardContent {
  return {
    card: 'policy/list',
    data: {
      kind: 'Confirm first',
      state: bandState('draft'),
      title,
      summary: `${cleanText(title, 40)}: nothing was done yet, look at what it stands for`,
      sentence: `**Nothing has been done yet.** ${by} The line below would run with your permissions.`,
      rows: [
        {
          glyph: '○',
          color: 'Default',
          name: cleanText(withCatalogNames(catalog, lineAsRead(turn, line)), 1_000),
          words: 'As whoever runs it',
          when: '',
        },
      ],
      more: '',
      actions: [{ title: 'Run this line', verb: 'chat.run', id: line }],
      footer: `${footerTime(now, catalog.timeZone)} · ref ${turn.reference}`,
    },
  };
}

/** A line on a card names people by their ids; a reader knows them by name. */
function withCatalogNames({ people }: Catalog, line: string): string {
  return Object.values(people).reduce((words, { id, name }) => words.replaceAll(id, name), line);
}
