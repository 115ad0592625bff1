import { idFrom } from '../../core/keys';
import { finalStates } from './contract';
import type { Deployment } from './contract';

/** Who rolls back automatically. Chat tools make ids of another form, so nobody can be it. */
export const gavel = { id: 'gavel', name: 'Gavel' } as const;

export function targetKey({ service, environment }: Pick<Deployment, 'service' | 'environment'>): string {
  return `${service}/${environment}`;
}

/**
 * Whether it holds its service and environment. A deployment that is being rolled back holds them until that has ended;
 * the deployment that rolls it back runs under the same hold, so that nothing can come between the two.
 */
export function occupies(deployment: Deployment): boolean {
  const { state } = deployment;
  return !isAutomatic(deployment) && (state === 'running' || state === 'verifying' || state === 'unclear');
}

/** Started by Gavel itself, without an approval, to roll back another deployment. */
export function isAutomatic({ requester, rollbackOf }: Deployment): boolean {
  return requester.id === gavel.id && rollbackOf !== undefined;
}

/** Whether another deployment restores what this one replaced. */
export function isRollingBack({ rollbackId, state }: Deployment): boolean {
  return rollbackId !== undefined && (state === 'running' || state === 'verifying');
}

export function isFinal({ state }: Deployment): boolean {
  return finalStates.includes(state);
}

/** The id of its approval: always the same, so that opening it twice is harmless. */
export function approvalIdOf(id: string): string {
  return idFrom('approval', id);
}

/** `D-1042` */
export function labelOf({ number }: Pick<Deployment, 'number'>): string {
  return `D-${number}`;
}

/** `shop 2.14.0 to production` */
export function describeDeployment({ kind, service, version, environment }: Deployment): string {
  return kind === 'rollback'
    ? `${service} back to ${version} in ${environment}`
    : `${service} ${version} to ${environment}`;
}
