import { defineAction } from '../../chat/contract';
import type { CardContent, Feature, Reply, Turn } from '../../chat/contract';
import { requireEverywhere, unknownName } from '../../core/catalog/refusals';
import { cleanText, enumerate, plainText } from '../../core/text';
import { footerTime, timeOfDay, weekdayAndDay } from '../../core/time/clock';
import type { AuditEntry } from '../../store/contract';
import type { Catalog } from '../../core/catalog';
import { timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import { describeCount, olderInput, readOlder, refuseOldCursor, showOlder } from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import { UserError } from '../../core/errors';
import type { AskedWhen } from '../../core/time/typed/moment';
import { readFilter } from '../../core/time/filter';
import { describeUnread } from '../../core/time/typed/moment';
import type { Deployments } from '../deployments';
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
          operation: 'look',
          synonyms: ['audits', 'who did'],
          summary: 'Search the audit log',
          topic: 'Look',
          arguments: [
            { name: 'filter', kind: 'phrase', summary: 'who, what, a service, D-1042, today, since=2026-11-20' },
          ],
          examples: ['audit today', 'audit who=me', 'audit what=approve since=2026-11-20', 'audit D-1042'],
          right: 'audit',
          inManifest: true,
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
      ],
    },
  };
}

async function showAudit(parts: AuditParts, turn: Turn, text: string, from?: Older): Promise<Reply> {
  const { deps, deployments, features } = parts;
  const catalog = deps.catalog();
  // An entry doesn't say which service it is about, so the log is read whole or not at all.
  requireEverywhere(catalog, turn.person.id, { right: 'audit', what: 'read the audit log' });
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const at = Math.min(now, from?.at ?? now);
  const { said, ...filter } = readAuditFilter(text, catalog, turn.person.id, { now: at, timeZone });
  const search = deps.store.audit.search({ ...filter, limit: shownRows, ...(from && { cursor: from.cursor }) });
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
          : `**${count}**, newest first${from ? ', an older part' : ''}.`,
      days: drawDays(page.entries, (entry) => describeLine(entry, features(), names), timeZone, now),
      more: page.older === undefined && from ? 'That is the oldest part.' : '',
      actions: showOlder('audits.older', { words: text, at, cursor: page.older }),
      footer: `${footerTime(now, timeZone)} · ref\u00a0${turn.reference} · check it with npx gavel audit verify`,
    },
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

/** `who=dana what=approve shop production today since=2026-11-20`, read into a filter. Pure. */

interface TypedAuditFilter {
  readonly who?: string;
  /** Part of what was done: `approve` finds `approvals.approve`. */
  readonly what?: string;
  /** Every one of these stands in the target or in what was done. */
  readonly words: readonly string[];
  readonly since?: number;
  readonly until?: number;
  /** `shop, today`; empty for no filter. */
  readonly said: string;
}

const longestFilter = 500;
const fillers = new Set(['in', 'of', 'for', 'on', 'the', 'by', 'to', 'from', 'and']);
const targetKeys = new Set(['target', 'service', 'environment', 'in']);

/** Reads the words after `audit` by the clock of whoever asks; refuses what it does not understand, with what it would. */
export function readAuditFilter(text: string, catalog: Catalog, personId: string, asked: AskedWhen): TypedAuditFilter {
  const typed = text.slice(0, longestFilter);
  const { range, rest, unread } = readFilter(typed, asked);
  if (unread) throw new UserError(describeUnread(unread, 'nothing was looked up', '`since=2026-11-20` or `yesterday`'));
  let filter: TypedAuditFilter = { words: [], said: cleanText(typed, 80).trim(), ...range };
  for (const { key, value } of rest) {
    const plain = cleanText(value, 80).replace(/[,;]$/, '');
    if (plain !== '') filter = { ...filter, ...partOf(key, plain, filter, catalog, personId) };
  }
  if (filter.who !== undefined) return filter;
  const person = personIn(catalog, filter.words, personId);
  return person ? { ...filter, who: person.who, words: person.rest } : filter;
}

function partOf(
  key: string | undefined,
  value: string,
  filter: TypedAuditFilter,
  catalog: Catalog,
  personId: string,
): Partial<TypedAuditFilter> {
  const word = value.toLowerCase();
  if (key === 'who' || key === 'by') return { who: personOf(catalog, word, personId) };
  if (key === 'what') return { what: word };
  if (key === undefined) return fillers.has(word) ? {} : { words: [...filter.words, word] };
  if (targetKeys.has(key)) return { words: [...filter.words, word] };
  throw new UserError(
    `I can't filter by ${cleanText(key, 20)}. Use who=, what=, since=, until= or the name of a service.`,
  );
}

/** Those of the catalog whom a word names: by key, first name or whole name. */
function peopleCalled({ people }: Catalog, word: string) {
  return Object.entries(people).filter(([key, person]) => {
    const name = person.name.toLowerCase();
    return key === word || name === word || name.split(/\s+/).includes(word);
  });
}

/** The one person whom a word names, also `me`, or Gavel itself. */
function personOf(catalog: Catalog, word: string, personId: string): string {
  if (word === 'me') return personId;
  if (word === 'gavel') return 'gavel';
  const [first, ...others] = peopleCalled(catalog, word);
  const names = Object.values(catalog.people).map(({ name }) => name);
  if (!first) throw unknownName('person', word, [...names, 'me', 'gavel'], 'nothing is shown');
  if (others.length === 0) return first[1].id;
  const keys = [first, ...others].slice(0, 6).map(([key]) => key);
  throw new UserError(`More than one person is called that: ${enumerate(keys, 'or')}. Say which.`);
}

/**
 * The one person that bare words of a filter name: by mention or whole name, by key, or by a first name that only one has. A word that names a
 * service or an environment stays what it is.
 */
function personIn(
  catalog: Catalog,
  words: readonly string[],
  me: string,
): { readonly who: string; readonly rest: readonly string[] } | undefined {
  for (const { id, name } of Object.values(catalog.people)) {
    const parts = name.toLowerCase().split(/\s+/);
    const at = words.findIndex((_, index) => parts.every((part, offset) => words[index + offset] === part));
    if (at >= 0) return { who: id, rest: words.toSpliced(at, parts.length) };
  }
  for (const [at, word] of words.entries()) {
    if (Object.hasOwn(catalog.services, word) || Object.hasOwn(catalog.environments, word)) continue;
    const called = peopleCalled(catalog, word);
    const found = called.find(([key]) => key === word) ?? (called.length === 1 ? called[0] : undefined);
    const who = word === 'me' ? me : word === 'gavel' ? 'gavel' : found?.[1].id;
    if (who !== undefined) return { who, rest: words.toSpliced(at, 1) };
  }
  return undefined;
}
