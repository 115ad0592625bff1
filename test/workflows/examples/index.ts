import type { AnyExample } from '../example';
import { freezes } from './freezes';
import { emergencies } from './emergencies';
import { deletions } from './privacy';
import { schedules } from './schedules';
import { approvals, delegations } from './approvals';
import { gates } from './gates';
import { deployments } from './deployments';
import { locks } from './locks';
import { onboarding } from './onboarding';
import { restarts } from './restarts';
import { access, grants } from './roles';
import { events, subscribers } from './subscriptions';

/** One for each workflow of the product: with it, a workflow has all the kit's tests. */
export const examples: readonly AnyExample[] = [
  freezes,
  emergencies,
  deletions,
  schedules,
  approvals,
  delegations,
  ...gates,
  access,
  deployments,
  events,
  grants,
  locks,
  onboarding,
  restarts,
  subscribers,
];
