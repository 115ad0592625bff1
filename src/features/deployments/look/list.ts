import { cannotSee } from '../../../core/catalog/refusals';
import { defineAction } from '../../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { bandState, statuses } from '../../../core/card';
import { failureOutcomes, readRecordFilter } from '../../../core/catalog/record-filter';
import type { RecordFilter } from '../../../core/catalog/record-filter';
import { mayAnywhere, shownInPart } from '../../../core/catalog/rights';
import { cleanText, plainText } from '../../../core/text';
import { describeCount, olderInput, readOlder, refuseOldCursor, showOlder } from '../../../core/text/older-entries';
import type { Older } from '../../../core/text/older-entries';
import { describeMoment, footerTime } from '../../../core/time/clock';
import { cursorAfter } from '../../../store/contract';
import type { Query, Stored } from '../../../store/contract';
import { timeZoneOf } from '../../contract';
import { mayView } from '../commands';
import type { Deployment } from '../contract';
import type { PickerParts } from '../picker/facts';
import { describeDeployment, isFinal, isRollingBack, labelOf, targetKey } from '../store';
import { statusOf } from '../text';

/** `deployments by dana failed in production today`: what was deployed, over all that is kept. */

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

export function listCommand(parts: ListParts, services: readonly string[]): Command {
  return {
    name: 'deployments',
    phrasings: [
      '{filter:service} deployments [{filter}]',
      '{filter:environment} deployments [{filter}]',
      'what changed|happened [in|on|with|to|for] [{filter}]',
      'what [was|got|has been|did we] deployed|deploy|released|release|shipped|ship [to|in|on] [{filter}]',
      'what {filter:person} deployed|shipped|released [{filter}]',
      'what did {filter:person} deploy|ship|release [{filter}]',
      'did {filter:person} deploy|ship|release [{filter}]',
      'did anyone|anybody|someone|somebody deploy|ship|release [to] [{filter}]',
      'when was {filter:service} [last] deployed|updated [to|in|on] [{filter:environment}]',
      'when did we [last] deploy|ship|release [{filter}]',
      'last|latest|recent deployment|deployments|deploy [of|for|to|in] [{filter}]',
      'list deployments [of|for|to|in] [{filter}]',
      'who released [{filter}]',
      'what is the status|state of {filter:deployment}',
      'status|state of {filter:deployment}',
      'how is {filter:deployment} [going|doing]',
      'is {filter:deployment} done|finished|live|running|ready',
      'did {filter:deployment} work|succeed|fail',
      '{filter:deployment}',
      { say: 'what|which|anything failed|fail [in|on|with] [{filter}]', fixed: { filter: 'failed' } },
      { say: 'which|what deployments|releases failed [in|on] [{filter}]', fixed: { filter: 'failed' } },
      { say: 'did anything|something fail [in|on|to] [{filter}]', fixed: { filter: 'failed' } },
      { say: 'any failed|failures|failure|errors [in|on] [{filter}]', fixed: { filter: 'failed' } },
      {
        say: 'what|which was|got|deployments|were|has|have|been rolled back [in|on] [{filter}]',
        fixed: { filter: 'rolled back' },
      },
      { say: 'who rolled back [{filter}]', fixed: { filter: 'rolled back' } },
      { say: 'what is deploying|rolling [out] [in|to|on] [{filter}]', fixed: { filter: 'running' } },
      { say: 'is anything|something|anyone deploying [in|to|on] [{filter}]', fixed: { filter: 'running' } },
    ],
    isInFront: true,
    operation: 'look',
    synonyms: ['deploys', 'who deployed', 'who shipped', 'what was deployed'],
    summary: 'List deployments and how they ended',
    shows: ['deployments'],
    topic: 'Ship',
    arguments: [
      { name: 'filter', kind: 'phrase', summary: 'a person, service, environment, outcome or time, in any order' },
    ],
    examples: [
      'deployments',
      ...services.map((service) => `deployments ${service}`),
      'deployments failed in production today',
    ],
    right: 'view',
    run: (turn, args) => listDeployments(parts, turn, args['filter'] ?? ''),
  };
}

export function listAction(parts: ListParts): Action {
  return defineAction({
    verb: 'deployments.older',
    operation: 'look',
    input: olderInput,
    run: async (turn, { id }) => {
      if (!mayAnywhere(parts.deps.catalog(), turn.person.id, 'view'))
        throw cannotSee(parts.deps.catalog(), {}, 'deployments');
      const older = readOlder(id, 'deployments');
      return listDeployments(parts, turn, older.words, older);
    },
  });
}

async function listDeployments(
  { deps, deployments }: ListParts,
  turn: Turn,
  text: string,
  from?: Older,
): Promise<Reply> {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const at = Math.min(now, from?.at ?? now);
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const filter = readRecordFilter(text, {
    ...{ catalog, personId: turn.person.id, asked: { now: at, timeZone } },
    outcomes: deploymentOutcomes,
    isSearched: (word) => kinds.has(word),
    example: 'deployments shop yesterday',
  });
  const search = searchDeployments(deployments, filter, from?.cursor, (each) => mayView(catalog, turn.person.id, each));
  const page = await refuseOldCursor('deployments', search);
  const about = plainText(filter.title, 100);
  if (page.count === 0 && about === '') return { notice: 'There are no deployments yet. Write deploy to request one.' };
  const count = describeCount(page.count, page.isCountExact, 'deployment');
  const open = page.found.filter(({ value }) => !isFinal(value)).length;
  const title = about === '' ? 'Latest deployments' : about;
  const latest = page.found.slice(0, 3).map(({ value }) => `${labelOf(value)} ${value.state}`);
  return {
    card: 'deployments/list',
    data: {
      kind: 'Deployments',
      state: { ...bandState(open > 0 ? 'running' : 'draft'), word: open > 0 ? `${open} not finished` : 'None running' },
      title,
      summary: `${title}: ${page.count === 0 ? 'nothing matches' : latest.join(', ')}`,
      sentence:
        page.count === 0
          ? '**Nothing matches.** Try fewer words, or another day.'
          : `**${count}**, newest first${from ? ' (continued)' : ''}. Choose one to see its card.`,
      rows: page.found.map(({ id, value }) => row(id, value, now, timeZone)),
      more: page.isInPart ? shownInPart : '',
      actions: showOlder('deployments.older', { words: text, at, cursor: page.older }),
      footer: `As of ${footerTime(now, timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

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

/** A page of what matches, the newest first; the store narrows by service, environment and time, the rest is narrowed here. */
async function searchDeployments(
  { each }: Pick<ListParts['deployments'], 'each'>,
  filter: RecordFilter,
  cursor: string | undefined,
  isSeen: (deployment: Deployment) => boolean,
) {
  const { service, environment, since, until } = filter;
  const query: Omit<Query, 'cursor' | 'limit'> = {
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

function row(id: string, deployment: Deployment, now: number, timeZone: string) {
  const { glyph, color, word } = statuses[isRollingBack(deployment) ? 'rolled back' : statusOf(deployment.state)];
  const since = describeMoment(deployment.stateSince, now, timeZone);
  const said = isRollingBack(deployment) ? 'Rolling back' : word;
  return {
    id,
    glyph,
    color,
    title: describeDeployment(deployment),
    detail: `${said} ${isFinal(deployment) ? 'at' : 'since'} ${since}, requested by ${cleanText(deployment.requester.name, 60)}`,
    number: labelOf(deployment),
    open: `Open ${labelOf(deployment)}`,
  };
}
