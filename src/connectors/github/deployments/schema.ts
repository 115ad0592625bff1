import { z } from 'zod';

/** What of GitHub's deployments is used. */

const moment = z
  .string()
  .nullish()
  .transform((at) => {
    const time = typeof at === 'string' ? Date.parse(at) : NaN;
    return Number.isNaN(time) ? undefined : time;
  });

/** Whoever makes a deployment chooses what is in it. */
const Payload = z
  .unknown()
  .transform((payload) => z.object({ gavel_key: z.string(), version: z.string() }).partial().safeParse(payload).data);

const DeploymentEntry = z.object({
  id: z.number().int(),
  sha: z.string(),
  ref: z.string(),
  payload: Payload,
  created_at: moment,
});
export type DeploymentEntry = z.output<typeof DeploymentEntry>;
export const DeploymentAnswer = DeploymentEntry;
export const DeploymentsAnswer = z.array(DeploymentEntry);

export const DeploymentStatusesAnswer = z.array(z.object({ state: z.string(), created_at: moment }));
