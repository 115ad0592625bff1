import { z } from 'zod';
import { lookUp } from '../../../core/keys';
import { jsonIn } from '../../../core/text';
import type { SystemEvent } from '../../contract/hooks';
import { writeRunId } from '../actions/names';

/** What the webhooks of GitHub say. Pure. https://docs.github.com/webhooks/webhook-events-and-payloads */

type Header = (name: string) => string | undefined;

const id = z.number().int().positive();
const Run = z.object({ id, run_attempt: z.number().int().positive().nullish() });
const Payload = z.object({
  action: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .nullish(),
  repository: z.object({ full_name: z.string() }).nullish(),
  workflow_run: Run.nullish(),
  workflow_job: z.object({ run_id: id, run_attempt: z.number().int().positive().nullish() }).nullish(),
  check_run: z.object({ details_url: z.string().nullish() }).nullish(),
  deployment_callback_url: z.string().nullish(),
});
type Payload = z.output<typeof Payload>;

/** What an event tells: a run has moved, a run has begun or stopped waiting, or workflow files may be others. */
type Use = 'run' | 'wait' | 'files' | 'hello';

const uses: Readonly<Record<string, Use>> = {
  check_run: 'run',
  deployment_protection_rule: 'wait',
  deployment_review: 'wait',
  ping: 'hello',
  push: 'files',
  workflow_job: 'run',
  workflow_run: 'wait',
};

/** The events that Gavel needs while it waits for runs and approvals; a check says which of them an App doesn’t get. */
export const neededEvents = [
  'workflow_run',
  'workflow_job',
  'deployment_protection_rule',
  'deployment_review',
] as const;

/** Whether Gavel reads anything anew because of this kind of event. */
export const isUsedEvent = (event: string): boolean => lookUp(uses, event) !== undefined;

/** An event with what it may have changed. */
interface ReadEvent extends SystemEvent {
  readonly changesFiles: boolean;
}

/** Undefined for what GitHub never sends. */
export function readEvent(body: string, header: Header): ReadEvent | undefined {
  const event = header('x-github-event') ?? '';
  const given = Payload.safeParse(jsonIn(payloadIn(body, header)));
  if (!/^[a-z_]{1,60}$/.test(event) || !given.success) return undefined;
  const { action } = given.data;
  const use = lookUp(uses, event);
  const delivery = header('x-github-delivery');
  const isDecision = use === 'wait' || (event === 'workflow_job' && action === 'waiting');
  return {
    name: action ? `${event} ${action}` : event,
    ...(delivery !== undefined && /^[\w-]{1,80}$/.test(delivery) && { delivery }),
    runs: use === 'run' || use === 'wait' ? runsIn(given.data) : [],
    concernsApprovals: isDecision,
    changesFiles: use === 'files',
    ...(use === undefined && { isUnused: true }),
  };
}

/** As JSON, or as a form with the JSON in a field: whoever sets up a webhook chooses. */
function payloadIn(body: string, header: Header): string {
  const isForm = header('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? (new URLSearchParams(body).get('payload') ?? '') : body;
}

/** A rule's request only has an address, which leaves out the attempt. */
const likelyAttempts = [1, 2, 3];

function runsIn({ repository, workflow_run, workflow_job, check_run, deployment_callback_url }: Payload): string[] {
  const name = repository?.full_name ?? '';
  if (!/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(name)) return [];
  const write = (run: number | string, attempts: readonly number[]): string[] => [
    ...new Set(attempts.map((attempt) => writeRunId(name, run, attempt))),
  ];
  if (workflow_run) return write(workflow_run.id, [1, workflow_run.run_attempt ?? 1]);
  if (workflow_job) return write(workflow_job.run_id, [1, workflow_job.run_attempt ?? 1]);
  const [, run] = /\/actions\/runs\/(\d{1,15})\//.exec(deployment_callback_url ?? check_run?.details_url ?? '') ?? [];
  return run === undefined ? [] : write(run, likelyAttempts);
}
