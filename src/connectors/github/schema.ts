import { z } from 'zod';

/** What of GitHub's answers is used. https://docs.github.com/rest */

/** Milliseconds since 1970; undefined if it hasn't happened. */
const moment = z
  .string()
  .nullish()
  .transform((at) => {
    const time = typeof at === 'string' ? Date.parse(at) : NaN;
    return Number.isNaN(time) ? undefined : time;
  });
const id = z.number().int();
const words = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

const Workflow = z.object({ id, name: z.string(), path: z.string(), state: z.string(), html_url: words });
export type GithubWorkflow = z.output<typeof Workflow>;
export const WorkflowAnswer = Workflow;
export const WorkflowsAnswer = z.object({ total_count: z.number(), workflows: z.array(Workflow) });

const User = z.object({ login: z.string() });
export const UserAnswer = User;

const Run = z.object({
  id,
  workflow_id: id,
  path: z.string().default(''),
  run_number: z.number().int(),
  run_attempt: z.number().int().default(1),
  display_title: z.string(),
  status: words,
  conclusion: z.string().nullish(),
  head_branch: words,
  created_at: moment,
  updated_at: moment,
  run_started_at: moment,
  html_url: words,
  triggering_actor: User.nullish(),
});
export type Run = z.output<typeof Run>;
export const RunAnswer = Run;
export const RunsAnswer = z.object({ total_count: z.number(), workflow_runs: z.array(Run) });

const JobStep = z.object({
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  number: z.number().int(),
  started_at: moment,
  completed_at: moment,
});
export type JobStep = z.output<typeof JobStep>;

const Job = z.object({
  id,
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  created_at: moment,
  started_at: moment,
  completed_at: moment,
  steps: z.array(JobStep).default([]),
});
export type Job = z.output<typeof Job>;
export const JobsAnswer = z.object({ total_count: z.number(), jobs: z.array(Job) });

const Annotation = z.object({ annotation_level: words, message: words });
export const AnnotationsAnswer = z.array(Annotation);

/** What a dispatch answers when it names the run that it made. */
export const DispatchAnswer = z.object({ workflow_run_id: id });

/** A file; a folder answers with a list. */
export const FileAnswer = z.object({
  type: z.literal('file'),
  encoding: z.string(),
  content: z.string(),
  size: z.number(),
});

const Reviewer = z.object({
  type: z.string(),
  reviewer: z.object({ login: z.string().optional(), name: z.string().nullish() }).nullish(),
});
const PendingDeployment = z.object({
  environment: z.object({ id, name: z.string(), html_url: words }),
  wait_timer: z.number().default(0),
  wait_timer_started_at: moment,
  current_user_can_approve: z.boolean(),
  reviewers: z.array(Reviewer).default([]),
});
export type PendingDeployment = z.output<typeof PendingDeployment>;
export const PendingDeploymentsAnswer = z.array(PendingDeployment);

const Review = z.object({
  environments: z.array(z.object({ id, name: z.string() })).default([]),
  state: z.string(),
  user: User.nullish(),
  comment: words,
});
export const ReviewsAnswer = z.array(Review);

export const EnvironmentsAnswer = z.object({ environments: z.array(z.object({ id, name: z.string() })).default([]) });

export const ProtectionRulesAnswer = z.object({
  custom_deployment_protection_rules: z
    .array(z.object({ id, enabled: z.boolean(), app: z.object({ id }) }))
    .default([]),
});

export const RepositoryAnswer = z.object({ full_name: z.string(), default_branch: z.string(), html_url: words });

export const TokenAnswer = z.object({
  token: z.string().min(1),
  expires_at: moment,
  permissions: z.record(z.string(), z.string()).default({}),
});
export const AppAnswer = z.object({
  id,
  permissions: z.record(z.string(), z.string()),
  events: z.array(z.string()).default([]),
});
const Delivery = z.object({ id, guid: z.string(), status_code: z.number(), event: z.string() });
export type WebhookDelivery = z.output<typeof Delivery>;
export const DeliveriesAnswer = z.array(Delivery);
