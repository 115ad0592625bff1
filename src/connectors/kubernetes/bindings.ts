import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Autoscaler } from './schema';

/** Which objects of the cluster a binding names. */

/** By their names in a binding. */
export const kinds = {
  deployment: { plural: 'deployments', kind: 'Deployment' },
  statefulset: { plural: 'statefulsets', kind: 'StatefulSet' },
  daemonset: { plural: 'daemonsets', kind: 'DaemonSet' },
} as const;
export type KindName = keyof typeof kinds;
const kindNames: readonly KindName[] = ['deployment', 'statefulset', 'daemonset'];

export const placeBinding = z
  .strictObject({
    namespace: text,
    deployment: text.optional(),
    statefulset: text.optional(),
    daemonset: text.optional(),
    /** Whose image says the version, and whose log is shown; omitted: the first one. */
    container: text.optional(),
  })
  .refine((binding) => kindNames.filter((kind) => binding[kind] !== undefined).length === 1, {
    error: 'needs one of deployment, statefulset, and daemonset',
  });

/** One Deployment, StatefulSet, or DaemonSet, for one service in an environment. */
export interface WorkloadPlace {
  readonly namespace: string;
  readonly kind: KindName;
  readonly name: string;
  readonly container?: string;
}

export function readWorkloadPlace(binding: z.output<typeof placeBinding>, target: Target): WorkloadPlace {
  const kind = kindNames.find((each) => binding[each] !== undefined) ?? 'deployment';
  const name = binding[kind];
  return {
    namespace: fillTemplate(binding.namespace, target),
    ...{ kind, name: name ? fillTemplate(name, target) : '' },
    ...(binding.container && { container: fillTemplate(binding.container, target) }),
  };
}

/** Whether an autoscaler decides how many pods it has. */
export const isScaledBy = ({ kind, name }: WorkloadPlace, { spec: { scaleTargetRef } }: Autoscaler): boolean =>
  scaleTargetRef.kind === kinds[kind].kind && scaleTargetRef.name === name;

/** As people of the tool call it: `deployment shop in production`. */
export const describeWorkload = ({ kind, name, namespace }: WorkloadPlace): string => `${kind} ${name} in ${namespace}`;
