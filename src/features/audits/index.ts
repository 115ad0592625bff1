import type { Reply, Turn } from '../../chat/contract';
import { everywhereWords, requireEverywhere } from '../../core/require-right';
import { everything, personName } from '../../core/rights';
import { cleanText, plainText, plural } from '../../core/text';
import { dayAndMonth, footerTime, timeWithSeconds } from '../../core/time-words';
import type { AuditEntry } from '../../store/contract';
import type { Catalog } from '../../core/catalog';
import type { Feature, FeatureDependencies } from '../contract';
import { timeZoneOf } from '../time-zone';
import { parseFilter } from './filter';
import type { AuditWish } from './filter';

/** `audit [filter]`: who did what, when, and what came of it. Reads only. */

const shownRows = 15;
const readAtOnce = 1000;

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
          arguments: [{ name: 'filter', kind: 'phrase', summary: 'who=…, what=…, a service, today, since=2026-11-20' }],
          examples: ['audit today', 'audit who=me', 'audit what=approve since=2026-11-20'],
          right: 'audit',
          inManifest: true,
          run: (turn, args) => showAudit(deps, turn, args['filter'] ?? ''),
        },
      ],
    },
  };
}

async function showAudit(deps: FeatureDependencies, turn: Turn, text: string): Promise<Reply> {
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
  const wish = parseFilter(text, catalog, turn.person.id, { now, timeZone });
  const { who, since, until } = wish;
  const read = await deps.store.audit.read({ who, since, until, limit: readAtOnce });
  const found = read.filter((entry) => matches(entry, wish));
  const rows = found.slice(0, shownRows).map((entry) => rowOf(entry, catalog, timeZone, now));
  const title = wish.said === '' ? 'Who did what' : `Who did what: ${plainText(wish.said, 80)}`;
  const more = read.length >= readAtOnce;
  const count = `${plural(found.length, 'entry', 'entries')}`;
  return {
    card: 'audits/list',
    data: {
      kind: 'Audit',
      title,
      summary: `Audit: ${count}${wish.said === '' ? '' : ` for ${cleanText(wish.said, 80)}`}`,
      sentence:
        found.length === 0
          ? '**Nothing on record matches.** Try fewer words, or another day.'
          : `**${count}**, the newest first.`,
      rows,
      more: moreWords(found.length - rows.length, more),
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference} · verify with npx gavel audit verify`,
    },
  };
}

function matches({ what, target }: AuditEntry, wish: AuditWish): boolean {
  const place = target.toLowerCase();
  return (
    (wish.what === undefined || what.toLowerCase().includes(wish.what)) &&
    wish.words.every((word) => place.includes(word) || what.toLowerCase().includes(word))
  );
}

/** Raw words for `TextRun`s; names are looked up now, the record holds none. */
function rowOf(entry: AuditEntry, catalog: Catalog, timeZone: string, now: number): object {
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

function moreWords(hidden: number, bounded: boolean): string {
  const older = bounded ? `Only the newest ${readAtOnce} were looked at; since= and until= reach further.` : '';
  return [hidden > 0 ? `and ${hidden} more: say who, what or since when to see fewer.` : '', older]
    .filter(Boolean)
    .join(' ');
}
