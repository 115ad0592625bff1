import type { PendingEffect } from '../../jobs/contract';
import type { Deployment, DeploymentState } from './contract';
import { isAutomatic } from './record';

/** What must follow from a change of a deployment. Pure. */

export type AuditStep =
  'requested' | 'approved' | 'started' | 'cancel asked' | 'unclear' | 'settled' | 'rollback' | 'ended';

export type Effect =
  | {
      readonly kind: 'audit';
      readonly step: AuditStep;
      readonly who?: string;
      readonly outcome?: string;
      readonly at?: number;
    }
  | {
      readonly kind:
        | 'ask'
        | 'supersede'
        | 'review'
        | 'withdraw'
        | 'begin'
        | 'start'
        | 'stop'
        | 'card'
        | 'reply'
        | 'health'
        | 'roll back'
        | 'tell original';
    };

/** The record with these effects to be performed, in this order, after those it has already. */
export function follow(deployment: Deployment, now: number, ...effects: readonly Effect[]): Deployment {
  let effectsMade = deployment.effectsMade;
  const added = effects.map(({ kind, ...detail }): PendingEffect => {
    effectsMade += 1;
    return { key: `${effectsMade}:${kind}`, kind, detail: { ...detail }, attempts: 0, dueAt: now };
  });
  return { ...deployment, effectsMade, pending: [...deployment.pending, ...added] };
}

/** In another state since now. */
export function enter(deployment: Deployment, state: DeploymentState, now: number): Deployment {
  return { ...deployment, state, stateSince: now, looksFailed: 0 };
}

/** Ended for good, with everything that must be told: each thing once, and by one deployment only. */
export function end(
  deployment: Deployment,
  state: DeploymentState,
  now: number,
  ended: { readonly by?: Deployment['requester']; readonly reason: string },
): Deployment {
  const early = deployment.state === 'requested' && ({ early: true } as const);
  const over = { ...enter(deployment, state, now), ended: { by: ended.by, reason: ended.reason, at: now, ...early } };
  const effects: Effect[] = [
    { kind: 'audit', step: 'ended', who: ended.by?.id ?? 'gavel', outcome: state, at: now },
    ...(deployment.approvedAt === undefined ? [] : [{ kind: 'card' } as const]),
  ];
  if (isAutomatic(deployment)) return follow(over, now, ...effects, { kind: 'tell original' });
  const ownDoing = state === 'cancelled' && ended.by?.id === deployment.requester.id && deployment.runId === undefined;
  if (!ownDoing) effects.push({ kind: 'reply' });
  if (deployment.runId !== undefined && state !== 'cancelled') effects.push({ kind: 'health' });
  return follow(over, now, ...effects);
}
