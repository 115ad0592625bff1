import type { CardContent } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { StatusName } from '../../core/card';
import { pipelineAddress } from '../../core/catalog/pipelines';
import { describeReach } from '../../core/catalog/rights';
import { cleanText, linkTo, plainText, webAddress } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { Approvals, Fact, SubjectFacts } from '../approvals';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { RunApproval } from './contract';
import { choicesFor, describeAsks } from './parse';
import { describeRunApproval, titleOf } from './text';
import { runApprovalLabel } from './workflow';

/** The one card of a step that waits in an outside system: that of its approval while Gavel's people decide, and how it ended after that. */

interface RunApprovalCardParts {
  readonly deps: Pick<FeatureDependencies, 'catalog' | 'systems' | 'clock'>;
  readonly approvals: Pick<Approvals, 'card'>;
}

/** The topic of these cards. */
export const runApprovalTopic = (id: string): string => `run-approval:${id}`;
/** The key of its one card in the outbox. */
export const runApprovalCardKey = (id: string): string => `${runApprovalTopic(id)}:card`;

/** Without a viewer, the card for everybody in a channel. */
export async function runApprovalCard(
  { deps, approvals }: RunApprovalCardParts,
  id: string,
  approval: RunApproval,
  viewer: string | undefined,
): Promise<CardContent> {
  const base = await approvals.card(id, viewer);
  const now = deps.clock.now();
  const { timeZone } = deps.catalog();
  const tool = plainText(deps.systems.titleOf(approval.connection), 40);
  const sentence = describeRunApproval(approval, { tool, now, timeZone });
  if (base && sentence === undefined) return base;
  const title = plainText(titleOf(approval), 120);
  const summary = `${cleanText(titleOf(approval), 120)}: ${approval.state}`;
  const state = bandState(statusOf(approval));
  const told = sentence ?? `**Waiting for a decision in ${tool}.**`;
  const kind = kindOf(id, tool);
  if (!base) {
    const reference = approval.correlationId.slice(0, 8);
    const open = linkTo(webAddress(approval.url), `Open it in ${tool}`);
    const link = webAddress(approval.url) === '' ? '' : ` ${open}.`;
    return drawList(deps, { reference }, { kind, state, title, summary, sentence: `${told}${link}` });
  }
  const isByPeople = approval.decision !== undefined;
  return {
    ...base,
    data: {
      ...base.data,
      ...{ kind, state, title, summary, sentence: told, life: [], choices: [], notReached: '' },
      approvals: isByPeople ? base.data.approvals : [],
      facts: [...base.data.facts.slice(0, 1), ...factsOf(deps, approval)],
      viewer: { canDecide: false, note: '' },
      refreshFor: [],
    },
  };
}

const kindOf = (id: string, tool: string): string => `Approval ${runApprovalLabel(id)} in ${tool}`;

const statusNames: Readonly<Record<RunApproval['state'], StatusName>> = {
  waiting: 'waiting',
  deciding: 'running',
  approved: 'approved',
  rejected: 'rejected',
  'decided there': 'approved',
  expired: 'expired',
  ended: 'cancelled',
  refused: 'refused',
  unsent: 'unclear',
};

function statusOf({ state, end }: RunApproval): StatusName {
  if (state !== 'decided there') return statusNames[state];
  return end?.approves === false ? 'rejected' : 'approved';
}

function factsOf({ catalog, systems, clock }: RunApprovalCardParts['deps'], approval: RunApproval): readonly Fact[] {
  const { title, url, origin, connection, pipeline, target, waitingSince, asks = [] } = approval;
  const since = describeMoment(waitingSince, clock.now(), catalog().timeZone);
  const run = linkTo(webAddress(url), plainText(title, 120));
  return [
    { title: 'Run', value: origin === undefined ? run : `${run} (${plainText(origin, 20)})` },
    { title: 'Pipeline', value: plainText(pipelineAddress(connection, pipeline), 120) },
    ...(target ? [{ title: 'Service', value: plainText(describeReach(target), 80) }] : []),
    { title: 'Waits\u00A0in', value: `${plainText(systems.titleOf(connection), 40)} since ${since}` },
    ...(asks.length > 0 ? [{ title: 'Approval\u00A0sets', value: describeAsks(asks) }] : []),
  ];
}

/** What the approval shows about it while people decide. */
export function subjectFactsOf(deps: RunApprovalCardParts['deps'], id: string, approval: RunApproval): SubjectFacts {
  const tool = plainText(deps.systems.titleOf(approval.connection), 40);
  return {
    kind: kindOf(id, tool),
    title: titleOf(approval),
    label: runApprovalLabel(id),
    nothingIs: 'approved',
    approveTitle: 'Approve',
    rejecting: `**${tool} will record the rejection, too**, with your name and your reason.`,
    facts: factsOf(deps, approval),
    choices: choicesFor(approval.asks),
  };
}
