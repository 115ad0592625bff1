import type { CardContent } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { Target } from '../../core/catalog/rights';
import type { DeploymentHistory, DeploymentMark, HealthGraphs } from '../health';
import { lookUp } from '../../core/keys';
import type { Stored } from '../../store/contract';
import type { ShownTicket, TicketLinks } from '../tickets';
import type { Alert } from './record';
import { reachOf } from './sources/facts';

/** What the card of an alert shows besides its record, read when it's drawn. What can't be read in time is left out. */

export type AlertGraph = CardContent<'health/health'>['data']['graph'];

export interface AlertEvidence {
  /** Undefined: the service has no metrics. */
  readonly graph: AlertGraph | undefined;
  /** The latest deployment that took effect there. */
  readonly lastChange: DeploymentMark | undefined;
  /** The release that a rollback would restore. */
  readonly rollbackTo: string | undefined;
  readonly canRestart: boolean;
  /** Where acknowledging or silencing it takes effect. */
  readonly reach: readonly Target[];
  /** Omitted if its service is unknown. */
  readonly ticket?: ShownTicket | undefined;
}

export interface EvidenceParts {
  readonly deps: FeatureDependencies;
  readonly graphs: HealthGraphs;
  readonly history: DeploymentHistory;
  readonly tickets: Pick<TicketLinks, 'showOn'>;
}

const marksMs = 30 * 86_400_000;

/** Never rejects. */
export async function readAlertEvidence(
  { deps, graphs, history, tickets }: EvidenceParts,
  { id, value: alert }: Pick<Stored<Alert>, 'id' | 'value'>,
  viewer: string | undefined,
): Promise<AlertEvidence> {
  const { service, environment, state } = alert;
  const { catalog, clock, systems, logger } = deps;
  const reach = reachOf(systems, alert);
  if (!lookUp(catalog().services, service)?.environments.includes(environment))
    return { graph: undefined, lastChange: undefined, rollbackTo: undefined, canRestart: false, reach };
  const orNothing = (error: unknown): undefined => void logger.warn({ error }, 'A part of an alert card is missing');
  const hasMetrics = systems.metrics(service, environment).length > 0;
  const [marks, rollbackTo, graph, ticket] = await Promise.all([
    history.marks(service, environment, clock.now() - marksMs).catch(orNothing),
    history.rollbackTarget(service, environment).catch(orNothing),
    // While somebody works on it, old numbers would only be in the way.
    hasMetrics && state !== 'acknowledged' ? graphs.graph(service, environment).catch(orNothing) : undefined,
    tickets.showOn({ kind: 'alert', id }, { service, environment }, viewer).catch(orNothing),
  ]);
  const lastChange = [...(marks ?? [])].sort((one, other) => other.at - one.at)[0];
  const canRestart = systems.restarter(service, environment) !== undefined;
  return { graph, lastChange, rollbackTo, canRestart, reach, ticket };
}
