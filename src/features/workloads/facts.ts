import type { Bound, Workload, WorkloadStatus } from '../../connectors/contract';
import { cannotSee, lacksRight } from '../../core/catalog/refusals';
import { may } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import type { ServiceTarget } from '../health';

/** What a service runs as, for people who can see or operate it. */

/** One reading. `readAt` is in milliseconds since 1970. */
export interface WorkloadReport {
  readonly target: ServiceTarget;
  readonly status: WorkloadStatus;
  /** What people call the system. */
  readonly system: string;
  readonly readAt: number;
}

/** The workload, for people who can view the service there. Throws `UserError` if the catalog binds none. */
export function requireWorkload(
  { catalog, systems }: Pick<FeatureDependencies, 'catalog' | 'systems'>,
  personId: string,
  target: ServiceTarget,
): Bound<Workload> {
  const { service, environment } = target;
  if (!may(catalog(), personId, 'view', target)) throw cannotSee(catalog(), target);
  const workload = systems.workload(service, environment);
  if (workload) return workload;
  throw new UserError(
    `The catalog doesn’t say what ${plainText(service, 40)} runs as in ${plainText(environment, 40)}. Add a \`workload\` binding, such as one to a Kubernetes connection.`,
  );
}

/** Refuses people who can’t operate the service there. `act` completes “You can’t …”. */
export function requireOperate(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  personId: string,
  target: ServiceTarget,
  act: string,
): void {
  if (!may(catalog(), personId, 'operate', target))
    throw lacksRight(catalog(), { right: 'operate', reach: target, act });
}

/** Reads it now. Throws `UserError` if the system doesn’t have it; rejects with `ConnectorError` if the system doesn’t answer. */
export async function readWorkload(
  deps: Pick<FeatureDependencies, 'catalog' | 'systems' | 'clock'>,
  personId: string,
  target: ServiceTarget,
): Promise<WorkloadReport> {
  const workload = requireWorkload(deps, personId, target);
  const status = await workload.status();
  const system = deps.systems.titleOf(workload.connection);
  if (status) return { target, status, system, readAt: deps.clock.now() };
  throw new UserError(
    `${plainText(system, 40)} doesn’t have what the catalog binds ${plainText(target.service, 40)} to in ${plainText(target.environment, 40)}.`,
  );
}
