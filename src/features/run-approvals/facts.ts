import type { Person } from '../../chat/contract';
import type { WaitingRun, WaitingStep } from '../../connectors/contract';
import { contributorIds } from '../../core/catalog/authors';
import { personName } from '../../core/catalog/rights';
import { cleanText } from '../../core/text';
import type { Announcements } from '../announcements';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { labelOf } from '../deployments';
import type { Deployments } from '../deployments';
import type { StartedRuns } from '../runs';
import type { RunApproval } from './contract';

/** Who started a run that waits, and where its approval is shown. */

export interface RunApprovalParts {
  readonly deps: FeatureDependencies;
  readonly approvals: Approvals;
  readonly announcements: Pick<Announcements, 'placeOf'>;
  readonly deployments: Pick<Deployments, 'inState' | 'onWait' | 'redraw'>;
  readonly runs: StartedRuns;
}

/** What Gavel started it for. */
interface Origin {
  readonly label: string;
  readonly requester: Person;
  readonly placeId: string;
  readonly thread: string | undefined;
}

const maxDeployments = 1_000;

/** The open deployment that this is the run of; undefined if it's of none. */
export async function findDeployment({ deployments }: RunApprovalParts, connection: string, runId: string) {
  const open = await deployments.inState(['running', 'unclear'], maxDeployments);
  return open.find(({ deployment }) => deployment.runId === runId && deployment.connection === connection);
}

async function findOrigin(parts: RunApprovalParts, connection: string, runId: string): Promise<Origin | undefined> {
  const own = await parts.runs.startedAs(connection, runId);
  if (own) return own;
  const found = await findDeployment(parts, connection, runId);
  if (!found) return undefined;
  const { requester, placeId, thread } = found.deployment;
  return { label: labelOf(found.deployment), requester, placeId, thread };
}

const monthMs = 30 * 86_400_000;
const noSecrets = 'The step asks for a secret, which nobody can give in chat.';

/** What Gavel keeps of a step that it sees for the first time in this round. */
export async function openingOf(
  parts: RunApprovalParts,
  connection: string,
  { run, step, round }: { readonly run: WaitingRun; readonly step: WaitingStep; readonly round: number },
  correlationId: string,
): Promise<Omit<RunApproval, 'state' | 'stateSince' | 'wakeAt'>> {
  const { deps, announcements } = parts;
  const now = deps.clock.now();
  const origin = await findOrigin(parts, connection, run.id);
  const { target } = step;
  const announced = target && (await announcements.placeOf(target.service));
  const placeId = announced ?? origin?.placeId ?? '';
  return {
    ...{ connection, run: run.id, step: step.id, round, pipeline: run.pipeline, target, correlationId },
    ...seenOf(run, step),
    title: cleanText(run.title, 200),
    asks: step.asks,
    executor: deps.systems.pipelineSource(connection)?.executor,
    requester: origin?.requester ?? starterOf(parts, connection, run),
    startedBy: run.startedBy,
    origin: origin?.label,
    placeId,
    thread: placeId === origin?.placeId ? origin.thread : undefined,
    openedAt: now,
    waitingSince: Math.min(now, step.waitingSince ?? now),
    expiresAt: step.expiresAt ?? now + monthMs,
  };
}

/** What may change about a step while it waits. */
export function seenOf(run: WaitingRun, step: WaitingStep): Pick<RunApproval, 'name' | 'url' | 'whyNot'> {
  const needsSecret = step.asks?.some(({ type, isRequired }) => type === 'secret' && isRequired) === true;
  return {
    name: cleanText(step.name, 200),
    url: step.url ?? run.url,
    whyNot: step.whyNot ?? (needsSecret ? noSecrets : undefined),
  };
}

/** The person of the catalog who started it, or else whoever the tool names: nobody in chat has such an id. */
function starterOf({ deps }: RunApprovalParts, connection: string, { startedBy }: WaitingRun): Person {
  const catalog = deps.catalog();
  const [id] = startedBy ? contributorIds(catalog, [startedBy]) : [];
  const known = id === undefined ? undefined : personName(catalog, id);
  if (id !== undefined && known !== undefined) return { id, name: known };
  return { id: `tool:${connection}`, name: cleanText(startedBy?.name ?? deps.systems.titleOf(connection), 80) };
}
