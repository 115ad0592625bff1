import type { PathMeasurement } from '../../connectors/contract';
import type { PipelineRun } from '../runs';
import { attentionOf, failedIn } from '../scm';
import type { SourceReport } from '../scm';

/** The numbers of pipelines and source control, with their names. Pure. */

const hourMs = 3_600_000;

/** How a run ended, and how long it took if its tool says so; none if nothing ever ran. */
export function measureRun(run: PipelineRun): readonly PathMeasurement[] {
  const { connection, pipeline, runId, run: seen, state, stateSince } = run;
  if (runId === undefined) return [];
  const of = ['pipelines', connection, pipeline];
  const outcome = state === 'succeeded' && seen?.hasWarnings === true ? 'succeeded_with_warnings' : state;
  const tookMs =
    seen?.state === state && seen.startedAt > 0 ? (seen.endedAt ?? stateSince) - seen.startedAt : undefined;
  return [
    { path: [...of, outcome], value: 1, unit: 'count' },
    ...(tookMs === undefined ? [] : [{ path: [...of, 'duration'], value: Math.max(0, tookMs), unit: 'ms' } as const]),
  ];
}

/** What is open in the source of a service, as its card counts it. What couldn't be read is left out. */
export function measureSource(report: SourceReport): readonly PathMeasurement[] {
  const { service, requests, checks, main, newest, readAt } = report;
  const gauge = (name: string, value: number) => ({ path: ['source', service, name], value, unit: 'gauge' }) as const;
  const [oldest] = requests.found === 'all' ? requests.value.open : [];
  return [
    ...(requests.found === 'all'
      ? [
          gauge('open', requests.value.total),
          gauge('oldest_hours', oldest ? Math.max(0, Math.floor((readAt - oldest.openedAt) / hourMs)) : 0),
          gauge('waiting_reviews', attentionOf(report).waiting.length),
        ]
      : []),
    ...(checks.found === 'all' ? [gauge('failing_checks', failedIn(checks.value))] : []),
    ...(main.found === 'all' && newest.found === 'all'
      ? [gauge('unreleased_commits', main.value.ahead.commits.length)]
      : []),
  ];
}
