import type { PathMeasurement, RunStatus } from '../../connectors/contract';
import type { PipelineRun } from '../runs';
import { attentionOf, failedIn } from '../scm';
import type { SourceReport } from '../scm';
import type { TestRun } from '../tests';

/** The numbers of pipelines, test suites, and source control, with their names. Pure. */

type Measured = readonly PathMeasurement[];

const hourMs = 3_600_000;

/** How a run ended, and how long it took if its tool says so; none if nothing ever ran. */
export function measureRun({ connection, pipeline, runId, run, state, stateSince }: PipelineRun): Measured {
  if (runId === undefined) return [];
  const of = ['pipelines', connection, pipeline];
  const outcome = state === 'succeeded' && run?.hasWarnings === true ? 'succeeded_with_warnings' : state;
  return [{ path: [...of, outcome], value: 1, unit: 'count' }, ...measureDuration(of, run, stateSince)];
}

/** How a run of a suite ended, how long it took, and how many of its tests failed or were flaky; none if nothing ever ran. */
export function measureTests(tests: TestRun): Measured {
  const { service, environment, suite, runId, run, report, state, stateSince } = tests;
  if (runId === undefined) return [];
  const of = ['tests', service, environment, suite];
  return [
    { path: [...of, state], value: 1, unit: 'count' },
    ...measureDuration(of, run, stateSince),
    ...(report
      ? [
          { path: [...of, 'failed_tests'], value: report.failed, unit: 'gauge' } as const,
          { path: [...of, 'flaky_tests'], value: report.flaky, unit: 'gauge' } as const,
        ]
      : []),
  ];
}

const endedStates: readonly RunStatus['state'][] = ['succeeded', 'failed', 'canceled', 'superseded'];

/** None if the tool has never said that it ended. */
function measureDuration(of: readonly string[], run: RunStatus | undefined, stateSince: number): Measured {
  if (run === undefined || !endedStates.includes(run.state) || run.startedAt <= 0) return [];
  const tookMs = (run.endedAt ?? stateSince) - run.startedAt;
  return [{ path: [...of, 'duration'], value: Math.max(0, tookMs), unit: 'ms' }];
}

/** What is open in the source of a service, as its card counts it. What couldn't be read is left out. */
export function measureSource(report: SourceReport): Measured {
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
