import type { AlertReading, PastAlert, SourceAlert, Systems } from '../../../connectors/contract';
import type { Severity } from '../../../core/severity';
import { may } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import type { Catalog } from '../../../core/catalog';
import { lookUp } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import { alertTarget, problemKey } from '../record';
import type { Alert, Problem } from '../record';

/** What a reading of a source says about each problem. Pure. */

/** Where alerts go that no binding matches. */
const unknownTarget: Target = { service: 'unknown', environment: 'unknown' };

/** A problem, with everything that one source says about it. */
interface Observed {
  readonly problem: Problem;
  readonly alerts: readonly SourceAlert[];
}

type ConcernedBy = (alert: Pick<SourceAlert, 'key' | 'name' | 'labels'>) => readonly Target[];

/** The alerts of a reading, by problem. An alert that several services are bound to is a problem of each. */
export function groupByProblem(
  { alerts }: Pick<AlertReading, 'alerts'>,
  catalog: Catalog,
  concernedBy: ConcernedBy,
): ReadonlyMap<string, Observed> {
  const groups = new Map<string, Observed & { readonly alerts: SourceAlert[] }>();
  for (const alert of alerts)
    for (const target of targetsOf(alert, concernedBy)) {
      const problem = { ...target, name: cleanText(alert.name, 120) };
      const key = problemKey(problem);
      const group = groups.get(key) ?? { problem, alerts: [] };
      groups.set(key, group);
      group.alerts.push(boundedAlert({ ...alert, severity: cappedSeverity(catalog, target, alert.severity) }));
    }
  return groups;
}

/** The targets that an alert concerns; never none. */
export function targetsOf(alert: Pick<SourceAlert, 'key' | 'name' | 'labels'>, concernedBy: ConcernedBy) {
  const targets = concernedBy(alert);
  return targets.length > 0 ? targets : [unknownTarget];
}

/** Everything that an act on this alert changes: a source tells of the same signals for every target that they concern. */
export function reachOf(
  systems: Pick<Systems, 'concernedBy'>,
  { service, environment, signals }: Pick<Alert, 'service' | 'environment' | 'signals'>,
): readonly Target[] {
  const concerned = signals.flatMap(({ connection, alert }) => systems.concernedBy(connection, alert));
  const all = [{ service, environment }, ...concerned].map((target) => [alertTarget(target), target] as const);
  return [...new Map(all).values()];
}

/** Whether this person can acknowledge and silence what takes effect there. */
export function mayActOn(catalog: Catalog, personId: string, reach: readonly Target[]): boolean {
  return reach.every((target) => may(catalog, personId, 'operate', target));
}

/** Only what matters most is critical: in an environment of lower risk, nothing pages. */
export function cappedSeverity(catalog: Catalog, { environment }: Target, severity: Severity): Severity {
  const risk = lookUp(catalog.environments, environment)?.risk ?? 'high';
  return severity === 'critical' && risk !== 'high' ? 'warning' : severity;
}

const maxLabels = 30;

/** Small enough for a record with many of them. */
export function boundedAlert(alert: SourceAlert): SourceAlert {
  const labels = Object.entries(alert.labels).slice(0, maxLabels);
  return {
    ...alert,
    key: alert.key.slice(0, 512),
    summary: cleanText(alert.summary, 300),
    labels: Object.fromEntries(labels.map(([name, value]) => [name.slice(0, 80), cleanText(value, 200)])),
    silences: alert.silences.slice(0, 5),
  };
}

/** Of the open alerts with a signal of this connection, those that a reading says nothing about. */
export function unlistedIn(
  open: readonly { readonly id: string; readonly value: Alert }[],
  connection: string,
  groups: ReadonlyMap<string, Observed>,
): readonly { readonly id: string; readonly value: Alert }[] {
  return open.filter(
    ({ value }) =>
      !groups.has(problemKey(value)) &&
      value.signals.some((each) => each.ended === undefined && each.connection === connection),
  );
}

/** What is known of an alert from the history of its source. */
export function alertOfPast({ key, name, labels, from }: PastAlert): SourceAlert {
  return { key, name, severity: 'warning', summary: name, since: from, labels, silences: [] };
}
