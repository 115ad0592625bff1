import { lookUp } from '../../../core/keys';
import { plainText } from '../../../core/text';
import type { Announcements } from '../../announcements';
import type { FeatureDependencies } from '../../contract';
import type { Deployment, Deployments } from '../../deployments';
import type { ServiceEvent } from '../contract';

/** What people are told about a deployment. Only what changed or should have changed what is live; a request that nobody approved is no news. */

export function notifyOfDeployments(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  deployments: Pick<Deployments, 'onStart' | 'onEnd'>,
  announcements: Pick<Announcements, 'placeOf'>,
  notify: (event: ServiceEvent) => Promise<void>,
): void {
  async function tell(deployment: Deployment, event: DeploymentEvent | undefined): Promise<void> {
    const { environment, service, requester, placeId } = deployment;
    if (!event || lookUp(catalog().environments, environment)?.practice === true) return;
    // Its requester, and the place of its card, are told by that card.
    const place = (await announcements.placeOf(service)) ?? placeId;
    await notify({ ...event, toldTo: [requester.id, place] });
  }
  deployments.onStart((id, deployment) => tell(deployment, startOf(id, deployment)));
  deployments.onEnd((id, deployment) => tell(deployment, endOf(id, deployment)));
}

const revisions: Readonly<Partial<Record<Deployment['state'], number>>> = {
  succeeded: 2,
  failed: 3,
  'rolled back': 4,
};

type DeploymentEvent = Omit<ServiceEvent, 'toldTo'>;

function startOf(id: string, deployment: Deployment): DeploymentEvent {
  const { emergency, number, reason } = deployment;
  const past = emergency ? ` past every rule: ${plainText(reason, 200)}` : '';
  return {
    ...about(id, deployment),
    id: `${id}:started`,
    revision: 1,
    outcome: 'started',
    severity: emergency ? 'critical' : 'info',
    words: `**${what(deployment)} is on its way**${past} (D-${number}).`,
  };
}

/** Undefined when nothing has changed that serves. */
function endOf(id: string, deployment: Deployment): DeploymentEvent | undefined {
  const { state, failure, left, number } = deployment;
  const revision = revisions[state];
  if (revision === undefined) return undefined;
  const base = { ...about(id, deployment), id: `${id}:${state}`, revision };
  if (state === 'succeeded')
    return {
      ...base,
      outcome: 'success',
      severity: 'info',
      words: `**${what(deployment)} is well**: deployed and verified (D-${number}).`,
    };
  const why = failure ? `: ${plainText(failure.reason, 200)}` : '';
  return {
    ...base,
    outcome: 'failure',
    // Nothing serves there any more.
    severity: left && left.version === undefined ? 'critical' : 'warning',
    words: `**${what(deployment)} ${state === 'failed' ? 'failed' : 'was rolled back'}**${why} (D-${number}).`,
  };
}

const what = ({ service, version, environment }: Deployment): string =>
  `${plainText(service)} ${plainText(version, 40)} in ${plainText(environment)}`;

function about(id: string, { number, service, environment, branch }: Deployment) {
  return { thread: id, name: `D-${number}`, service, environment, ...(branch !== undefined && { branch }) };
}
