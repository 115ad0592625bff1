import type { CardContent } from '../../chat/contract';
import { lookUp } from '../../core/look-up';
import { may } from '../../core/catalog/rights';
import type { FeatureDependencies } from '../contract';
import { healthButtons } from './buttons';
import type { DeploymentHistory, HealthReports } from './contract';
import { fleetCard } from './fleet';
import { healthCard } from './health-card';
import { hourMs } from './reader';
import type { HealthReader } from './reader';
import { environmentsByWeight } from './target';
import { valueWithin, within } from './time-limit';

export interface HealthCards extends HealthReports {
  /** All services this person may see, worst first. */
  fleet(viewer: string, reference: string): Promise<CardContent>;
}

/** Verification may wait a little longer than a person; a health endpoint that needs this long does not serve. */
const verifyLimitMs = 2_500;
const sideLimitMs = 1_000;

/** Reports and cards from what the reader sees and what the deployments tell. */
export function createHealthCards(
  deps: FeatureDependencies,
  reader: HealthReader,
  history: () => DeploymentHistory,
): HealthCards {
  const { clock, connectorOf } = deps;

  async function alertsOf(service: string, environment: string): Promise<Parameters<typeof healthCard>[0]['alerts']> {
    const { alerts } = connectorOf(service);
    if (!alerts) return undefined;
    const answer = await within(sideLimitMs, () => alerts.firing(service, environment));
    return answer.ok ? answer.value : 'unread';
  }

  async function card(
    service: string,
    environment: string,
    viewer: string | undefined,
    reference: string,
  ): Promise<CardContent> {
    const now = clock.now();
    const connector = connectorOf(service);
    const catalog = deps.catalog();
    const [reading, points, marks, rollbackTo, alerts] = await Promise.all([
      reader.read(service, environment),
      reader.lastHour(service, environment, now),
      valueWithin(sideLimitMs, () => history().marks(service, environment, now - 30 * 24 * hourMs)),
      valueWithin(sideLimitMs, () => history().rollbackTarget(service, environment)),
      alertsOf(service, environment),
    ]);
    const limits = lookUp(catalog.services, service)?.limits;
    if (!limits) throw new Error(`No service ${service} in the catalog`);
    const buttons = healthButtons(catalog, {
      target: { service, environment },
      state: reading.report.state,
      running: reading.report.running?.version,
      rollbackTo,
      canRestart: connector.services !== undefined,
      viewer,
    });
    return healthCard({
      reading,
      points,
      marks: [...(marks ?? [])].sort((one, other) => one.at - other.at),
      alerts,
      connector: connector.name,
      buttons,
      timeZone: catalog.timeZone,
      reference,
      limits,
    });
  }

  async function fleet(viewer: string, reference: string): Promise<CardContent> {
    const catalog = deps.catalog();
    const environments = environmentsByWeight(catalog);
    const targets = Object.entries(catalog.services).flatMap(([service, { environments: own }]) =>
      environments
        .filter((environment) => own.includes(environment) && may(catalog, viewer, 'view', { service, environment }))
        .map((environment) => ({ service, environment })),
    );
    const readings = await Promise.all(targets.map((target) => reader.read(target.service, target.environment)));
    return fleetCard({
      readings,
      environments: environments.filter((name) => targets.some(({ environment }) => environment === name)),
      sources: [...new Set(targets.map(({ service }) => connectorOf(service).name))],
      now: clock.now(),
      timeZone: catalog.timeZone,
      reference,
    });
  }

  return {
    card,
    fleet,
    report: async (service, environment, overMs) =>
      (await reader.read(service, environment, overMs, verifyLimitMs)).report,
  };
}
