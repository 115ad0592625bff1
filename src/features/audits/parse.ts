import { failureOutcomes, readRecordFilter } from '../../core/catalog/record-filter';
import type { RecordFilter } from '../../core/catalog/record-filter';
import { requireEverywhere } from '../../core/catalog/refusals';
import type { Turn } from '../../chat/contract';
import type { AuditFilter } from '../../store/contract';
import { timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import type { Describers } from './text';

/** What somebody asks about the audit log. */

export interface AuditNeeds {
  readonly deployments: Pick<Deployments, 'find'>;
  /** All features, each of which describes the lines that it writes. Called only once everything is created. */
  readonly features: () => readonly Describers[];
}

export interface AuditParts extends AuditNeeds {
  readonly deps: FeatureDependencies;
}

/**
 * Parses and checks the question, and reads the entries. An entry doesn't say which service it is about, so people can read the whole log or nothing.
 */
export async function readQuestion({ deps, features }: AuditParts, turn: Turn, text: string, at: number) {
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

/** The outcomes in the lines, by the words that people type. */
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

/** Whether a word is part of something that can be done: `approve`, `approved` and `approvals`, `restart`, `emergency`. */
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
