/** The operations of GitHub's REST API that Gavel uses, by their ids in its OpenAPI description. `npm run contracts` keeps these and nothing else. */
export const operationIds = [
  'actions/cancel-workflow-run',
  'actions/create-workflow-dispatch',
  'actions/download-job-logs-for-workflow-run',
  'actions/force-cancel-workflow-run',
  'actions/get-pending-deployments-for-run',
  'actions/get-reviews-for-run',
  'actions/get-workflow',
  'actions/get-workflow-run',
  'actions/list-jobs-for-workflow-run-attempt',
  'actions/list-repo-workflows',
  'actions/list-workflow-runs',
  'actions/list-workflow-runs-for-repo',
  'actions/re-run-workflow',
  'actions/re-run-workflow-failed-jobs',
  'actions/review-custom-gates-for-run',
  'actions/review-pending-deployments-for-run',
  'apps/create-installation-access-token',
  'apps/get-authenticated',
  'apps/get-repo-installation',
  'apps/list-webhook-deliveries',
  'apps/redeliver-webhook-delivery',
  'checks/list-annotations',
  'checks/list-for-ref',
  'issues/add-labels',
  'issues/create',
  'issues/create-comment',
  'issues/get',
  'issues/list-comments',
  'issues/list-events-for-timeline',
  'issues/list-for-repo',
  'issues/remove-label',
  'issues/update',
  'pulls/list',
  'pulls/list-reviews',
  'repos/compare-commits-with-basehead',
  'repos/create-deployment',
  'repos/create-deployment-status',
  'repos/get',
  'repos/get-all-deployment-protection-rules',
  'repos/get-all-environments',
  'repos/get-combined-status-for-ref',
  'repos/get-commit',
  'repos/get-content',
  'repos/get-release-by-tag',
  'repos/list-branches',
  'repos/list-commits',
  'repos/list-deployment-statuses',
  'repos/list-deployments',
  'repos/list-releases',
  'repos/list-tags',
  'users/get-authenticated',
] as const;

export type OperationId = (typeof operationIds)[number];

/** What GitHub posts to Gavel, by the ids of the same description. */
export const hookIds = [
  'deployment-protection-rule/requested',
  'deployment-review/approved',
  'deployment-review/rejected',
  'deployment-review/requested',
  'workflow-job/completed',
  'workflow-job/in-progress',
  'workflow-job/waiting',
  'workflow-run/completed',
  'workflow-run/in-progress',
  'workflow-run/requested',
] as const;
export type HookId = (typeof hookIds)[number];

/** The examples of events that are kept: the event, then its action. */
export const exampleNames = [
  'check_run completed',
  'deployment_review requested',
  'ping',
  'pull_request opened',
  'push',
  'workflow_job completed',
  'workflow_job in_progress',
  'workflow_job waiting',
  'workflow_run completed',
  'workflow_run requested',
] as const;
export type ExampleName = (typeof exampleNames)[number];

/** The description of each face of GitHub, by its name in the package. */
export const faces = { 'github.com': 'api.github.com', 'ghes-3.19': 'ghes-3.19' } as const;
export type Face = keyof typeof faces;
