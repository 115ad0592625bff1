import type { Target } from '../../../core/catalog/rights';
import { lookUp } from '../../../core/keys';
import { openWorkflow } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { Deployments } from '../../deployments';
import type { HealthReport, HealthReports } from '../../health';
import { alertTarget } from '../record';
import { cappedSeverity } from '../sources/facts';
import type { AlertStore } from '../store';
import { nextWatchStep, sightingOf, watchedAlert, watchedProblems, watchName } from './facts';
import type { WatchedProblem, WatchStep } from './facts';
import { lookEveryMs, watchWorkflow } from './workflow';
import type { Watch, WatchedPlace } from './workflow';

/** Looks at every service with metrics without anybody asking, and raises and ends alerts of its own. */

const sharedId = 'all';
const atOnce = 8;
/** What doesn't fit is looked at in the next round. */
const roundMs = 8_000;

export interface WatchParts {
  readonly deps: FeatureDependencies;
  readonly alerts: AlertStore;
  readonly reports: Pick<HealthReports, 'report'>;
  readonly deployments: Pick<Deployments, 'current'>;
}

/** `begin` starts it, once for all instances. */
export function followHealth(parts: WatchParts): { readonly begin: () => Promise<void> } {
  const { apply } = openWorkflow(parts.deps, watchWorkflow, (workflow) => ({
    effects: {},
    wakesWithinMs: () => lookEveryMs,
    async wake({ id, value }) {
      await workflow.apply(id, { type: 'looked', ...(await lookAtAll(parts, value)) }, {});
    },
  }));
  return { begin: async () => void (await apply(sharedId, { type: 'begin' }, {})) };
}

async function lookAtAll(parts: WatchParts, watch: Watch): Promise<Pick<Watch, 'places' | 'from'>> {
  const { deps } = parts;
  const targets = watchedTargets(deps);
  const places = new Map(watch.places.map((each) => [each.target, each]));
  const known = new Set(targets.map(alertTarget));
  // What the catalog no longer has ends with it.
  for (const place of watch.places) {
    if (known.has(place.target)) continue;
    const [service = '', environment = ''] = place.target.split('/');
    await endAll(parts, { service, environment }, place.raised);
    places.delete(place.target);
  }
  const endsAt = deps.clock.elapsed() + roundMs;
  const inOrder = [...targets.slice(watch.from), ...targets.slice(0, watch.from)];
  let next = 0;
  async function lookOn(): Promise<void> {
    while (next < inOrder.length && deps.clock.elapsed() < endsAt) {
      const target = inOrder[next++];
      if (!target) return;
      const place = await lookAt(parts, target, places.get(alertTarget(target)));
      if (place) places.set(place.target, place);
      else places.delete(alertTarget(target));
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lookOn));
  return { places: [...places.values()], from: targets.length === 0 ? 0 : (watch.from + next) % targets.length };
}

/** Every service that has metrics, where people depend on it. */
function watchedTargets({ catalog, systems }: FeatureDependencies): Target[] {
  const { services, environments } = catalog();
  return Object.entries(services).flatMap(([service, own]) =>
    own.environments
      .filter((environment) => lookUp(environments, environment)?.practice !== true)
      .filter((environment) => systems.metrics(service, environment).length > 0)
      .map((environment) => ({ service, environment })),
  );
}

async function lookAt(
  parts: WatchParts,
  target: Target,
  known: WatchedPlace | undefined,
): Promise<WatchedPlace | undefined> {
  const { deps, reports } = parts;
  const { service, environment } = target;
  if (await isChanging(parts, target)) return known && { ...known, times: 0 };
  const report = await reports.report(service, environment);
  const step = nextWatchStep(known, alertTarget(target), sightingOf(deps.catalog(), report), deps.clock.now());
  await tellAlerts(parts, target, report, step);
  return step.place;
}

/** A deployment that changes or verifies it tells itself what is wrong. */
async function isChanging({ deployments }: WatchParts, target: Target): Promise<boolean> {
  const state = (await deployments.current(target))?.deployment.state;
  return state === 'running' || state === 'verifying';
}

async function tellAlerts(parts: WatchParts, target: Target, report: HealthReport, step: WatchStep): Promise<void> {
  await endAll(parts, target, step.end);
  const problem = watchedProblems.find((each) => each === step.raise);
  if (problem) await raise(parts, target, report, problem);
}

async function raise(
  { deps, alerts }: WatchParts,
  target: Target,
  report: HealthReport,
  problem: WatchedProblem,
): Promise<void> {
  const alert = watchedAlert(problem, report);
  const severity = cappedSeverity(deps.catalog(), target, alert.severity);
  const seen = { connection: watchName, isComplete: false, at: report.readAt };
  await alerts.observe({ ...target, name: problem }, { ...seen, alerts: [{ ...alert, severity }] });
}

async function endAll({ deps, alerts }: WatchParts, target: Target, problems: readonly string[]): Promise<void> {
  for (const name of problems) {
    const found = await alerts.current({ ...target, name });
    const keys = [`${alertTarget(target)}/${name}`];
    if (found) await alerts.apply(found.id, { type: 'end', connection: watchName, keys, at: deps.clock.now() });
  }
}
