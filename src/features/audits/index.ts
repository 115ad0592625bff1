import { defineAction } from '../../chat/contract';
import type { Action, CardContent, Feature, Reply, Turn } from '../../chat/contract';
import { failureOutcomes, readRecordFilter } from '../../core/catalog/record-filter';
import type { RecordFilter } from '../../core/catalog/record-filter';
import { requireEverywhere } from '../../core/catalog/refusals';
import { cleanText, plainText } from '../../core/text';
import {
  describeCount,
  olderId,
  olderInput,
  readOlder,
  refuseOldCursor,
  showOlder,
} from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import { footerTime, timeOfDay, weekdayAndDay } from '../../core/time/clock';
import type { AuditEntry, AuditFilter } from '../../store/contract';
import { timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { sendExport } from './effects';
import type { ExportFormat } from './effects';
import { describeLine, isDamaged, readNames } from './text';
import type { Describers } from './text';

/** `audit [filter]`: who did what, when, and what came of it. Reads only. */

const shownRows = 15;
const dayMs = 86_400_000;

interface AuditNeeds {
  readonly deployments: Pick<Deployments, 'find'>;
  /** All features, each of which describes the lines that it writes. Asked late, when everything is there. */
  readonly features: () => readonly Describers[];
}

interface AuditParts extends AuditNeeds {
  readonly deps: FeatureDependencies;
}

/** The command `audit` and its pages. */
export function createAudits(deps: FeatureDependencies, needs: AuditNeeds): { feature: Feature } {
  const parts = { deps, ...needs };
  return {
    feature: {
      name: 'audits',
      commands: [
        {
          name: 'audit',
          phrasings: [
            'audit log|trail [{filter}]',
            { say: 'who restarted {filter}', fixed: { filter: 'restart' } },
            { say: 'who froze {filter}', fixed: { filter: 'frozen' } },
            { say: 'who changed [the] roles|permissions|rights [of] [{filter}]', fixed: { filter: 'roles' } },
            'what did {filter:person} do [{filter}]',
            'who changed what [{filter}]',
          ],
          isInFront: true,
          operation: 'look',
          synonyms: ['audits', 'who did'],
          summary: 'Search the audit log',
          topic: 'Look',
          arguments: [
            {
              name: 'filter',
              kind: 'phrase',
              summary: 'a person, service, environment, outcome or time, in any order',
            },
          ],
          examples: ['audit today', 'audit me last week', 'audit production failed yesterday', 'audit D-1042'],
          right: 'audit',
          run: (turn, args) => showAudit(parts, turn, args['filter'] ?? ''),
        },
      ],
      actions: [
        defineAction({
          verb: 'audits.older',
          operation: 'look',
          input: olderInput,
          run: async (turn, { id }) => {
            const older = readOlder(id, 'audit');
            return showAudit(parts, turn, older.words, older);
          },
        }),
        exportAction(parts, 'csv'),
        exportAction(parts, 'json'),
      ],
    },
  };
}

function exportAction(parts: AuditParts, format: ExportFormat): Action {
  return defineAction({
    verb: `audits.export-${format}`,
    operation: 'look',
    input: olderInput,
    run: async (turn, { id }) => exportLines(parts, turn, format, readOlder(id, 'audit')),
  });
}

/** So many lines are read for an export; more never fit into its messages. */
const maxExported = 1_000;

async function exportLines(parts: AuditParts, turn: Turn, format: ExportFormat, { words, at }: Older): Promise<Reply> {
  const { deps, deployments, features } = parts;
  const { filter, timeZone } = await readQuestion(parts, turn, words, Math.min(deps.clock.now(), at));
  const page = await deps.store.audit.search({ ...filter, limit: maxExported });
  const names = await readNames(deps, deployments, page.entries, timeZone);
  const lines = page.entries.map((entry) => {
    const { who, text } = describeLine(entry, features(), names);
    const { what, target, outcome } = entry;
    return { at: new Date(entry.at).toISOString(), who, sentence: text, what, target, outcome };
  });
  return sendExport(deps, turn, format, lines, page.older === undefined);
}

/** What is asked, checked and read. An entry doesn't say which service it is about, so the log is read whole or not at all. */
async function readQuestion({ deps, features }: AuditParts, turn: Turn, text: string, at: number) {
  const catalog = deps.catalog();
  requireEverywhere(catalog, turn.person.id, { right: 'audit', what: 'read the audit log' });
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const { title, ...filter } = readRecordFilter(text, {
    catalog,
    personId: turn.person.id,
    asked: { now: at, timeZone },
    outcomes: auditOutcomes,
    isSearched: isDone(features()),
    example: 'audit dana yesterday',
  });
  return { title, filter: auditFilter(filter), timeZone };
}

async function showAudit(parts: AuditParts, turn: Turn, text: string, from?: Older): Promise<Reply> {
  const { deps, deployments, features } = parts;
  const now = deps.clock.now();
  const at = Math.min(now, from?.at ?? now);
  const { title: said, filter, timeZone } = await readQuestion(parts, turn, text, at);
  const search = deps.store.audit.search({
    ...filter,
    limit: shownRows,
    ...(from && { cursor: from.cursor }),
  });
  const page = await refuseOldCursor('audit', search);
  const count = describeCount(page.count, page.isCountExact);
  const names = await readNames(deps, deployments, page.entries, timeZone);
  return {
    card: 'audits/list',
    data: {
      kind: 'Audit log',
      title: said === '' ? 'Everything' : plainText(said, 80),
      summary: `Audit log: ${count}${said === '' ? '' : `, ${cleanText(said, 80)}`}`,
      sentence:
        page.count === 0
          ? '**Nothing matches.** Try fewer words, or another day.'
          : `**${count}**, newest first${from ? ' (continued)' : ''}.`,
      days: drawDays(page.entries, (entry) => describeLine(entry, features(), names), timeZone, now),
      more: page.older === undefined && from ? 'There are no older entries.' : '',
      actions: [
        ...showOlder('audits.older', { words: text, at, cursor: page.older }),
        ...(page.count === 0 ? [] : exportButtons(text, at)),
      ],
      footer: `${footerTime(now, timeZone)} · ref\u00a0${turn.reference} · check it with npx gavel audit verify`,
    },
  };
}

function exportButtons(text: string, at: number) {
  // An export begins at the newest line, whatever page its button stands on.
  const id = olderId({ words: text.slice(0, 500), at, cursor: '-' });
  return [
    { title: 'Export as CSV', verb: 'audits.export-csv', id },
    { title: 'Export as JSON', verb: 'audits.export-json', id },
  ];
}

/** What the lines say about an outcome, by the words that people type. */
const auditOutcomes = {
  ...failureOutcomes,
  succeeded: ['succeeded', 'restarted'],
  refused: ['refused'],
  unclear: ['unclear'],
  rejected: ['rejected'],
  expired: ['expired', 'lapsed', 'ran out'],
  canceled: ['cancel', 'withdrawn', 'left'],
  cancelled: ['cancel', 'withdrawn', 'left'],
  superseded: ['superseded'],
  requested: ['requested', 'asked'],
  granted: ['granted'],
  revoked: ['revoked'],
  locked: ['locked'],
  unlocked: ['unlocked'],
  frozen: ['frozen'],
};

/** Whether a word is part of what can be done: `approve`, `approved` and `approvals`, `restart`, `emergency`. */
function isDone(features: readonly Describers[]): (word: string) => boolean {
  const doors = features.flatMap(({ name, commands = [], actions = [] }) => [
    name,
    ...commands.flatMap((command) => [command.name, ...(command.synonyms ?? [])]),
    ...actions.map(({ verb }) => verb),
  ]);
  return (word) => word.length > 2 && doors.some((door) => door.includes(stemOf(word)));
}

/** `approve` of `approved`, `restart` of `restarts`. */
function stemOf(word: string): string {
  return word
    .replace(/(?<=\w{4})(?:e?s|d)$/, (ending) => (ending === 'd' || ending === 'es' ? 'e' : ''))
    .replace(/(?<=\w{4})e$/, '');
}

function auditFilter({
  person,
  service,
  environment,
  number,
  outcomes,
  what,
  words,
  since,
  until,
}: Omit<RecordFilter, 'title'>): AuditFilter {
  return {
    names: [service, environment].flatMap((name) => name ?? []),
    words: [...words.map(stemOf), ...(number === undefined ? [] : [number])],
    ...(person !== undefined && { who: person }),
    ...(outcomes && { outcomes }),
    ...(what !== undefined && { what }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

type AuditDays = CardContent<'audits/list'>['data']['days'];

/** Lines under their day, as raw words for `TextRun`s. */
export function drawDays(
  entries: readonly AuditEntry[],
  describe: (entry: AuditEntry) => { readonly who: string; readonly text: string },
  timeZone: string,
  now: number,
): AuditDays {
  const days: { day: string; entries: AuditDays[number]['entries'][number][] }[] = [];
  for (const entry of entries) {
    const day = isDamaged(entry) ? 'No day known' : dayOf(entry.at, timeZone, now);
    if (days.at(-1)?.day !== day) days.push({ day, entries: [] });
    const { who, text } = describe(entry);
    const time = isDamaged(entry) ? '–' : timeOfDay(entry.at, timeZone);
    days.at(-1)?.entries.push({ time, who: cleanText(who, 60), text: cleanText(text, 300) });
  }
  return days;
}

/** `Today, Fri 20 Nov` */
function dayOf(at: number, timeZone: string, now: number): string {
  const day = weekdayAndDay(at, timeZone);
  if (now - at < dayMs && day === weekdayAndDay(now, timeZone)) return `Today, ${day}`;
  const year = new Date(at).getUTCFullYear();
  return year === new Date(now).getUTCFullYear() ? day : `${day} ${year}`;
}
