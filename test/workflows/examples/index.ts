import type { AnyExample } from '../example';
import { alertHooks, alerts, alertSources, alertStorms, alertWatch, maintenances } from './alerts';
import { approvals, delegations } from './approvals';
import { blockedCards, deployments } from './deployments';
import { emergencies, emergencyPreviews } from './emergencies';
import { runFigures, sourceFigures } from './figures';
import { freezes } from './freezes';
import { gates } from './gates';
import { locks } from './locks';
import { marks } from './marks';
import { onboarding } from './onboarding';
import { deletions } from './privacy';
import { restarts } from './restarts';
import { access, grants } from './roles';
import { runApprovals, waitingRuns } from './run-approvals';
import { runs } from './runs';
import { schedules } from './schedules';
import { reviewReminders } from './scm';
import { events, mutes, subscribers } from './subscriptions';
import { testRuns } from './tests';
import { tickets } from './tickets';
import { workloadChanges } from './workloads';

/** One for each workflow of the product, which gives it all the kit's tests. */
export const examples: readonly AnyExample[] = [
  freezes,
  emergencies,
  emergencyPreviews,
  deletions,
  schedules,
  testRuns,
  tickets,
  approvals,
  delegations,
  ...gates,
  access,
  blockedCards,
  deployments,
  events,
  grants,
  locks,
  marks,
  onboarding,
  restarts,
  workloadChanges,
  runs,
  runApprovals,
  waitingRuns,
  runFigures,
  sourceFigures,
  reviewReminders,
  subscribers,
  mutes,
  alerts,
  alertHooks,
  alertSources,
  alertStorms,
  alertWatch,
  maintenances,
];
