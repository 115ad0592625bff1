import type { SourceAlert } from '../../../connectors/contract';
import type { Severity } from '../../../core/severity';
import type { Catalog } from '../../../core/catalog';
import { limitsOf, passedLimits, usualOverMs } from '../../health';
import type { HealthReport } from '../../health';
import type { WatchedPlace } from './workflow';

/** What Gavel's own watch makes of a health report. Pure. */

/** The name of the watch among the sources. A connection of the catalog begins with a small letter, so none can have it. */
export const watchName = 'Gavel';

export const watchedProblems = ['not answering', 'errors', 'slow'] as const;
export type WatchedProblem = (typeof watchedProblems)[number];

/** What the watch sees: a problem, `''` if there is none, undefined if nobody can tell. */
export type Sighting = WatchedProblem | '' | undefined;

/** What is wrong with a service, by the report that every card uses. */
export function sightingOf(catalog: Catalog, report: HealthReport): Sighting {
  const { state, figures, service } = report;
  if (state === 'unknown') return undefined;
  if (state === 'down') return 'not answering';
  if (state === 'healthy' || !figures) return '';
  const passed = passedLimits(figures, limitsOf(catalog, service), usualOverMs);
  if (passed.includes('errors')) return 'errors';
  return passed.includes('p95') || passed.includes('p50') ? 'slow' : '';
}

const severities: Readonly<Record<WatchedProblem, Severity>> = {
  'not answering': 'critical',
  errors: 'critical',
  slow: 'warning',
};

/** The problem as an alert of the watch. */
export function watchedAlert(problem: WatchedProblem, { service, environment, trouble, since, readAt }: HealthReport) {
  return {
    key: `${service}/${environment}/${problem}`,
    name: problem,
    severity: severities[problem],
    summary: trouble.replaceAll('\\', ''),
    since: since ?? readAt,
    labels: { service, environment },
    silences: [],
  } satisfies SourceAlert;
}

/** What the watch does after it saw this. */
export interface WatchStep {
  /** Undefined: nothing needs to be remembered. */
  readonly place: WatchedPlace | undefined;
  /** The problem that fires now. */
  readonly raise?: string;
  /** The problems that are over. */
  readonly end: readonly string[];
}

const surelyTimes = 2;
const tellEveryMs = 60_000;

/** Only what was seen twice in a row counts. What nobody can tell changes nothing. */
export function nextWatchStep(known: WatchedPlace | undefined, target: string, seen: Sighting, now: number): WatchStep {
  const before = known ?? { target, seen: '', times: 0, raised: [], toldAt: 0 };
  if (seen === undefined) return { place: known, end: [] };
  const times = before.seen === seen ? before.times + 1 : 1;
  const isSure = times >= surelyTimes;
  const raised = seen === '' ? [] : [seen];
  if (!isSure) return { place: { ...before, seen, times }, end: [] };
  const end = before.raised.filter((each) => each !== seen);
  const isNew = seen !== '' && !before.raised.includes(seen);
  const isTold = seen !== '' && (isNew || now - before.toldAt >= tellEveryMs);
  const place = { target, seen, times, raised, toldAt: isTold ? now : before.toldAt };
  return { place: seen === '' ? undefined : place, ...(isTold && { raise: seen }), end };
}
