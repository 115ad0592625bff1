import type { Turn } from '../../../chat/contract';
import { failureOutcomes, readRecordFilter } from '../../../core/catalog/record-filter';
import type { RecordFilter } from '../../../core/catalog/record-filter';
import { cannotSee } from '../../../core/catalog/refusals';
import { mayAnywhere } from '../../../core/catalog/rights';
import { cleanText } from '../../../core/text';
import { describeCount } from '../../../core/text/older-entries';
import type { Older } from '../../../core/text/older-entries';
import { cursorAfter } from '../../../store/contract';
import type { Query, Stored } from '../../../store/contract';
import { timeZoneOf } from '../../contract';
import type { ExportedLine, ExportedList } from '../../exports';
import { mayView } from '../commands';
import type { Deployment } from '../contract';
import type { PickerParts } from '../picker/facts';
import { labelOf, targetKey } from '../store';

/** Which deployments somebody wants to see, read from the store: a page of them, or all of them to export. */

export type ListParts = Pick<PickerParts, 'deps' | 'deployments'>;

const shownDeployments = 10;
/** Once a page is full, so many more are looked at to count them. */
const maxLookedAt = 2_000;

/** The states of a deployment, by the words that people type for its outcome. */
const deploymentOutcomes = {
  ...failureOutcomes,
  succeeded: ['succeeded'],
  successful: ['succeeded'],
  canceled: ['cancelled', 'canceled'],
  cancelled: ['cancelled', 'canceled'],
  rejected: ['rejected'],
  expired: ['expired'],
  superseded: ['superseded'],
  unclear: ['unclear'],
  running: ['running', 'verifying'],
  waiting: ['requested', 'awaiting approval', 'approved'],
  pending: ['requested', 'awaiting approval', 'approved'],
};

const kinds: ReadonlyMap<string, (deployment: Deployment) => boolean> = new Map([
  ...['rollback', 'rollbacks'].map((word) => [word, ({ kind }: Deployment) => kind === 'rollback'] as const),
  ...['emergency', 'emergencies'].map((word) => [word, ({ emergency }: Deployment) => emergency === true] as const),
]);

function isWanted(deployment: Deployment, { person, number, outcomes, words }: RecordFilter): boolean {
  return (
    (person === undefined || deployment.requester.id.toLowerCase() === person.toLowerCase()) &&
    (number === undefined || labelOf(deployment) === number) &&
    (outcomes === undefined || outcomes.includes(deployment.state)) &&
    words.every((word) => kinds.get(word)?.(deployment) ?? true)
  );
}

/** What is asked, read in the person's own time zone. Throws `UserError` for a word that means nothing here, and for whoever may view nothing. */
export async function readListFilter({ deps }: ListParts, { person }: Turn, words: string, at: number) {
  const catalog = deps.catalog();
  if (!mayAnywhere(catalog, person.id, 'view')) throw cannotSee(catalog, {}, 'deployments');
  const timeZone = await timeZoneOf(deps, person.id);
  const filter = readRecordFilter(words, {
    ...{ catalog, personId: person.id, asked: { now: at, timeZone } },
    outcomes: deploymentOutcomes,
    isSearched: (word) => kinds.has(word),
    example: 'deployments shop yesterday',
  });
  return { filter, timeZone };
}

/** What the store narrows down: service, environment and time, newest first. */
function queryOf({ service, environment, since, until }: RecordFilter): Omit<Query, 'cursor' | 'limit'> {
  return {
    where: {
      ...(service !== undefined && environment !== undefined
        ? { target: targetKey({ service, environment }) }
        : { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) }),
      ...((since ?? until) !== undefined && {
        requestedAt: { ...(since !== undefined && { atLeast: since }), ...(until !== undefined && { atMost: until }) },
      }),
    },
    orderBy: 'requestedAt',
    descending: true,
  };
}

/** A page of what matches, the newest first; the store narrows by service, environment and time, the rest is narrowed here. */
export async function searchDeployments(
  { each }: Pick<ListParts['deployments'], 'each'>,
  filter: RecordFilter,
  cursor: string | undefined,
  isSeen: (deployment: Deployment) => boolean,
) {
  const query = queryOf(filter);
  const found: Stored<Deployment>[] = [];
  for await (const stored of each({ ...query, ...(cursor !== undefined && { cursor }) })) {
    if (isWanted(stored.value, filter) && isSeen(stored.value)) found.push(stored);
    if (found.length > shownDeployments) break;
  }
  let count = 0;
  let looked = 0;
  let isInPart = false;
  let isCountExact = true;
  for await (const { value } of each(query)) {
    if (++looked > maxLookedAt && found.length > 0) {
      isCountExact = false;
      break;
    }
    if (!isWanted(value, filter)) continue;
    if (isSeen(value)) count += 1;
    else isInPart = true;
  }
  const last = found.length > shownDeployments ? found[shownDeployments - 1] : undefined;
  const older = last && cursorAfter(last.value.requestedAt, last.id);
  return {
    found: found.slice(0, shownDeployments),
    count: Math.max(count, found.length),
    isCountExact,
    isInPart,
    older,
  };
}

const columns = [
  'number',
  'kind',
  'service',
  'environment',
  'version',
  'commit',
  'replaces',
  'state',
  'requestedBy',
  'approvedBy',
  'requestedAt',
  'startedAt',
  'changedAt',
  'reason',
] as const;
type Line = ExportedLine<(typeof columns)[number]>;

/** The deployments as a list to export. */
export function deploymentsList(parts: ListParts): ExportedList<keyof Line> {
  return {
    feature: 'deployments',
    command: 'deployments',
    fileName: 'deployments',
    title: 'Deployments',
    describeCount: (count) => describeCount(count, true, 'deployment'),
    columns,
    read: (turn, asked, leaveOut) => readLines(parts, turn, asked, leaveOut),
  };
}

async function* readLines(
  parts: ListParts,
  turn: Turn,
  { words, at }: Older,
  leaveOut: () => void,
): AsyncGenerator<Line> {
  const { deps, deployments } = parts;
  const catalog = deps.catalog();
  const { filter } = await readListFilter(parts, turn, words, Math.min(deps.clock.now(), at));
  for await (const { value } of deployments.each(queryOf(filter))) {
    if (!isWanted(value, filter)) continue;
    if (mayView(catalog, turn.person.id, value)) yield lineOf(value);
    else leaveOut();
  }
}

const iso = (at: number | undefined): string => (at === undefined ? '' : new Date(at).toISOString());

/** All times in UTC, as ISO 8601. */
function lineOf(deployment: Deployment): Line {
  const { kind, service, environment, version, commit, replaces, state, requester, approvedBy } = deployment;
  return {
    number: labelOf(deployment),
    kind: deployment.emergency ? `emergency ${kind}` : kind,
    service,
    environment,
    version: cleanText(version),
    commit: cleanText(commit),
    replaces: cleanText(replaces?.version ?? ''),
    state,
    requestedBy: cleanText(requester.name),
    approvedBy: approvedBy.map(({ name }) => cleanText(name)).join('; '),
    requestedAt: iso(deployment.requestedAt),
    startedAt: iso(deployment.run?.startedAt),
    changedAt: iso(deployment.stateSince),
    reason: cleanText(deployment.reason, 500),
  };
}
