import type { Annotation, RecordedDeployment } from '../../connectors/contract';
import { describeDeployment, labelOf } from '../deployments';
import type { Deployment, DeploymentState } from '../deployments';

/** What a deploy mark says. Pure. */

/** The mark of a deployment whose run has started. */
export function startMarkOf(id: string, deployment: Deployment): Annotation {
  const { startTriedAt, stateSince, kind } = deployment;
  return {
    key: `deployment:${id}:start`,
    at: startTriedAt ?? stateSince,
    title: describeDeployment(deployment),
    text: textOf(deployment),
    tags: tagsOf(deployment, 'started'),
    recorded: recordOf(id, deployment, 'running'),
    measurements: [{ name: `${kind}.started`, value: 1, unit: 'count' }],
  };
}

/** The mark of a deployment that has ended, with how long it took; undefined if nothing ever ran. */
export function endMarkOf(id: string, deployment: Deployment): Annotation | undefined {
  const { ended, runId, state, kind, startTriedAt, requestedAt, approvedAt, approvedBy } = deployment;
  if (!ended || runId === undefined || ended.neverRan) return undefined;
  const startedAt = startTriedAt ?? approvedAt ?? requestedAt;
  const waitedMs = approvedBy.length > 0 && approvedAt !== undefined ? approvedAt - requestedAt : undefined;
  return {
    key: `deployment:${id}:end`,
    at: ended.at,
    title: `${describeDeployment(deployment)}: ${wordOf(state)}`,
    text: textOf(deployment),
    tags: tagsOf(deployment, wordOf(state)),
    recorded: recordOf(id, deployment, endingOf(state)),
    measurements: [
      { name: `${kind}.${wordOf(state).replaceAll(' ', '_')}`, value: 1, unit: 'count' },
      { name: `${kind}.duration`, value: Math.max(0, ended.at - startedAt), unit: 'ms' },
      ...(waitedMs === undefined
        ? []
        : [{ name: `${kind}.approval_wait`, value: Math.max(0, waitedMs), unit: 'ms' } as const]),
    ],
  };
}

const recordOf = (
  id: string,
  { version, commit }: Deployment,
  state: RecordedDeployment['state'],
): RecordedDeployment => ({ key: `deployment:${id}`, version, commit, state });

const endingOf = (state: DeploymentState): RecordedDeployment['state'] =>
  state === 'succeeded' ? 'succeeded' : state === 'cancelled' ? 'canceled' : 'failed';

/** Records spell one state as earlier versions did. */
const wordOf = (state: DeploymentState): string => (state === 'cancelled' ? 'canceled' : state);

const textOf = (deployment: Deployment): string => `${labelOf(deployment)}, requested by ${deployment.requester.name}`;

const tagsOf = ({ service, environment, kind }: Deployment, state: string): string[] => [
  ...[kind, service, environment, state],
];
