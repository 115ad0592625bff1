import { z } from 'zod';
import { jsonIn } from '../../../core/text';
import type { SystemEvent } from '../../contract/hooks';
import { writeBuildRunId } from '../runs/names';

/** What the service hooks of Azure DevOps say. Pure. https://learn.microsoft.com/azure/devops/service-hooks/events */

const id = z.number().int().positive();
const Payload = z.object({
  id: z.string().max(100).nullish(),
  subscriptionId: z.string().max(100).nullish(),
  eventType: z.string().regex(/^[\w.-]{1,100}$/),
  /** With minimal details, it has little but an address. */
  resource: z
    .object({
      id: z.unknown().optional(),
      url: z.string().nullish(),
      run: z.object({ id: id.nullish(), url: z.string().nullish() }).nullish(),
      approval: z
        .object({ pipeline: z.object({ owner: z.object({ id: id.nullish() }).nullish() }).nullish() })
        .nullish(),
    })
    .nullish(),
});
type Payload = z.output<typeof Payload>;

/** The events that Gavel needs while it waits for runs and approvals. */
export const neededEvents = [
  'build.complete',
  'ms.vss-pipelines.run-state-changed-event',
  'ms.vss-pipelines.stage-state-changed-event',
  'ms.vss-pipelinechecks-events.approval-pending',
  'ms.vss-pipelinechecks-events.approval-completed',
] as const;

const isUsed = (eventType: string): boolean => neededEvents.some((each) => each === eventType);

/** Undefined for what Azure DevOps never sends. */
export function readAzureEvent(body: string): SystemEvent | undefined {
  const given = Payload.safeParse(jsonIn(body));
  if (!given.success) return undefined;
  const { eventType, id: delivery, subscriptionId } = given.data;
  const once = [delivery, subscriptionId].flatMap((each) => each ?? []).join('/');
  return {
    name: eventType,
    ...(/^[\w/-]{1,200}$/.test(once) && { delivery: once }),
    runs: isUsed(eventType) ? runsIn(given.data) : [],
    // A stage that begins to wait changes its state, too.
    concernsApprovals: isUsed(eventType) && eventType !== 'build.complete',
    ...(!isUsed(eventType) && { isUnused: true }),
  };
}

/** A run goes on by the same number; its later attempts are called by theirs. */
const likelyAttempts = [1, 2, 3];

function runsIn({ eventType, resource }: Payload): string[] {
  const [, named] = /\/(?:builds|runs)\/(\d{1,15})(?:[/?]|$)/i.exec(resource?.run?.url ?? resource?.url ?? '') ?? [];
  const own = eventType === 'build.complete' ? resource?.id : undefined;
  const found = resource?.run?.id ?? resource?.approval?.pipeline?.owner?.id ?? (own === undefined ? named : own);
  const number = Number(found);
  return Number.isSafeInteger(number) && number > 0 ? likelyAttempts.map((each) => writeBuildRunId(number, each)) : [];
}
