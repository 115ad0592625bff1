import type { Feature } from '../../chat/contract';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { emergencyActions, emergencyCommands } from './commands';
import { createReviewStore } from './store';

/** Deploying past every rule when it must be, loud in every place, with a review that stays open. */
export function createEmergencies(
  deps: FeatureDependencies,
  { deployments, announcements }: { readonly deployments: Deployments; readonly announcements: Announcements },
): { feature: Feature } {
  const reviews = createReviewStore(deps);
  const parts = { deps, deployments, reviews };
  deployments.onEmergency(async (id, deployment) => {
    const { number, service, environment, version, reason, placeId, correlationId } = deployment;
    await reviews.open({
      ...{ number, service, environment, reason, correlationId },
      deploymentId: id,
      title: `${service} ${version} to ${environment}`,
      by: deployment.requester,
      openedAt: deployment.requestedAt,
      placeIds: [...new Set([placeId, ...(await announcements.places())])],
    });
  });
  return {
    feature: {
      name: 'emergencies',
      commands: emergencyCommands(parts),
      actions: emergencyActions(parts),
    },
  };
}
