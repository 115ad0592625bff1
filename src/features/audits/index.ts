import type { CardContent, Feature, Reply, Turn } from '../../chat/contract';
import { everywhereWords, requireEverywhere } from '../../core/catalog/refusals';
import { everything, personName } from '../../core/catalog/rights';
import { cleanText, plainText } from '../../core/text';
import { dayAndMonth, footerTime, timeWithSeconds } from '../../core/time/clock';
import type { AuditEntry } from '../../store/contract';
import type { Catalog } from '../../core/catalog';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { describeCount, olderInput, readOlder, refuseOldCursor, showOlder } from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import { timeZoneOf } from '../contract';
import { readAuditFilter } from './filter';

/** `audit [filter]`: who did what, when, and what came of it. Reads only. */

const shownRows = 15;

/** The command `audit` and its pages. */
export function createAudits(deps: FeatureDependencies): { feature: Feature } {
  return {
    feature: {
      name: 'audits',
      commands: [
        {
          name: 'audit',
          operation: 'look',
          synonyms: ['audits', 'who did'],
          summary: 'Who did what, and what came of it',
          topic: 'Look',
          arguments: [
            { name: 'filter', kind: 'phrase', summary: 'who, what, a service, D-1042, today, since=2026-11-20' },
          ],
          examples: ['audit today', 'audit who=me', 'audit what=approve since=2026-11-20', 'audit D-1042'],
          right: 'audit',
          inManifest: true,
          run: (turn, args) => showAudit(deps, turn, args['filter'] ?? ''),
        },
      ],
      actions: [
        defineAction({
          verb: 'audits.older',
          operation: 'look',
          input: olderInput,
          run: async (turn, { id }) => {
            const older = readOlder(id, 'audit');
            return showAudit(deps, turn, older.words, older);
          },
        }),
      ],
    },
  };
}

async function showAudit(deps: FeatureDependencies, turn: Turn, text: string, from?: Older): Promise<Reply> {
  const catalog = deps.catalog();
  // An entry doesn't say which service it is about, so the log is read whole or not at all.
  requireEverywhere(catalog, turn.person.id, {
    right: 'audit',
    scope: everything,
    what: 'read the audit log',
    where: everywhereWords,
  });
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const at = Math.min(now, from?.at ?? now);
  const { said, ...filter } = readAuditFilter(text, catalog, turn.person.id, { now: at, timeZone });
  const search = deps.store.audit.search({ ...filter, limit: shownRows, ...(from && { cursor: from.cursor }) });
  const page = await refuseOldCursor('audit', search);
  const count = describeCount(page.count, page.isCountExact);
  const title = said === '' ? 'Who did what' : `Who did what: ${plainText(said, 80)}`;
  return {
    card: 'audits/list',
    data: {
      kind: 'Audit',
      title,
      summary: `Audit: ${count}${said === '' ? '' : `, ${cleanText(said, 80)}`}`,
      sentence:
        page.count === 0
          ? '**Nothing on record matches.** Try fewer words, or another day.'
          : `**${count}**, the newest first${from ? ': an older part' : ''}.`,
      rows: page.entries.map((entry) => rowOf(entry, catalog, timeZone, now)),
      more: page.older === undefined && from ? 'That is the oldest part.' : '',
      actions: showOlder('audits.older', { words: text, at, cursor: page.older }),
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference} · verify with npx gavel audit verify`,
    },
  };
}

type AuditRow = CardContent<'audits/list'>['data']['rows'][number];

/** Raw words for `TextRun`s; names are looked up now, the record holds none. */
export function rowOf(entry: AuditEntry, catalog: Catalog, timeZone: string, now: number): AuditRow {
  // A line that can't be read was done by nobody and at no time that is known.
  if (entry.who === '' && entry.outcome === 'unreadable')
    return { what: 'A damaged line', target: '', who: "It can't be read", outcome: 'audit verify names it', time: '–' };
  const time = timeWithSeconds(entry.at, timeZone);
  const sameDay = dayAndMonth(entry.at, timeZone) === dayAndMonth(now, timeZone);
  return {
    what: cleanText(entry.what, 60),
    target: cleanText(entry.target, 80),
    who: entry.who === 'gavel' ? 'Gavel' : cleanText(personName(catalog, entry.who) ?? 'somebody no longer listed', 60),
    outcome: cleanText(entry.outcome, 100),
    time: sameDay ? time : `${dayAndMonth(entry.at, timeZone)}, ${time}`,
  };
}
