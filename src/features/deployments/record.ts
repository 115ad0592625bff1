import { defaultRetentionMs } from '../../core/catalog/retention';
import { dueAt } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import { finalStates } from './contract';
import type { Deployment } from './contract';

/** Who rolls back by itself. Chat tools make ids of another form, so nobody can be it. */
export const gavel = { id: 'gavel', name: 'Gavel' } as const;

/** How the store keeps deployments. */
export const deploymentsSpec: CollectionSpec<Deployment> = {
  name: 'deployments',
  schema: 1,
  indexes: {
    dueAt,
    number: (deployment) => deployment.number,
    requestedAt: (deployment) => deployment.requestedAt,
    service: (deployment) => deployment.service,
    environment: (deployment) => deployment.environment,
    target: (deployment) => targetKey(deployment),
    state: (deployment) => deployment.state,
    commit: (deployment) => deployment.commit,
  },
  queries: [
    { orderBy: 'dueAt' },
    { where: ['number'] },
    { orderBy: 'requestedAt' },
    { where: ['service'], orderBy: 'requestedAt' },
    { where: ['environment'], orderBy: 'requestedAt' },
    { where: ['target'], orderBy: 'requestedAt' },
    { where: ['target', 'state'], orderBy: 'requestedAt' },
    { where: ['target', 'state', 'commit'] },
  ],
  // What is open, or still has to be told, stays.
  expiresAt: (deployment) =>
    isFinal(deployment) && deployment.pending.length === 0 && deployment.wakeAt === undefined
      ? deployment.stateSince + defaultRetentionMs('deployments')
      : undefined,
  unique: { occupied: (deployment) => (occupies(deployment) ? targetKey(deployment) : undefined) },
};

/** Counts the numbers that people type. */
export const numbersSpec: CollectionSpec<{ readonly last: number }> = {
  name: 'deployment-numbers',
  schema: 1,
  indexes: {},
  queries: [],
};

export function targetKey({ service, environment }: Pick<Deployment, 'service' | 'environment'>): string {
  return `${service}/${environment}`;
}

/**
 * Whether it holds its service and environment. A deployment that is being put back holds them until that has ended;
 * the deployment that puts it back runs under the same hold, so that nothing can come between the two.
 */
export function occupies(deployment: Deployment): boolean {
  const { state } = deployment;
  return !isAutomatic(deployment) && (state === 'running' || state === 'verifying' || state === 'unclear');
}

/** Started by Gavel itself, without an approval, to put back another deployment. */
export function isAutomatic({ requester, rollbackOf }: Deployment): boolean {
  return requester.id === gavel.id && rollbackOf !== undefined;
}

export function isFinal({ state }: Deployment): boolean {
  return finalStates.includes(state);
}

/** `D-1042` */
export function labelOf({ number }: Pick<Deployment, 'number'>): string {
  return `D-${number}`;
}

/** `shop 2.14.0 to production` */
export function titleOf({ kind, service, version, environment }: Deployment): string {
  return kind === 'rollback'
    ? `${service} back to ${version} in ${environment}`
    : `${service} ${version} to ${environment}`;
}
