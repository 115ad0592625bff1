import type { Feature } from '../../chat/contract';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { emergencyActions, emergencyCommands } from './commands';
import { createReviewStore } from './store';

interface EmergencyNeeds {
  readonly deployments: Deployments;
  readonly announcements: Announcements;
}

/** Deploying past every rule when it must be, loud in every place, with a review that stays open. */
export function createEmergencies(
  deps: FeatureDependencies,
  { deployments, announcements }: EmergencyNeeds,
): { feature: Feature } {
  const reviews = createReviewStore(deps);
  const parts = { deps, deployments, reviews };
  deployments.onEmergency(async (id, deployment) => {
    const { number, service, environment, version, requester, reason, requestedAt, placeId, correlationId } =
      deployment;
    await reviews.open({
      deploymentId: id,
      number,
      title: `${service} ${version} to ${environment}`,
      service,
      environment,
      by: requester,
      reason,
      openedAt: requestedAt,
      placeIds: [...new Set([placeId, ...(await announcements.places())])],
      correlationId,
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
