import { defineAction } from '../../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { bandState, statuses } from '../../../core/card';
import { shownInPart } from '../../../core/catalog/rights';
import { cleanText, plainText } from '../../../core/text';
import { describeCount, olderInput, readOlder, refuseOldCursor, showOlder } from '../../../core/text/older-entries';
import type { Older } from '../../../core/text/older-entries';
import { describeMoment, footerTime } from '../../../core/time/clock';
import { createExport } from '../../exports';
import { mayView } from '../commands';
import type { Deployment } from '../contract';
import { describeDeployment, describeState, isFinal, isRollingBack, labelOf } from '../store';
import { statusNow } from '../text';
import { deploymentsList, readListFilter, searchDeployments } from './search';
import type { ListParts } from './search';

/** `deployments by dana failed in production today`: past deployments, over everything that is kept. */

/** The command `deployments` with its buttons: its pages, and what takes the list along. */
export function createDeploymentsList(
  given: ListParts,
  services: readonly string[],
): { readonly command: Command; readonly actions: readonly Action[] } {
  const parts = { ...given, exported: createExport(given.deps, deploymentsList(given)) };
  return { command: listCommand(parts, services), actions: [olderAction(parts), ...parts.exported.actions] };
}

interface ShownParts extends ListParts {
  readonly exported: Pick<ReturnType<typeof createExport>, 'buttons' | 'answer'>;
}

function listCommand(parts: ShownParts, services: readonly string[]): Command {
  return {
    name: 'deployments',
    phrasings: [
      {
        say: 'export|download [all|the] deployments [of|for|to|in] [{filter}]',
        fixed: { filter: 'as csv' },
      },
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
      { name: 'filter', kind: 'phrase', summary: 'a person, service, environment, outcome, or time, in any order' },
    ],
    examples: [
      'deployments',
      ...services.map((service) => `deployments ${service}`),
      'deployments failed in production today',
      'deployments last week as csv',
    ],
    right: 'view',
    async run(turn, { filter = '' }) {
      const { exported, deps } = parts;
      return exported.answer(turn, filter, deps.clock.now()) ?? listDeployments(parts, turn, filter);
    },
  };
}

function olderAction(parts: ShownParts): Action {
  return defineAction({
    verb: 'deployments.older',
    operation: 'look',
    input: olderInput,
    run: async (turn, { id }) => {
      const older = readOlder(id, 'deployments');
      return listDeployments(parts, turn, older.words, older);
    },
  });
}

async function listDeployments(parts: ShownParts, turn: Turn, text: string, from?: Older): Promise<Reply> {
  const { deps, deployments, exported } = parts;
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const at = Math.min(now, from?.at ?? now);
  const { filter, timeZone } = await readListFilter(parts, turn, text, at);
  const search = searchDeployments(deployments, filter, from?.cursor, (each) => mayView(catalog, turn.person.id, each));
  const page = await refuseOldCursor('deployments', search);
  const about = plainText(filter.title, 100);
  if (page.count === 0 && about === '')
    return {
      notice: page.isInPart
        ? 'There are no deployments you can view.'
        : 'There are no deployments yet. Type `deploy` to request one.',
    };
  const count = describeCount(page.count, page.isCountExact, 'deployment');
  const open = page.found.filter(({ value }) => !isFinal(value)).length;
  const title = about === '' ? 'Latest deployments' : about;
  const latest = page.found.slice(0, 3).map(({ value }) => `${labelOf(value)} ${describeState(value.state)}`);
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
      actions: [
        ...showOlder('deployments.older', { words: text, at, cursor: page.older }),
        ...(page.count === 0 ? [] : exported.buttons(text, at)),
      ],
      footer: `As of ${footerTime(now, timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

function row(id: string, deployment: Deployment, now: number, timeZone: string) {
  const status = isRollingBack(deployment) ? 'rolled back' : statusNow(deployment);
  const { glyph, color, word } = statuses[status];
  const at = describeMoment(deployment.stateSince, now, timeZone);
  const said = isRollingBack(deployment) ? 'Rolling back' : word;
  // It may have been approved before anything held it.
  const since = status === 'held' || status === 'queued' ? `, approved at ${at}` : ` since ${at}`;
  return {
    id,
    glyph,
    color,
    title: describeDeployment(deployment),
    detail: `${said}${isFinal(deployment) ? ` at ${at}` : since}, requested by ${cleanText(deployment.requester.name, 60)}`,
    number: labelOf(deployment),
    open: `Open ${labelOf(deployment)}`,
  };
}
